import Testing

@testable import Recurrent

private func data(samples: Int, features: Int, lookback: Int, outputs: Int) -> TrainingData {
  var state: UInt32 = 7
  func uniform() -> Float {
    state = state &* 1_664_525 &+ 1_013_904_223
    return Float(state >> 8) * 0x1p-23 - 1
  }
  let rows = (0..<(samples + lookback) * features).map { _ in uniform() }
  return TrainingData(
    rows: rows, ends: (0..<samples).map { $0 + lookback - 1 },
    labels: (0..<samples * outputs).map { _ in uniform() })
}

/// The weights and the loss after two epochs, as bits.
private func bits(
  _ configuration: NetworkConfiguration, _ training: TrainingConfiguration, threads: Int
) throws -> [UInt32] {
  var network = Network(configuration, training: training)
  var workspace = network.makeWorkspace(threads: threads)
  let data = data(
    samples: 75, features: configuration.features, lookback: configuration.lookback,
    outputs: configuration.outputs)
  let report = try network.fit(data, refit: 3, using: &workspace)
  return network.values.flatMap { vector in (0..<16).map { vector[$0].bitPattern } }
    + [Float(report.lossLast).bitPattern]
}

/// Batches of 75 samples are five tiles, the last of 11; of 40 three, and two of the last 35.
@Test(arguments: Cell.allCases, [Batch.all, .size(40)])
func threadsDoNotChangeABit(cell: Cell, batch: Batch) throws {
  let configuration = NetworkConfiguration(
    cell: cell, features: 3, hidden: [72, 40], lookback: 9, outputs: 2, dropout: 0.2,
    inputDropout: 0.1, recurrentDropout: 0.3)
  let training = TrainingConfiguration(learningRate: 1e-2, epochs: 2, batch: batch, shuffle: true)
  let network = Network(configuration, training: training)
  #expect(FitRun.threads(of: 7, network) == 7, "the network is large enough for threads")
  let one = try bits(configuration, training, threads: 1)
  for threads in [2, 7] {
    #expect(try bits(configuration, training, threads: threads) == one)
  }
  var changed = training
  changed.seed += 1
  #expect(try bits(configuration, changed, threads: 1) != one)
}

@Test func aSmallNetworkKeepsToOneThread() {
  let network = Network(
    NetworkConfiguration(features: 2, hidden: [16], lookback: 10),
    training: TrainingConfiguration(learningRate: 1e-3, epochs: 1, batch: .all))
  #expect(FitRun.threads(of: 7, network) == 1)
}
