import Bytes
import Market
import Numerics
import Recurrent

/// Walks a model forward: takes in one bar's features and labels at a time, refits when the schedule
/// says so, and forecasts.
///
/// One call of `step` is phase 4 of a bar: labels that became known mature and score the forecasts
/// made of them, the model refits, and the forecast follows its refit. Nothing is forecast before
/// the first refit.
public struct Walk: Sendable {
  public let configuration: WalkConfiguration
  public private(set) var ledger: SampleLedger
  public private(set) var forecaster: any Forecaster
  private var baselines: Baselines
  private var drift: DriftGauge?

  /// Refits so far, those that were kept from taking hold among them.
  public private(set) var refitCount = 0
  /// Forecasts, each of one horizon, whose quantiles came out of order and were sorted.
  public private(set) var crossedCount = 0
  private var firstRefitBar = -1
  /// The week or month of the last refit, where the schedule goes by them.
  private var lastRefitPeriod = 0
  private var lastRefitBar = -1
  /// Mature samples at the last refit.
  private var matureAtLastRefit = 0
  /// The last bar whose data any label trained on so far used; -1 before the first refit.
  public private(set) var trainedThroughBar = -1
  /// The refit that made the model: the last one, unless that was kept from taking hold. The mature
  /// samples at it, and at the refit before it.
  private var modelRefit = 0
  private var matureAtModelRefit = 0
  private var matureBeforeModelRefit = 0
  /// Forecasts whose labels have not matured, oldest first.
  private var unscored: [Forecast] = []

  /// What the last step did.
  public private(set) var refit: Refit?
  /// The forecasts of the last step, one a horizon, or none.
  public private(set) var forecasts: [Forecast] = []
  /// The forecasts that the last step's labels let score.
  public private(set) var scores: [Score] = []

  /// - Parameters:
  ///   - configuration: the schedule, and what to train on.
  ///   - forecaster: the model, before its first refit.
  /// - Precondition: the model has the configuration's horizons.
  public init(configuration: WalkConfiguration, forecaster: any Forecaster) {
    self.configuration = configuration
    self.forecaster = forecaster
    ledger = forecaster.makeLedger()
    precondition(
      ledger.horizons == configuration.horizons, "the model has the configuration's horizons")
    baselines = Baselines(horizonCount: configuration.horizons.count)
    if case .drift(let window, let factor) = configuration.refits {
      drift = DriftGauge(window: window, factor: factor)
    }
  }

  /// Takes in the next bar.
  ///
  /// - Parameters:
  ///   - time: of the bar; a schedule by the calendar goes by it.
  ///   - features: one value a feature; NaN is missing.
  ///   - labels: the target of each horizon as evaluated at this bar; NaN is missing.
  ///   - observe: called at each update of a network's weights.
  /// - Throws: `TrainingError` where training met a number that is not finite, unless the
  ///   configuration keeps the model as it was. There is none to keep at the first refit.
  public mutating func step(
    time: Timestamp, features: [Double], labels: [Double],
    observe: ((UpdateRecord) -> Void)? = nil
  ) throws(TrainingError) {
    refit = nil
    forecasts.removeAll(keepingCapacity: true)
    scores.removeAll(keepingCapacity: true)

    ledger.append(features: features, labels: labels)
    learnBaselines()
    scoreForecasts()
    if refitIsDue(time) { try fit(time, observe) }
    makeForecasts()
    scoreForecasts()
  }

  private var bar: Int { ledger.barCount - 1 }

  private mutating func learnBaselines() {
    for (index, horizon) in configuration.horizons.enumerated() {
      let newest = bar - max(horizon, 1)
      if newest >= 0 {
        baselines.add(
          label: ledger.label(of: newest, horizonIndex: index), horizonIndex: index)
      }
    }
  }

