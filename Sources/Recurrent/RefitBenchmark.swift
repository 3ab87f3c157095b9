/// Times training steps: forward, loss, backward, Adam.
public enum RefitBenchmark {
  public struct Result: Equatable, Sendable {
    /// Median over repeats.
    public var microsecondsPerUpdate: Double
    /// The least of the repeats: what a busy machine blurs least.
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
    precondition(
      updates >= 1 && repeats >= 1 && batch >= 1 && threads >= 1, "counts are at least 1")
    let updatesPerFit = min(updates, 45)
    let fits = (updates + updatesPerFit - 1) / updatesPerFit
    var network = Network(
      NetworkConfiguration(cell: cell, features: features, hidden: hidden, lookback: lookback),
      training: TrainingConfiguration(learningRate: 1e-3, epochs: 1, batch: .size(batch)),
      variant: variant)
    var workspace = network.makeWorkspace(threads: threads)
    let data = walk(samples: batch * updatesPerFit, lookback: lookback, features: features)
    var times: [Double] = []
    var loss = 0.0
    for repetition in 0...repeats {
      let start = now()
      for refit in 0..<fits {
        do {
          loss = try network.fit(data, refit: refit, using: &workspace).lossLast
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
  private static func walk(samples: Int, lookback: Int, features: Int) -> TrainingData {
    var state: UInt32 = 1
    func uniform() -> Float {
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) * 0x1p-23 - 1
    }
    let rows = (0..<(samples + lookback - 1) * features).map { _ in uniform() }
    let ends = (0..<samples).map { $0 + lookback - 1 }
    let labels = ends.map { 0.5 * rows[$0 * features] + 0.1 * uniform() }
    return TrainingData(rows: rows, ends: ends, labels: labels)
  }
}
