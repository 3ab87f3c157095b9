/// Times training steps: forward, loss, backward, Adam.
public enum RefitBenchmark {
  public struct Result: Equatable, Sendable {
    /// Median over repeats.
    public var microsecondsPerUpdate: Double
    /// The least of the repeats, on which a busy machine tells least.
    public var least: Double
    /// Half the distance from the first to the third quartile of the repeats.
    public var spread: Double
    public var updates: Int
    public var variant: KernelVariant
    /// The bits of the last epoch's loss: equal results have equal ones.
    public var fingerprint: UInt64
  }

  /// Trains a network on made-up data, repeat after repeat. `updates` of a repeat are rounded up to
  /// fits of 45; `now` is a clock in nanoseconds.
  ///
  /// - Returns: the median time of an update and its spread.
  public static func run(
    cell: Cell = .lstm, hidden: [Int], lookback: Int, features: Int, batch: Int, updates: Int,
    threads: Int = 1, repeats: Int = 9, variant: KernelVariant = .detected, now: () -> UInt64
  ) -> Result {
    run(
      NetworkConfiguration(cell: cell, features: features, hidden: hidden, lookback: lookback),
      training: TrainingConfiguration(learningRate: 1e-3, epochs: 1, batch: .size(batch)),
      updates: updates, threads: threads, repeats: repeats, variant: variant, now: now)
  }

  /// The same of a network of any shape, trained in any way; epochs, early stopping and the most
  /// updates of a fit are not looked at.
  ///
  /// Of an ensemble the time is that in which every member makes an update. On `threads` members are
  /// trained side by side, and where there are more threads than members the tiles of a batch.
  ///
  /// - Precondition: the batch is a size, and 1 where the network is stateful.
  public static func run(
    _ configuration: NetworkConfiguration, training: TrainingConfiguration, updates: Int,
    members: Int = 1, threads: Int = 1, repeats: Int = 9, variant: KernelVariant = .detected,
    now: () -> UInt64
  ) -> Result {
    precondition(
      updates >= 1 && repeats >= 1 && members >= 1 && threads >= 1, "counts are at least 1")
    guard case .size(let batch) = training.batch else {
      preconditionFailure("a benchmark's batch is a size")
    }
    var training = training
    (training.epochs, training.earlyStopping, training.maxUpdates) = (1, nil, nil)
    let updatesPerFit = min(updates, 45)
    let fits = (updates + updatesPerFit - 1) / updatesPerFit
    var ensemble = Ensemble(
      configuration, training: training, members: members, variant: variant)
    var workspace = ensemble.makeWorkspace(threads: threads)
    let data = walk(
      samples: batch * updatesPerFit, of: configuration,
      labels: configuration.outputs / training.loss.outputsPerLabel)
    var times: [Double] = []
    var loss = 0.0
    for repetition in 0...repeats {
      let start = now()
      for refit in 0..<fits {
        do {
          loss = try ensemble.fit(data, refit: refit, using: &workspace)[0].lossLast
        } catch {
          loss = .nan  // the fingerprint shows it; on these data it does not happen
        }
      }
      let elapsed = Double(now() - start) / 1000 / Double(fits * updatesPerFit)
      if repetition > 0 { times.append(elapsed) }  // the first warms up
    }
    times.sort()
    return Result(
      microsecondsPerUpdate: times[times.count / 2], least: times[0],
      spread: (times[times.count * 3 / 4] - times[times.count / 4]) / 2,
      updates: fits * updatesPerFit, variant: variant, fingerprint: loss.bitPattern)
  }

  /// Features from a linear congruential generator, the label a weighted sum of the newest row.
  private static func walk(
    samples: Int, of configuration: NetworkConfiguration, labels: Int
  ) -> TrainingData {
    let (lookback, features) = (configuration.lookback, configuration.features)
    var state: UInt32 = 1
    func uniform() -> Float {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) * 0x1p-23 - 1
    }
    let isStateful = configuration.state == .stateful
    let rowCount = isStateful ? samples * lookback : samples + lookback - 1
    let rows = (0..<rowCount * features).map { _ in uniform() }
    func label(_ row: Int) -> [Float] {
      (0..<labels).map { _ in 0.5 * rows[row * features] + 0.1 * uniform() }
    }
    if isStateful {
      return TrainingData(
        rows: rows, ends: [], labels: (0..<rowCount).flatMap(label), segments: [0..<rowCount])
    }
    let ends = (0..<samples).map { $0 + lookback - 1 }
    let atEachBar = configuration.output == .sequence
    return TrainingData(
      rows: rows, ends: ends,
      labels: ends.flatMap { end in
        (atEachBar ? end - lookback + 1..<end + 1 : end..<end + 1).flatMap(label)
      })
  }
}
