import Bytes
import Market
import Numerics
import Recurrent

/// Walks a network forward: takes in one bar's features and labels at a time, refits when the
/// schedule says so, and forecasts.
///
/// One call of `step` is phase 4 of a bar: labels that became known mature, the network refits, and
/// the forecast follows its refit. Nothing is forecast before the first refit.
public struct Walk: Sendable {
  public let configuration: WalkConfiguration
  public private(set) var ledger: SampleLedger
  public private(set) var network: Network
  private var workspace: Workspace
  /// Where cold starts begin from given weights, the network that has them.
  private let givenStart: Network?
  private var baselines: Baselines
  private var fitting: ScalerFitting
  private(set) var scalers: ScalerSet
  private var windows = ScaledWindows()
  private var output: [Float]

  /// Refits so far.
  public private(set) var refitCount = 0
  private var firstRefitBar = -1
  private var matureAtLastRefit = 0
  private var trainedThroughBar = -1
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
  ///   - network: at the weights that the walk starts from.
  ///   - startsFromGivenWeights: whether the weights of `network` were given, so that cold starts go
  ///     back to them and draw none.
  ///   - leakedScalers: with `scalerFit` `all`, the scalers of the whole series.
  /// - Precondition: the network has one output a horizon; `leakedScalers` is given exactly with
  ///   `all`.
  public init(
    configuration: WalkConfiguration, network: Network, startsFromGivenWeights: Bool = false,
    leakedScalers: ScalerSet? = nil
  ) {
    precondition(
      network.configuration.outputs == configuration.horizons.count,
      "a network has one output a horizon")
    precondition(
      (configuration.scalerFit == .all) == (leakedScalers != nil),
      "scalers of the whole series are given exactly when the fit is `all`")
    self.configuration = configuration
    self.network = network
    workspace = network.makeWorkspace()
    givenStart = startsFromGivenWeights ? network : nil
    ledger = SampleLedger(
      featureCount: network.configuration.features, lookback: network.configuration.lookback,
      horizons: configuration.horizons,
      needsLabelsInWindow: configuration.scalerFit == .window
        && configuration.targetScaler != .none)
    baselines = Baselines(horizonCount: configuration.horizons.count)
    fitting = ScalerFitting(
      kind: configuration.scaler, outputKind: configuration.targetScaler, ledger: ledger)
    scalers =
      leakedScalers
      ?? ScalerSet(
        featureCount: ledger.featureCount, outputCount: configuration.horizons.count)
    output = Array(repeating: 0, count: configuration.horizons.count)
  }

