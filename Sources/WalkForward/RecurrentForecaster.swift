import Bytes
import Recurrent

/// Forecasts by one recurrent network or several, with the scalers between them and the world.
///
/// Of several the forecast is their mean, output by output, and the spread their standard deviation.
public struct RecurrentForecaster: Forecaster {
  public let configuration: WalkConfiguration
  public private(set) var ensemble: Ensemble
  /// For fits, and for forecasts of one member.
  private var workspace: Ensemble.Workspace
  var memberWorkspace: Workspace
  /// Where cold starts begin from given weights, the networks that have them.
  private let givenStart: Ensemble?
  var fitting: ScalerFitting
  private(set) var scalers: ScalerSet
  private var hasScalers = false
  var windows = ScaledWindows()
  private var heldOut = ScaledWindows()
  var history = HistoryCache()
  /// Where Keras's way of state goes on from, one a member; empty after a fit.
  var carriedStates: [RecurrentState] = []
  /// What each member forecasts.
  var outputs: [[Float]]

  /// - Parameters:
  ///   - configuration: of the walk.
  ///   - ensemble: at the weights that the walk starts from.
  ///   - startsFromGivenWeights: whether the weights of `ensemble` were given, so that cold starts go
  ///     back to them and draw none.
  ///   - leakedScalers: with `scalerFit` `all`, the scalers of the whole series.
  ///   - threads: how many members are fitted at once, at least 1; it changes no bit.
  /// - Precondition: `configuration.objection(to:)` has none; the networks have the outputs of
  ///   the horizons and quantiles; `leakedScalers` is given exactly with `all`.
  public init(
    configuration: WalkConfiguration, ensemble: Ensemble, startsFromGivenWeights: Bool = false,
    leakedScalers: ScalerSet? = nil, threads: Int = 1
  ) {
    let network = ensemble.members[0]
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
    self.ensemble = ensemble
    workspace = ensemble.makeWorkspace(threads: threads)
    memberWorkspace = network.makeWorkspace()
    givenStart = startsFromGivenWeights ? ensemble : nil
    fitting = ScalerFitting(
      kind: configuration.scaler, outputKind: configuration.targetScaler,
      featureCount: network.configuration.features, outputCount: configuration.horizons.count)
    scalers =
      leakedScalers
      ?? ScalerSet(
        featureCount: network.configuration.features, outputCount: configuration.horizons.count)
    outputs = Array(
      repeating: Array(repeating: 0, count: network.configuration.outputs),
      count: ensemble.members.count)
  }

  /// Of one network, which is an ensemble of one.
  public init(
    configuration: WalkConfiguration, network: Network, startsFromGivenWeights: Bool = false,
    leakedScalers: ScalerSet? = nil
  ) {
    self.init(
      configuration: configuration, ensemble: Ensemble(network),
      startsFromGivenWeights: startsFromGivenWeights, leakedScalers: leakedScalers)
  }

  /// The shape of every member.
  var shape: NetworkConfiguration { ensemble.members[0].configuration }

  private var isStateful: Bool { shape.state == .stateful }

  /// A stateful network's samples are single rows: what came before is in its state.
  public func makeLedger() -> SampleLedger {
    SampleLedger(
      featureCount: shape.features,
      lookback: isStateful ? 1 : shape.lookback,
      horizons: configuration.horizons,
      needsLabelsInWindow: configuration.scalerFit == .window
        && configuration.targetScaler != .none)
  }

  // MARK: Fitting

  public mutating func fit(
    _ lesson: Lesson, from ledger: SampleLedger, observe: ((UpdateRecord) -> Void)?
  ) throws(TrainingError) -> Refit {
    history.forget()
    carriedStates.removeAll()
    guard configuration.onDivergence == .keep else { return try train(lesson, ledger, observe) }
    let before = (ensemble, scalers, hasScalers)
    do throws(TrainingError) {
      return try train(lesson, ledger, observe)
    } catch {
      (ensemble, scalers, hasScalers) = before
      throw error
    }
  }

