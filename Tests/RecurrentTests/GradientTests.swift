import Numerics
import Testing

@testable import Recurrent

/// Gradients against central differences of the loss, which is computed in Float64 by the
/// definition alone.
struct GradientTests {
  /// The mean squared error of one batch by PyTorch's definition of an LSTM, nothing dropped.
  func loss(
    _ weights: [Tensor: [Double]], _ configuration: NetworkConfiguration, _ data: TrainingData
  ) -> Double {
    let hidden = configuration.hidden[0]
    let features = configuration.features
    func weight(_ tensor: Tensor, _ index: Int) -> Double { weights[tensor]?[index] ?? .nan }
    func sigmoid(_ x: Double) -> Double { 1 / (1 + Elementary.exp(-x)) }
    func tanh(_ x: Double) -> Double { 2 * sigmoid(2 * x) - 1 }
    var total = 0.0
    for (sample, end) in data.ends.enumerated() {
      var h = [Double](repeating: 0, count: hidden)
      var c = h
      for row in end - configuration.lookback + 1...end {
        let z = (0..<4 * hidden).map { j in
          var sum = weight(.biasIH(0), j) + weight(.biasHH(0), j)
          for f in 0..<features {
            sum += weight(.weightIH(0), j * features + f) * Double(data.rows[row * features + f])
          }
          for k in 0..<hidden { sum += weight(.weightHH(0), j * hidden + k) * h[k] }
          return sum
        }
        for unit in 0..<hidden {
          c[unit] =
            sigmoid(z[hidden + unit]) * c[unit] + sigmoid(z[unit]) * tanh(z[2 * hidden + unit])
        }
        for unit in 0..<hidden { h[unit] = sigmoid(z[3 * hidden + unit]) * tanh(c[unit]) }
      }
      for output in 0..<configuration.outputs {
        var forecast = weight(.headBias, output)
        for k in 0..<hidden { forecast += weight(.headWeight, output * hidden + k) * h[k] }
        let error = forecast - Double(data.labels[sample * configuration.outputs + output])
        total += error * error
      }
    }
    return total / Double(data.ends.count * configuration.outputs)
  }

  @Test(arguments: [
    Shape(features: 2, hidden: 5, lookback: 6, batch: .all, samples: 1),
    Shape(features: 3, hidden: 17, lookback: 4, outputs: 2, batch: .all, samples: 7),
    Shape(features: 1, hidden: 3, lookback: 5, batch: .all, samples: 20, dialect: .keras3),
  ])
  func gradientsAreTheSlopesOfTheLoss(shape: Shape) throws {
    var network = shape.network(seed: 4, epochs: 1)
    var weights: [Tensor: [Double]] = [:]
    for tensor in Tensor.all(in: network.configuration) {
      weights[tensor] = network.values(of: tensor).map(Double.init)
    }
    let data = shape.data(seed: 4)
    _ = try network.fit(data, refit: 0)
    let step = 1e-5
    for tensor in Tensor.all(in: network.configuration) {
      let gradient = network.firstMoments(of: tensor).map { Double($0) * 10 }
      if shape.dialect == .keras3, tensor.kind == .biasHH {
        #expect(gradient.allSatisfy { $0 == 0 })
        continue
      }
      let count = gradient.count
      for index in stride(from: 0, to: count, by: max(1, count / 12)) {
        var moved = weights
        moved[tensor]?[index] += step
        let above = loss(moved, network.configuration, data)
        moved[tensor]?[index] -= 2 * step
        let slope = (above - loss(moved, network.configuration, data)) / (2 * step)
        #expect(abs(gradient[index] - slope) < 2e-6, "\(tensor)[\(index)]")
      }
    }
  }
}