  private func refitIsDue(_ time: Timestamp) -> Bool {
    guard refitCount > 0 else { return ledger.mature.count >= configuration.first }
    switch configuration.refits {
    case .never: return false
    case .every(let bars): return (bar - firstRefitBar) % bars == 0
    case .weekly, .monthly: return configuration.refits.period(of: time) != lastRefitPeriod
    case .drift: return drift?.refitIsDue ?? false
    }
  }

  private mutating func fit(
    _ time: Timestamp, _ observe: ((UpdateRecord) -> Void)?
  ) throws(TrainingError) {
    guard
      let lesson = lesson(
        refit: refitCount + 1, mature: ledger.mature.count, used: matureAtLastRefit)
    else { return }
    do throws(TrainingError) {
      refit = try forecaster.fit(lesson, from: ledger, observe: observe)
      modelRefit = lesson.refit
      matureAtModelRefit = ledger.mature.count
      matureBeforeModelRefit = matureAtLastRefit
      trainedThroughBar = max(
        trainedThroughBar, ledger.lastBarUsed(by: lesson.samples[lesson.samples.count - 1]))
    } catch {
      guard configuration.onDivergence == .keep, modelRefit > 0 else { throw error }
      refit = Refit(kept: lesson)
    }
    refitCount = lesson.refit
    if firstRefitBar < 0 { firstRefitBar = bar }
    lastRefitBar = bar
    lastRefitPeriod = configuration.refits.period(of: time)
    matureAtLastRefit = ledger.mature.count
    drift?.reset()
  }

  /// What a refit trains on at a bar with `mature` samples, `used` of which were there at the refit
  /// before; nil where that is nothing.
  private func lesson(refit: Int, mature: Int, used: Int) -> Lesson? {
    let samples = configuration.trainingSet.select(
      from: ledger.mature[..<mature], usedCount: used,
      draw: PhiloxStream(seed: configuration.seed, purpose: .replay, refit: UInt32(refit)))
    guard !samples.isEmpty else { return nil }
    return Lesson(refit: refit, samples: samples, newCount: min(mature - used, samples.count))
  }

  private mutating func makeForecasts() {
    guard modelRefit > 0, ledger.hasCompleteWindow,
      let predictions = forecaster.forecast(at: bar, from: ledger),
      // A feature beyond Float32 may bring forth no number, and no number is no forecast.
      predictions.allSatisfy(\.value.isFinite)
    else { return }
    for (index, horizon) in configuration.horizons.enumerated() {
      let prediction = predictions[index]
      if prediction.wasCrossed { crossedCount += 1 }
      let forecast = Forecast(
        bar: bar, horizon: horizon, trainedThroughBar: trainedThroughBar, refit: modelRefit,
        value: prediction.value, naive: baselines.naive(horizonIndex: index),
        mean: baselines.mean(horizonIndex: index), lower: prediction.lower,
        upper: prediction.upper, spread: prediction.spread)
      forecasts.append(forecast)
      unscored.append(forecast)
    }
  }

  /// Scores the forecasts whose label lies at this bar; a label that is missing gives no score.
  private mutating func scoreForecasts() {
    guard !unscored.isEmpty else { return }
    for forecast in unscored where forecast.bar + forecast.horizon == bar {
      let index = configuration.horizons.firstIndex(of: forecast.horizon) ?? 0
      let actual = ledger.label(of: forecast.bar, horizonIndex: index)
      guard !actual.isNaN else { continue }
      scores.append(Score(bar: bar, forecast: forecast, actual: actual))
      if index == 0, forecast.bar >= lastRefitBar { drift?.add(error: actual - forecast.value) }
    }
    let now = bar
    unscored.removeAll { $0.bar + $0.horizon <= now }
  }