  private mutating func train(
    _ lesson: Lesson, _ ledger: SampleLedger, _ observe: ((UpdateRecord) -> Void)?
  ) throws(TrainingError) -> Refit {
    let samples = lesson.samples
    let earlierLoss = lossOfNewSamples(lesson, ledger)
    let start = begin(lesson.refit)
    let mayFitScalers =
      configuration.scalerFit == .train || configuration.scalerFit == .first && !hasScalers
    guard let split = split(samples, ledger) else {
      if mayFitScalers { fitScalers(to: samples, of: ledger, areAll: true) }
      windows = scaled(samples, of: ledger, into: windows.take())
      let reports = try fitMembers(lesson.refit, observe: observe)
      var refit = Refit(lesson, reports, samples: samples.count, start: start)
      refit.validationLoss = earlierLoss
      return refit
    }

    let origin = configuration.afterValidation == .refit ? ensemble : nil
    if mayFitScalers { fitScalers(to: split.trained, of: ledger, areAll: false) }
    windows = scaled(split.trained, of: ledger, into: windows.take())
    heldOut = scaledHeldOut(split, of: ledger, into: heldOut.take())
    let reports = try fitMembers(lesson.refit, validation: heldOut.data, observe: observe)
    let validated = Refit(lesson, reports, samples: split.trained.count, start: start)
    guard let origin else { return validated }
    ensemble = origin
    if mayFitScalers { fitScalers(to: samples, of: ledger, areAll: true) }
    windows = scaled(samples, of: ledger, into: windows.take())
    let last = try fitMembers(lesson.refit, epochs: validated.bestEpoch)
    var refit = Refit(lesson, last, samples: samples.count, start: start)
    (refit.validationLoss, refit.bestEpoch) = (validated.validationLoss, validated.bestEpoch)
    return refit
  }

  /// Fits the members to `windows`. The updates that are observed are the first member's.
  private mutating func fitMembers(
    _ refit: Int, validation: TrainingData? = nil, epochs: Int? = nil,
    observe: ((UpdateRecord) -> Void)? = nil
  ) throws(TrainingError) -> [FitReport] {
    guard let observe else {
      return try ensemble.fit(
        windows.data, validation: validation, refit: refit, epochs: epochs, using: &workspace)
    }
    return try ensemble.fit(
      windows.data, validation: validation, refit: refit, epochs: epochs, using: &workspace
    ) { member, record in
      if member == 0 { observe(record) }
    }
  }

  /// An incremental set trains on every sample, and is validated otherwise: see `lossOfNewSamples`.
  private func split(_ samples: [Int], _ ledger: SampleLedger) -> ValidationSplit? {
    if case .incremental = configuration.trainingSet { return nil }
    return ValidationSplit(
      samples, fraction: configuration.validation,
      gap: max(ledger.maturity, configuration.targetSpan))
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

  /// Puts the networks where the refit sets out from.
  private mutating func begin(_ refit: Int) -> Refit.Start {
    switch configuration.start {
    case .warm:
      return refit == 1 ? .cold : .warm
    case .warmResetMoments:
      ensemble.resetMoments()
      return refit == 1 ? .cold : .warmResetMoments
    case .cold:
      if let givenStart {
        ensemble = givenStart
      } else {
        ensemble.redraw(refit: refit)
      }
      return .cold
    }
  }

  /// With an incremental set, which trains on every sample, validation is by forecasts that have
  /// matured: the loss, before the refit, of the samples that no refit has seen, by the scalers of
  /// the refit before. Nil at the first refit, and where nothing is validated.
  private mutating func lossOfNewSamples(_ lesson: Lesson, _ ledger: SampleLedger) -> Double? {
    guard configuration.validation > 0, case .incremental = configuration.trainingSet,
      lesson.refit > 1, lesson.newCount > 0
    else { return nil }
    heldOut = scaled(
      Array(lesson.samples.suffix(lesson.newCount)), of: ledger, into: heldOut.take())
    var sum = 0.0
    for member in ensemble.members { sum += member.loss(of: heldOut.data, using: &memberWorkspace) }
    let mean = sum / Double(ensemble.members.count)
    return mean.isNaN ? nil : mean
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
      atEachBar: shape.output == .sequence && !isStateful, from: bar)
  }

