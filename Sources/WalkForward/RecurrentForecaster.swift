import Bytes
import Recurrent

/// Forecasts by a recurrent network, with the scalers between it and the world.
public struct RecurrentForecaster: Forecaster {
  public let configuration: WalkConfiguration
  public private(set) var network: Network
  private var workspace: Workspace
  /// Where cold starts begin from given weights, the network that has them.
  private let givenStart: Network?
  private var fitting: ScalerFitting
  private(set) var scalers: ScalerSet
  private var hasScalers = false
  private var windows = ScaledWindows()
  private var output: [Float]

  /// - Parameters:
  ///   - configuration: of the walk.
  ///   - network: at the weights that the walk starts from.
  ///   - startsFromGivenWeights: whether the weights of `network` were given, so that cold starts go
  ///     back to them and draw none.
  ///   - leakedScalers: with `scalerFit` `all`, the scalers of the whole series.
  /// - Precondition: the network has the outputs of the horizons and quantiles; `leakedScalers` is
  ///   given exactly with `all`.
  public init(
    configuration: WalkConfiguration, network: Network, startsFromGivenWeights: Bool = false,
    leakedScalers: ScalerSet? = nil
  ) {
    precondition(
      network.configuration.outputs
        == configuration.horizons.count * network.training.loss.outputsPerLabel,
      "a network has the outputs of its horizons and quantiles")
    precondition(
      (configuration.scalerFit == .all) == (leakedScalers != nil),
      "scalers of the whole series are given exactly when the fit is `all`")
    self.configuration = configuration
    self.network = network
    workspace = network.makeWorkspace()
    givenStart = startsFromGivenWeights ? network : nil
    fitting = ScalerFitting(
      kind: configuration.scaler, outputKind: configuration.targetScaler,
      featureCount: network.configuration.features, outputCount: configuration.horizons.count)
    scalers =
      leakedScalers
      ?? ScalerSet(
        featureCount: network.configuration.features, outputCount: configuration.horizons.count)
    output = Array(repeating: 0, count: network.configuration.outputs)
  }

  public func makeLedger() -> SampleLedger {
    SampleLedger(
      featureCount: network.configuration.features, lookback: network.configuration.lookback,
      horizons: configuration.horizons,
      needsLabelsInWindow: configuration.scalerFit == .window
        && configuration.targetScaler != .none)
  }

  public mutating func fit(
    _ lesson: Lesson, from ledger: SampleLedger, observe: ((UpdateRecord) -> Void)?
  ) throws(TrainingError) -> Refit {
    let samples = lesson.samples
    fitScalers(to: samples, of: ledger)
    switch configuration.scalerFit {
    case .train, .first, .all:
      windows.fill(samples: samples, ledger: ledger, scalers: scalers)
    case .window:
      windows.fillEach(samples: samples, ledger: ledger) { sample in
        guard let own = fitting.fitted(onWindowEndingAt: sample, of: ledger) else {
          preconditionFailure("a sample that scales itself has labels in its window")
        }
        return own
      }
    }
    let start = begin(lesson.refit)
    let report = try network.fit(
      TrainingData(rows: windows.rows, ends: windows.ends, labels: windows.labels),
      refit: lesson.refit, using: &workspace)
    return Refit(
      index: lesson.refit, samples: report.samples, epochs: report.epochs,
      updates: report.updates, lossFirst: report.lossFirst, lossLast: report.lossLast,
      start: start)
  }

  private mutating func fitScalers(to samples: [Int], of ledger: SampleLedger) {
    guard configuration.scalerFit == .train || configuration.scalerFit == .first && !hasScalers
    else { return }
    hasScalers = true
    // A rolling set forgets; the others scale by all that has matured.
    if case .rolling = configuration.trainingSet {
      scalers = fitting.fitted(on: samples, of: ledger)
    } else {
      scalers = fitting.fittedOnAll(of: ledger)
    }
  }

  /// Puts the network where the refit sets out from.
  private mutating func begin(_ refit: Int) -> Refit.Start {
    switch configuration.start {
    case .warm:
      return .warm
    case .warmResetMoments:
      network.resetMoments()
      return .warmResetMoments
    case .cold:
      if let givenStart {
        network = givenStart
      } else {
        network.redraw(refit: refit)
      }
      return .cold
    }
  }

  public mutating func forecast(at bar: Int, from ledger: SampleLedger) -> [Prediction]? {
    if configuration.scalerFit == .window {
      guard let own = fitting.fitted(onWindowEndingAt: bar, of: ledger) else { return nil }
      scalers = own
    }
    windows.fill(windowEndingAt: bar, ledger: ledger, scalers: scalers)
    network.forecast(
      rows: windows.rows, end: windows.ends[0], into: &output, using: &workspace)
    guard output.allSatisfy(\.isFinite) else { return nil }
    return scalers.outputs.indices.map { index in
      Prediction(scalers.outputs[index].restored(Double(output[index])))
    }
  }

  public func save(to writer: inout StateWriter) {
    network.save(to: &writer)
    fitting.save(to: &writer)
    scalers.save(to: &writer)
    writer.write(hasScalers)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try network.restore(from: &reader)
    try fitting.restore(from: &reader)
    try scalers.restore(from: &reader)
    hasScalers = try reader.readBool()
  }
}

extension Walk {
  /// A walk of a network; see `RecurrentForecaster`.
  public init(
    configuration: WalkConfiguration, network: Network, startsFromGivenWeights: Bool = false,
    leakedScalers: ScalerSet? = nil
  ) {
    self.init(
      configuration: configuration,
      forecaster: RecurrentForecaster(
        configuration: configuration, network: network,
        startsFromGivenWeights: startsFromGivenWeights, leakedScalers: leakedScalers))
  }

  /// The network as last fitted; nil where the model is none.
  public var network: Network? { (forecaster as? RecurrentForecaster)?.network }
}
