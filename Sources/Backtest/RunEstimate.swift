import Recurrent
import WalkForward

/// What a run is going to take, found without training: its bars are stepped through with a model that
/// learns nothing, and the refits that its schedule asks for are counted.
public struct RunEstimate {
  /// Steps of the panel.
  public private(set) var bars = 0
  public private(set) var refits = 0
  /// Forecasts of all horizons.
  public private(set) var forecasts = 0
  /// Samples at the last refit.
  public private(set) var samples = 0
  /// Updates of one network's weights, at most: training may stop early.
  public private(set) var updates = 0
  /// Samples that go through one network in training, at most, each time counted.
  public private(set) var visits = 0
  /// Whether the counts are of a schedule that depends on the forecasts, or on losses.
  public private(set) var isBound = false
  /// Time that one pass over the bars took without a model, in seconds.
  public private(set) var secondsWithoutModel = 0.0
  /// Time for all training on one thread, in seconds; 0 without a network.
  public private(set) var trainingSeconds = 0.0
  /// Of one update at the run's batch.
  public private(set) var microsecondsPerUpdate = 0.0
  /// Bytes of memory for networks and rows; the program itself comes on top.
  public private(set) var bytes = 0
  public let prepared: PreparedRun

  /// - Throws: `RunFailure` where a bar file's rows are no bars.
  public init(_ prepared: PreparedRun) throws(RunFailure) {
    self.prepared = prepared
    let start = ContinuousClock.now
    try countRefits()
    secondsWithoutModel = (ContinuousClock.now - start) / .seconds(1)
    guard let learning = prepared.spec.learning, let network = learning.network else { return }
    let batch = min(learning.batch(of: max(samples, 1)), max(samples, 1))
    if updates > 0 {
      microsecondsPerUpdate = prepared.timeUpdate(network, batch: batch)
      trainingSeconds =
        Double(network.ensemble) * Double(visits) / Double(batch) * microsecondsPerUpdate / 1e6
    }
    bytes =
      network.ensemble * Workspace.byteCount(network.configuration, batch: network.training.batch)
  }

  /// The tables that the run writes.
  public var tableNames: [String] { LogTable.written(by: prepared.spec).map(\.name) }

  /// Time in seconds with so many threads for the networks of an ensemble.
  public func seconds(threads: Int) -> Double {
    let members = prepared.spec.learning?.network?.ensemble ?? 1
    let rounds = (members + threads - 1) / threads
    return secondsWithoutModel + trainingSeconds * Double(rounds) / Double(members)
  }

  private mutating func countRefits() throws(RunFailure) {
    var engine = try prepared.makeEngine(forecaster: prepared.stopgap)
    var counted = self
    while try engine.step({ event in
      switch event {
      case .refit(let refit, let bar, _): counted.add(refit, bar: bar)
      case .forecast: counted.forecasts += 1
      default: break
      }
    }) {}
    self = counted
    bars = engine.bar + 1
    let learning = prepared.spec.learning
    bytes = bars * 8 * ((learning?.features.count ?? 0) + (learning?.target.horizons.count ?? 0))
    if case .drift = learning?.walk.refits { isBound = true }
    if learning?.network?.training.earlyStopping != nil { isBound = true }
  }

  private mutating func add(_ refit: Refit, bar: Int) {
    refits += 1
    samples = refit.samples
    guard let learning = prepared.spec.learning, let network = learning.network else { return }
    // New weights have to see the history again before they forecast; that costs a third of training.
    if network.configuration.state == .stateful {
      visits += min(bar + 1, learning.walk.stateBars ?? .max) / 3
    }
    var parts = [refit.samples]
    if learning.walk.validation > 0 {
      let before = Int(Double(refit.samples) * (1 - learning.walk.validation))
      parts = learning.walk.afterValidation == .refit ? [before, refit.samples] : [before]
    }
    for count in parts where count > 0 {
      let batch = learning.batch(of: count)
      let anEpoch = (count + batch - 1) / batch
      let all = network.training.epochs * anEpoch
      let made = min(all, network.training.maxUpdates ?? all)
      updates += made
      visits += made == all ? network.training.epochs * count : made * batch
    }
  }
}

extension LearningSpec {
  /// Samples in an update: a chunk of the series where state is carried through it.
  fileprivate func batch(of samples: Int) -> Int {
    guard let network else { return samples }
    if network.configuration.state == .stateful { return network.configuration.lookback }
    switch network.training.batch {
    case .size(let size): return min(size, samples)
    case .all: return samples
    }
  }
}

extension PreparedRun {
  /// Times a network's updates for a fraction of a second.
  ///
  /// - Parameters:
  ///   - network: of any shape.
  ///   - batch: samples in an update; a stateful network has chunks instead.
  /// - Returns: microseconds an update.
  fileprivate func timeUpdate(_ network: NetworkSpec, batch: Int) -> Double {
    var training = network.training
    training.batch = .size(network.configuration.state == .stateful ? 1 : batch)
    func microseconds(updates: Int, repeats: Int) -> Double {
      let clock = ContinuousClock()
      let start = clock.now
      return RefitBenchmark.run(
        network.configuration, training: training, updates: updates, repeats: repeats,
        variant: variant
      ) { UInt64((clock.now - start) / .nanoseconds(1)) }.microsecondsPerUpdate
    }
    let rough = microseconds(updates: 1, repeats: 1)
    return microseconds(updates: max(1, min(4500, Int(50_000 / max(rough, 1)))), repeats: 5)
  }
}