  /// The row at which a stateful network's training begins: the first sample's. An incremental set goes
  /// back further, to fill the chunk that its first sample is in, unless a gap is nearer; the rows
  /// before that sample bring the state up to date and are not trained on.
  private func firstRow(_ samples: [Int], of ledger: SampleLedger) -> Int {
    let (first, last) = (samples[0], samples[samples.count - 1])
    guard case .incremental = configuration.trainingSet else { return first }
    let chunk = shape.lookback
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
    if configuration.scalerFit == .window {
      guard let own = fitting.fitted(onWindowEndingAt: bar, of: ledger) else { return nil }
      scalers = own
    }
    switch shape.state {
    case .stateless: forecastWindow(at: bar, from: ledger)
    case .stateful: advance(to: bar, from: ledger, stateBars: stateBars)
    case .keras: advanceWindow(at: bar, from: ledger)
    }
    return predictions()
  }

  private mutating func forecastWindow(at bar: Int, from ledger: SampleLedger) {
    windows.fill(rows: bar - shape.lookback + 1..<bar + 1, ledger: ledger, scalers: scalers)
    for (index, member) in ensemble.members.enumerated() {
      member.forecast(
        rows: windows.data.rows, end: shape.lookback - 1, into: &outputs[index],
        using: &memberWorkspace)
    }
  }

  /// Mean and spread over the members; nil where a number is not finite.
  private func predictions() -> [Prediction]? {
    guard outputs.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
    let quantiles = QuantileOrder(ensemble.members[0].training.loss)
    return scalers.outputs.indices.map { index in
      let ofMembers = outputs.map { outputs in
        outputs[index * quantiles.count..<(index + 1) * quantiles.count].map {
          scalers.outputs[index].restored(Double($0))
        }
      }
      return quantiles.prediction(ofMembers)
    }
  }

  public func save(to writer: inout StateWriter) {
    ensemble.save(to: &writer)
    fitting.save(to: &writer)
    scalers.save(to: &writer)
    writer.write(hasScalers)
    writer.write(!carriedStates.isEmpty)
    for state in carriedStates { state.save(to: &writer) }
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try ensemble.restore(from: &reader)
    try fitting.restore(from: &reader)
    try scalers.restore(from: &reader)
    hasScalers = try reader.readBool()
    carriedStates =
      try reader.readBool() ? ensemble.members.map { _ in RecurrentState(shape) } : []
    for index in carriedStates.indices { try carriedStates[index].restore(from: &reader) }
    history.forget()
  }
}

extension Refit {
  /// Of one network, or of several: losses are the means over them, the best epoch their median (the
  /// lower, where two are in the middle), counts those of the one that took longest.
  init(_ lesson: Lesson, _ reports: [FitReport], samples: Int, start: Start) {
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    let validationLosses = reports.compactMap(\.validationLoss)
    let bestEpochs = reports.compactMap(\.bestEpoch).sorted()
    self.init(
      index: lesson.refit, samples: samples, epochs: reports.map(\.epochs).max() ?? 0,
      updates: reports.map(\.updates).max() ?? 0, lossFirst: mean(reports.map(\.lossFirst)),
      lossLast: mean(reports.map(\.lossLast)),
      validationLoss: validationLosses.isEmpty ? nil : mean(validationLosses),
      bestEpoch: bestEpochs.isEmpty ? nil : bestEpochs[(bestEpochs.count - 1) / 2], start: start)
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

  /// The networks as last fitted; nil where the model is none.
  public var ensemble: Ensemble? { (forecaster as? RecurrentForecaster)?.ensemble }

  /// The first of them.
  public var network: Network? { ensemble?.members[0] }
}
