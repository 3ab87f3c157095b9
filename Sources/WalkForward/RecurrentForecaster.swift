import Bytes
import Recurrent

/// Forecasts by a recurrent network, with the scalers between it and the world.
public struct RecurrentForecaster: Forecaster {
  public let configuration: WalkConfiguration
  public private(set) var network: Network
  var workspace: Workspace
  /// Where cold starts begin from given weights, the network that has them.
  private let givenStart: Network?
  var fitting: ScalerFitting
  private(set) var scalers: ScalerSet
  private var hasScalers = false
  var windows = ScaledWindows()
  private var heldOut = ScaledWindows()
  var history = HistoryCache()
  var output: [Float]

  /// - Parameters:
  ///   - configuration: of the walk.
  ///   - network: at the weights that the walk starts from.
  ///   - startsFromGivenWeights: whether the weights of `network` were given, so that cold starts go
  ///     back to them and draw none.
  ///   - leakedScalers: with `scalerFit` `all`, the scalers of the whole series.
  /// - Precondition: `configuration.objection(to:)` has none; the network has the outputs of the
  ///   horizons and quantiles; `leakedScalers` is given exactly with `all`.
  public init(
    configuration: WalkConfiguration, network: Network, startsFromGivenWeights: Bool = false,
    leakedScalers: ScalerSet? = nil
  ) {
    if let objection = configuration.objection(to: network.configuration) {
      preconditionFailure(objection)
    }
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

  private var isStateful: Bool { network.configuration.state == .stateful }

  /// A stateful network's samples are single rows: what came before is in its state.
  public func makeLedger() -> SampleLedger {
    SampleLedger(
      featureCount: network.configuration.features,
      lookback: isStateful ? 1 : network.configuration.lookback,
      horizons: configuration.horizons,
      needsLabelsInWindow: configuration.scalerFit == .window
        && configuration.targetScaler != .none)
  }

  // MARK: Fitting

  public mutating func fit(
    _ lesson: Lesson, from ledger: SampleLedger, observe: ((UpdateRecord) -> Void)?
  ) throws(TrainingError) -> Refit {
    history.forget()
    guard configuration.onDivergence == .keep else { return try train(lesson, ledger, observe) }
    let before = (network, scalers, hasScalers)
    do throws(TrainingError) {
      return try train(lesson, ledger, observe)
    } catch {
      (network, scalers, hasScalers) = before
      throw error
    }
  }

  private mutating func train(
    _ lesson: Lesson, _ ledger: SampleLedger, _ observe: ((UpdateRecord) -> Void)?
  ) throws(TrainingError) -> Refit {
    let mayFitScalers =
      configuration.scalerFit == .train || configuration.scalerFit == .first && !hasScalers
    let samples = lesson.samples
    if configuration.validation > 0, case .incremental = configuration.trainingSet {
      let loss = lossOfNewSamples(lesson, ledger)
      let start = begin(lesson.refit)
      if mayFitScalers { fitScalers(to: samples, of: ledger, areAll: true) }
      windows = scaled(samples, of: ledger, into: windows.take())
      let report = try network.fit(
        windows.data, refit: lesson.refit, using: &workspace, observe: observe)
      var refit = Refit(lesson, report, samples: samples.count, start: start)
      refit.validationLoss = loss
      return refit
    }
    let start = begin(lesson.refit)
    let split = ValidationSplit(
      samples, fraction: configuration.validation,
      gap: max(ledger.maturity, configuration.targetSpan))
    guard let split else {
      if mayFitScalers { fitScalers(to: samples, of: ledger, areAll: true) }
      windows = scaled(samples, of: ledger, into: windows.take())
      let report = try network.fit(
        windows.data, refit: lesson.refit, using: &workspace, observe: observe)
      return Refit(lesson, report, samples: samples.count, start: start)
    }

    let origin = configuration.afterValidation == .refit ? network : nil
    if mayFitScalers { fitScalers(to: split.trained, of: ledger, areAll: false) }
    windows = scaled(split.trained, of: ledger, into: windows.take())
    heldOut = scaledHeldOut(split, of: ledger, into: heldOut.take())
    let report = try network.fit(
      windows.data, validation: heldOut.data, refit: lesson.refit, using: &workspace,
      observe: observe)
    guard let origin else {
      return Refit(lesson, report, samples: split.trained.count, start: start)
    }
    network = origin
    if mayFitScalers { fitScalers(to: samples, of: ledger, areAll: true) }
    windows = scaled(samples, of: ledger, into: windows.take())
    let last = try network.fit(
      windows.data, refit: lesson.refit, epochs: report.bestEpoch, using: &workspace)
    var refit = Refit(lesson, last, samples: samples.count, start: start)
    (refit.validationLoss, refit.bestEpoch) = (report.validationLoss, report.bestEpoch)
    return refit
  }

  private mutating func fitScalers(
    to samples: [Int], of ledger: SampleLedger, areAll: Bool
  ) {
    hasScalers = true
    // A rolling set forgets; the others scale by all that has matured.
    if case .rolling = configuration.trainingSet {
      scalers = fitting.fitted(on: samples, of: ledger)
    } else if areAll {
      scalers = fitting.fittedOnAll(of: ledger)
    } else {
      scalers = fitting.fitted(on: samples, of: ledger)
    }
  }

  /// Puts the network where the refit sets out from.
  private mutating func begin(_ refit: Int) -> Refit.Start {
    switch configuration.start {
    case .warm:
      return refit == 1 ? .cold : .warm
    case .warmResetMoments:
      network.resetMoments()
      return refit == 1 ? .cold : .warmResetMoments
    case .cold:
      if let givenStart {
        network = givenStart
      } else {
        network.redraw(refit: refit)
      }
      return .cold
    }
  }

  /// An incremental set trains on every sample, so it is validated on forecasts that have matured: the
  /// loss, before the refit, of the samples that it has not seen. Nil at the first refit.
  private mutating func lossOfNewSamples(_ lesson: Lesson, _ ledger: SampleLedger) -> Double? {
    guard lesson.refit > 1, lesson.newCount > 0 else { return nil }
    heldOut = scaled(
      Array(lesson.samples.suffix(lesson.newCount)), of: ledger, into: heldOut.take())
    let loss = network.loss(of: heldOut.data, using: &workspace)
    return loss.isNaN ? nil : loss
  }

  // MARK: Training data

  /// Scales the samples that are trained on.
  private func scaled(
    _ samples: [Int], of ledger: SampleLedger, into buffer: consuming ScaledWindows
  ) -> ScaledWindows {
    let weights = SampleWeights(halfLife: configuration.weightHalfLife).of(samples)
    if isStateful {
      buffer.fillSegments(
        from: firstRow(samples, of: ledger), samples: samples, weights: weights, ledger: ledger,
        scalers: scalers, labels: labels(from: 0))
    } else {
      fillWindows(&buffer, samples, weights, of: ledger, labels: labels(from: 0))
    }
    return buffer
  }

  /// Scales the samples held out, of which no label before their first bar is looked at. A stateful
  /// network comes to them through the rows that it is trained on.
  private func scaledHeldOut(
    _ split: ValidationSplit, of ledger: SampleLedger, into buffer: consuming ScaledWindows
  ) -> ScaledWindows {
    let labels = labels(from: split.held[0])
    if isStateful {
      buffer.fillSegments(
        from: split.trained[0], samples: split.trained + split.held, ledger: ledger,
        scalers: scalers, labels: labels)
    } else {
      fillWindows(&buffer, split.held, [], of: ledger, labels: labels)
    }
    return buffer
  }

  private func fillWindows(
    _ windows: inout ScaledWindows, _ samples: [Int], _ weights: [Double],
    of ledger: SampleLedger, labels: ScaledWindows.Labels
  ) {
    guard configuration.scalerFit == .window else {
      windows.fill(
        samples: samples, weights: weights, ledger: ledger, scalers: scalers, labels: labels)
      return
    }
    windows.fillEach(samples: samples, weights: weights, ledger: ledger, labels: labels) { sample in
      guard let own = fitting.fitted(onWindowEndingAt: sample, of: ledger) else {
        preconditionFailure("a sample that scales itself has labels in its window")
      }
      return own
    }
  }

  private func labels(from bar: Int) -> ScaledWindows.Labels {
    ScaledWindows.Labels(
      atEachBar: network.configuration.output == .sequence && !isStateful, from: bar)
  }

  /// The row at which a stateful network's training begins: the first sample's. An incremental set goes
  /// back further, to fill the chunk that its first sample is in, unless a gap is nearer; the rows
  /// before that sample bring the state up to date and are not trained on.
  private func firstRow(_ samples: [Int], of ledger: SampleLedger) -> Int {
    let (first, last) = (samples[0], samples[samples.count - 1])
    guard case .incremental = configuration.trainingSet else { return first }
    let chunk = network.configuration.lookback
    let chunks = (last - first) / chunk + 1
    var row = first
    while row > 0, row > last + 1 - chunks * chunk, ledger.isComplete(row - 1) { row -= 1 }
    return row
  }

  // MARK: Forecasting

  public mutating func forecast(at bar: Int, from ledger: SampleLedger) -> [Prediction]? {
    forecast(at: bar, from: ledger, stateBars: configuration.stateBars)
  }

  /// As `forecast`, a stateful network's state made of the last `stateBars` bars, or of all.
  mutating func forecast(
    at bar: Int, from ledger: SampleLedger, stateBars: Int?
  ) -> [Prediction]? {
    if isStateful {
      advance(to: bar, from: ledger, stateBars: stateBars)
      return predictions()
    }
    if configuration.scalerFit == .window {
      guard let own = fitting.fitted(onWindowEndingAt: bar, of: ledger) else { return nil }
      scalers = own
    }
    let lookback = network.configuration.lookback
    windows.fill(rows: bar - lookback + 1..<bar + 1, ledger: ledger, scalers: scalers)
    network.forecast(
      rows: windows.data.rows, end: lookback - 1, into: &output, using: &workspace)
    return predictions()
  }

  private func predictions() -> [Prediction]? {
    guard output.allSatisfy(\.isFinite) else { return nil }
    let quantiles = QuantileOrder(network.training.loss)
    return scalers.outputs.indices.map { index in
      quantiles.prediction(
        output[index * quantiles.count..<(index + 1) * quantiles.count].map {
          scalers.outputs[index].restored(Double($0))
        })
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
    history.forget()
  }
}

extension Refit {
  init(_ lesson: Lesson, _ report: FitReport, samples: Int, start: Start) {
    self.init(
      index: lesson.refit, samples: samples, epochs: report.epochs, updates: report.updates,
      lossFirst: report.lossFirst, lossLast: report.lossLast,
      validationLoss: report.validationLoss, bestEpoch: report.bestEpoch, start: start)
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
