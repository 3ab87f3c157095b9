import Numerics
import Testing

@testable import Recurrent

/// One configuration of the tables below.
struct Shape: CustomTestStringConvertible, Sendable {
  var features: Int
  var hidden: Int
  var lookback: Int
  var outputs = 1
  var batch: Batch
  var samples: Int
  var dropouts: (Float, Float, Float) = (0, 0, 0)
  var dialect = Dialect.torch
  var shuffle = false

  var testDescription: String { "\(self)" }

  func network(seed: UInt32, epochs: Int = 2, variant: KernelVariant = .detected) -> Network {
    Network(
      NetworkConfiguration(
        features: features, hidden: [hidden], lookback: lookback, outputs: outputs,
        dropout: dropouts.0, inputDropout: dropouts.1, recurrentDropout: dropouts.2,
        dialect: dialect, member: 3),
      training: TrainingConfiguration(
        optimizer: Optimizer(.adam, dialect: dialect), learningRate: 1e-2, epochs: epochs,
        batch: batch, shuffle: shuffle, seed: seed),
      variant: variant)
  }

  func data(seed: UInt32) -> TrainingData {
    let stream = PhiloxStream(seed: seed, purpose: .synthetic)
    let rowCount = lookback + samples + 2
    let rows = (0..<rowCount * features).map { Float(stream.normal(at: $0)) }
    let labels = (0..<samples * outputs).map { Float(stream.normal(at: 100_000 + $0)) }
    // Not every window starts one row after the one before it.
    let ends = (0..<samples).map { $0 + lookback - 1 + ($0 % 5 == 4 ? 1 : 0) }
    return TrainingData(rows: rows, ends: ends, labels: labels)
  }

  static let all: [Shape] = [
    Shape(features: 2, hidden: 32, lookback: 15, batch: .size(1), samples: 3),
    Shape(features: 5, hidden: 16, lookback: 6, batch: .size(32), samples: 40),
    Shape(features: 1, hidden: 1, lookback: 1, batch: .size(1), samples: 2),
    Shape(features: 3, hidden: 5, lookback: 4, outputs: 2, batch: .size(4), samples: 10),
    Shape(features: 2, hidden: 17, lookback: 3, batch: .size(7), samples: 20),
    Shape(features: 2, hidden: 40, lookback: 3, outputs: 17, batch: .size(3), samples: 5),
    Shape(features: 17, hidden: 48, lookback: 2, batch: .size(2), samples: 5),
    Shape(features: 3, hidden: 20, lookback: 4, batch: .all, samples: 37, shuffle: true),
    Shape(
      features: 2, hidden: 32, lookback: 5, batch: .size(1), samples: 3, dropouts: (0, 0.3, 0.3),
      dialect: .keras3, shuffle: true),
    Shape(
      features: 3, hidden: 9, lookback: 4, batch: .size(20), samples: 30, dropouts: (0.5, 0.2, 0.4),
      dialect: .keras3),
    Shape(
      features: 3, hidden: 18, lookback: 4, batch: .size(8), samples: 12, dropouts: (0.3, 0.4, 0)),
  ]
}

struct ScalarTwinTests {
  @Test(arguments: Shape.all)
  func trainingHasTheBitsOfTheScalarTwin(shape: Shape) throws {
    for seed: UInt32 in [1, 2] {
      var network = shape.network(seed: seed)
      var twin = ScalarTwin(network)
      var workspace = network.makeWorkspace()
      for refit in 0..<2 {
        let report = try network.fit(shape.data(seed: seed), refit: refit, using: &workspace)
        #expect(report == twin.fit(shape.data(seed: seed), refit: refit), "seed \(seed)")
      }
      for tensor in Tensor.all(in: network.configuration) {
        #expect(network.values(of: tensor) == twin.weights[tensor], "seed \(seed), \(tensor)")
        #expect(network.firstMoments(of: tensor) == twin.first[tensor], "seed \(seed), \(tensor)")
      }
    }
  }

  @Test(arguments: Shape.all)
  func forecastsHaveTheBitsOfTheScalarTwin(shape: Shape) throws {
    var network = shape.network(seed: 5)
    let data = shape.data(seed: 5)
    _ = try network.fit(data, refit: 0)
    var workspace = network.makeWorkspace()
    let twin = ScalarTwin(network)
    var outputs = [Float](repeating: 0, count: shape.outputs)
    for sample in 0..<min(shape.samples, 4) {
      network.forecast(rows: data.rows, end: data.ends[sample], into: &outputs, using: &workspace)
      let trace = twin.forward(twin.window(data, sample))
      #expect(outputs == trace.outputs[0])
    }
  }
}