  /// What the model makes of the samples of its last refit, in the order of their bars and, at each,
  /// of the horizons. It changes nothing that is to come.
  ///
  /// - Returns: empty before the first refit; samples that the model cannot forecast are left out.
  public func fitted() -> [FittedForecast] {
    guard modelRefit > 0,
      let lesson = lesson(
        refit: modelRefit, mature: matureAtModelRefit, used: matureBeforeModelRefit)
    else { return [] }
    var forecaster = forecaster
    var rows: [FittedForecast] = []
    for sample in lesson.samples {
      guard let predictions = forecaster.forecast(at: sample, from: ledger) else { continue }
      for (index, prediction) in predictions.enumerated() {
        rows.append(
          FittedForecast(
            bar: sample, horizon: configuration.horizons[index], refit: modelRefit,
            value: prediction.value, lower: prediction.lower, upper: prediction.upper,
            spread: prediction.spread, actual: ledger.label(of: sample, horizonIndex: index)))
      }
    }
    return rows
  }
}

extension Refit {
  /// A refit that came to nothing.
  init(kept lesson: Lesson) {
    self.init(
      index: lesson.refit, samples: lesson.samples.count, epochs: 0, updates: 0, lossFirst: .nan,
      lossLast: .nan, start: .kept)
  }
}

extension Walk: Restorable {
  public func save(to writer: inout StateWriter) {
    ledger.save(to: &writer)
    forecaster.save(to: &writer)
    baselines.save(to: &writer)
    drift?.save(to: &writer)
    writer.write([
      refitCount, crossedCount, firstRefitBar, lastRefitPeriod, lastRefitBar, matureAtLastRefit,
      trainedThroughBar, modelRefit, matureAtModelRefit, matureBeforeModelRefit,
    ])
    writer.write(unscored.count)
    for forecast in unscored {
      writer.write([
        forecast.bar, forecast.horizon, forecast.trainedThroughBar, forecast.refit,
      ])
      writer.write([
        forecast.value, forecast.naive, forecast.mean, forecast.lower, forecast.upper,
        forecast.spread,
      ])
    }
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try ledger.restore(from: &reader)
    try forecaster.restore(from: &reader)
    try baselines.restore(from: &reader)
    try drift?.restore(from: &reader)
    let counters = try reader.readInts()
    guard counters.count == 10 else {
      throw StateError("a walk had \(counters.count) counters, 10 are needed")
    }
    (refitCount, crossedCount) = (counters[0], counters[1])
    (firstRefitBar, lastRefitPeriod) = (counters[2], counters[3])
    (lastRefitBar, matureAtLastRefit) = (counters[4], counters[5])
    (trainedThroughBar, modelRefit) = (counters[6], counters[7])
    (matureAtModelRefit, matureBeforeModelRefit) = (counters[8], counters[9])
    guard refitCount >= 0, (0...refitCount).contains(modelRefit), crossedCount >= 0,
      (-1...bar).contains(firstRefitBar), (0...ledger.mature.count).contains(matureAtLastRefit),
      (0...matureAtLastRefit).contains(matureAtModelRefit),
      (0...matureAtModelRefit).contains(matureBeforeModelRefit)
    else {
      throw StateError("the walk's refits \(counters) do not fit \(ledger.barCount) bars")
    }
    let count = try reader.readInt()
    guard count >= 0 else { throw StateError("a walk had \(count) forecasts without a label") }
    unscored.removeAll()
    for _ in 0..<count { unscored.append(try readForecast(from: &reader)) }
    refit = nil
    forecasts.removeAll()
    scores.removeAll()
  }

  private func readForecast(from reader: inout StateReader) throws(StateError) -> Forecast {
    let whole = try reader.readInts()
    let values = try reader.readDoubles(count: 6, "a forecast")
    guard whole.count == 4, whole[0] >= 0, whole[0] <= bar, whole[0] + whole[1] > bar,
      configuration.horizons.contains(whole[1])
    else {
      throw StateError("a forecast without a label, \(whole), does not fit bar \(bar)")
    }
    return Forecast(
      bar: whole[0], horizon: whole[1], trainedThroughBar: whole[2], refit: whole[3],
      value: values[0], naive: values[1], mean: values[2], lower: values[3], upper: values[4],
      spread: values[5])
  }
}
