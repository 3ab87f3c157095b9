import Bytes
import Numerics
import Recurrent

/// What a walk needs to know besides the network itself.
public struct WalkConfiguration: Equatable, Sendable {
  /// Whether and how weights are carried from refit to refit.
  public enum Start: Equatable, Sendable {
    /// Weights and the optimiser's moments go on.
    case warm
    /// Weights go on, moments start at zero.
    case warmResetMoments
    /// New weights at each refit.
    case cold
  }

  /// The horizons in bars, one output each.
  public var horizons: [Int]
  public var trainingSet: TrainingSet
  /// Mature samples needed before the first refit, at least 1.
  public var first: Int
  /// Bars from refit to refit; nil fits once.
  public var refitEvery: Int?
  public var start: Start
  public var scaler: ScalerKind
  public var targetScaler: ScalerKind
  public var scalerFit: ScalerFit
  public var seed: UInt32

  public init(
    horizons: [Int], trainingSet: TrainingSet, first: Int, refitEvery: Int?, start: Start,
    scaler: ScalerKind, targetScaler: ScalerKind, scalerFit: ScalerFit, seed: UInt32
  ) {
    self.horizons = horizons
    self.trainingSet = trainingSet
    self.first = first
    self.refitEvery = refitEvery
    self.start = start
    self.scaler = scaler
    self.targetScaler = targetScaler
    self.scalerFit = scalerFit
    self.seed = seed
  }
}

/// One refit. A row of `training`.
public struct Refit: Equatable, Sendable {
  /// Counts from 1.
  public var index: Int
  public var samples: Int
  public var epochs: Int
  public var updates: Int
  /// Mean training loss of the first and the last epoch, in scaled units.
  public var lossFirst: Double
  public var lossLast: Double
}

/// A dated number about bar `bar + horizon`. A row of `forecasts`.
public struct Forecast: Equatable, Sendable {
  public var bar: Int
  public var horizon: Int
  /// The last bar whose data any training label used.
  public var trainedThroughBar: Int
  /// The refit that made the weights.
  public var refit: Int
  /// In the target's own unit, like the baselines.
  public var value: Double
  /// The newest label known at `bar`; NaN before the first.
  public var naive: Double
  /// The mean of all labels known at `bar`; NaN before the first.
  public var mean: Double
}

/// A forecast whose label has matured. A row of `scores`.
public struct Score: Equatable, Sendable {
  public var bar: Int
  public var forecast: Forecast
  public var actual: Double
}

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
  private var scalers: ScalerSet
  private let scalersAreGiven: Bool
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
  ///   - startsFromGivenWeights: whether the weights of `network` were given, so that cold starts go
  ///     back to them and draw none.
  ///   - leakedScalers: with `scalerFit` `all`, the scalers of the whole series.
  /// - Precondition: the network has one output a horizon; `leakedScalers` is given exactly with
  ///   `all`.
  public init(
    configuration: WalkConfiguration, network: Network, startsFromGivenWeights: Bool = false,
    leakedScalers: ScalerSet? = nil
  ) {
    precondition(configuration.first >= 1, "a first refit needs a sample")
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
      horizons: configuration.horizons)
    baselines = Baselines(horizonCount: configuration.horizons.count)
    fitting = ScalerFitting(
      kind: configuration.scaler, outputKind: configuration.targetScaler, ledger: ledger)
    scalersAreGiven = leakedScalers != nil
    scalers =
      leakedScalers
      ?? ScalerSet(
        featureCount: ledger.featureCount, outputCount: configuration.horizons.count)
    output = Array(repeating: 0, count: configuration.horizons.count)
  }

  /// Takes in the next bar.
  ///
  /// - Parameters:
  ///   - features: one value a feature; NaN is missing.
  ///   - labels: the target of each horizon as evaluated at this bar; NaN is missing.
  /// - Throws: `TrainingError` where training met a number that is not finite.
  public mutating func step(features: [Double], labels: [Double]) throws(TrainingError) {
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
    guard let refitEvery = configuration.refitEvery else { return false }
    return (bar - firstRefitBar) % refitEvery == 0
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
        fitting.fitted(onWindowEndingAt: sample, of: ledger) ?? scalers
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
      lossFirst: report.lossFirst, lossLast: report.lossLast)
  }

  private func trainingSamples(refit index: Int) -> [Int] {
    let selected = configuration.trainingSet.select(
      from: ledger.mature, usedCount: matureAtLastRefit,
      draw: PhiloxStream(seed: configuration.seed, purpose: .replay, refit: UInt32(index)))
    guard configuration.scalerFit == .window else { return selected }
    return selected.filter { fitting.fitted(onWindowEndingAt: $0, of: ledger) != nil }
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
    unscored = []
    for _ in 0..<(try reader.readInt()) {
      let whole = try reader.readInts()
      let values = try reader.readDoubles(count: 3, "a forecast")
      guard whole.count == 4 else {
        throw StateError("a forecast had \(whole.count) counters, 4 are needed")
      }
      unscored.append(
        Forecast(
          bar: whole[0], horizon: whole[1], trainedThroughBar: whole[2], refit: whole[3],
          value: values[0], naive: values[1], mean: values[2]))
    }
  }
}