  /// Takes in the next bar.
  ///
  /// - Parameters:
  ///   - time: of the bar; a schedule by the calendar goes by it.
  ///   - features: one value a feature; NaN is missing.
  ///   - labels: the target of each horizon as evaluated at this bar; NaN is missing.
  /// - Throws: `TrainingError` where training met a number that is not finite.
  public mutating func step(
    time: Timestamp, features: [Double], labels: [Double]
  ) throws(TrainingError) {
    refit = nil
    forecasts.removeAll(keepingCapacity: true)
    scores.removeAll(keepingCapacity: true)

    let matured = ledger.append(features: features, labels: labels)
    if let matured { fitting.add(matured, of: ledger) }
    learnBaselines()
    if refitIsDue { try fit() }
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

  private var refitIsDue: Bool {
    guard refitCount > 0 else { return ledger.mature.count >= configuration.first }
    switch configuration.refits {
    case .every(let bars): return (bar - firstRefitBar) % bars == 0
    case .never, .weekly, .monthly, .drift: return false
    }
  }

  private mutating func fit() throws(TrainingError) {
    let index = refitCount + 1
    let samples = trainingSamples(refit: index)
    guard !samples.isEmpty else { return }
    switch configuration.scalerFit {
    case .train, .first:
      if configuration.scalerFit == .train || refitCount == 0 {
        // A rolling set forgets; the others scale by all that has matured.
        if case .rolling = configuration.trainingSet {
          scalers = fitting.fitted(on: samples, of: ledger)
        } else {
          scalers = fitting.fittedOnAll()
        }
      }
      windows.fill(samples: samples, ledger: ledger, scalers: scalers)
    case .all:
      windows.fill(samples: samples, ledger: ledger, scalers: scalers)
    case .window:
      windows.fillEach(samples: samples, ledger: ledger) { sample in
        guard let own = fitting.fitted(onWindowEndingAt: sample, of: ledger) else {
          preconditionFailure("a sample that scales itself has labels in its window")
        }
        return own
      }
    }
    switch configuration.start {
    case .warm: break
    case .warmResetMoments: network.resetMoments()
    case .cold:
      if let givenStart {
        network = givenStart
      } else {
        network.redraw(refit: index)
      }
    }
    let report = try network.fit(
      TrainingData(rows: windows.rows, ends: windows.ends, labels: windows.labels),
      refit: index, using: &workspace)
    refitCount = index
    if firstRefitBar < 0 { firstRefitBar = bar }
    matureAtLastRefit = ledger.mature.count
    trainedThroughBar = max(trainedThroughBar, ledger.lastBarUsed(by: samples[samples.count - 1]))
    refit = Refit(
      index: index, samples: report.samples, epochs: report.epochs, updates: report.updates,
      lossFirst: report.lossFirst, lossLast: report.lossLast, start: .warm)
  }

  private func trainingSamples(refit index: Int) -> [Int] {
    configuration.trainingSet.select(
      from: ledger.mature, usedCount: matureAtLastRefit,
      draw: PhiloxStream(seed: configuration.seed, purpose: .replay, refit: UInt32(index)))
  }

  private mutating func makeForecasts() {
    guard refitCount > 0, ledger.hasCompleteWindow else { return }
    if configuration.scalerFit == .window {
      guard let own = fitting.fitted(onWindowEndingAt: bar, of: ledger) else { return }
      scalers = own
    }
    windows.fill(windowEndingAt: bar, ledger: ledger, scalers: scalers)
    network.forecast(
      rows: windows.rows, end: windows.ends[0], into: &output, using: &workspace)
    // A feature beyond Float32 may bring forth no number, and no number is no forecast.
    guard output.allSatisfy(\.isFinite) else { return }
    for (index, horizon) in configuration.horizons.enumerated() {
      let forecast = Forecast(
        bar: bar, horizon: horizon, trainedThroughBar: trainedThroughBar, refit: refitCount,
        value: scalers.outputs[index].restored(Double(output[index])),
        naive: baselines.naive(horizonIndex: index), mean: baselines.mean(horizonIndex: index))
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
      if !actual.isNaN { scores.append(Score(bar: bar, forecast: forecast, actual: actual)) }
    }
    let now = bar
    unscored.removeAll { $0.bar + $0.horizon <= now }
  }
}

extension Walk: Restorable {
  public func save(to writer: inout StateWriter) {
    ledger.save(to: &writer)
    network.save(to: &writer)
    baselines.save(to: &writer)
    fitting.save(to: &writer)
    scalers.save(to: &writer)
    writer.write([refitCount, firstRefitBar, matureAtLastRefit, trainedThroughBar])
    writer.write(unscored.count)
    for forecast in unscored {
      writer.write([
        forecast.bar, forecast.horizon, forecast.trainedThroughBar, forecast.refit,
      ])
      writer.write([forecast.value, forecast.naive, forecast.mean])
    }
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try ledger.restore(from: &reader)
    try network.restore(from: &reader)
    try baselines.restore(from: &reader)
    try fitting.restore(from: &reader)
    try scalers.restore(from: &reader)
    let counters = try reader.readInts()
    guard counters.count == 4 else {
      throw StateError("a walk had \(counters.count) counters, 4 are needed")
    }
    (refitCount, firstRefitBar) = (counters[0], counters[1])
    (matureAtLastRefit, trainedThroughBar) = (counters[2], counters[3])
    guard refitCount >= 0, (-1...bar).contains(firstRefitBar),
      (0...ledger.mature.count).contains(matureAtLastRefit)
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
    let values = try reader.readDoubles(count: 3, "a forecast")
    guard whole.count == 4, whole[0] >= 0, whole[0] <= bar, whole[0] + whole[1] > bar,
      configuration.horizons.contains(whole[1])
    else {
      throw StateError("a forecast without a label, \(whole), does not fit bar \(bar)")
    }
    return Forecast(
      bar: whole[0], horizon: whole[1], trainedThroughBar: whole[2], refit: whole[3],
      value: values[0], naive: values[1], mean: values[2])
  }
}
