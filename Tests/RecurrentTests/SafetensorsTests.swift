import Testing

@testable import Recurrent

/// A network's weights out to a file and back into a network.
struct SafetensorsTests {
  static let training = TrainingConfiguration(learningRate: 0.01, epochs: 1, batch: .all)

  func network(
    _ cell: Cell, dialect: Dialect = .torch, hidden: [Int] = [5, 3], features: Int = 3, seed: UInt32
  ) -> Network {
    var training = Self.training
    training.seed = seed
    return Network(
      NetworkConfiguration(
        cell: cell, features: features, hidden: hidden, lookback: 4, outputs: 2, dialect: dialect),
      training: training)
  }

  /// What is said where `bytes` are no weights of this network, which they leave as it was.
  func message(_ bytes: [UInt8], to network: Network) -> String {
    var changed = network
    do throws(WeightsError) {
      try changed.setWeights(safetensors: bytes)
      return "accepted"
    } catch {
      #expect(changed.values == network.values)
      return "\(error)"
    }
  }

  @Test(arguments: Cell.allCases, Dialect.allCases)
  func weightsGoOutAndComeBackWithTheSameBits(cell: Cell, dialect: Dialect) throws {
    let network = network(cell, dialect: dialect, seed: 1)
    for layout in WeightsLayout.allCases {
      var other = self.network(cell, dialect: dialect, seed: 2)
      let bytes = Weights(network).safetensors(layout)
      try other.setWeights(safetensors: bytes)
      let isSame = Tensor.all(in: network.configuration).allSatisfy {
        other.values(of: $0) == network.values(of: $0)
      }
      let hasOneSum = !Weights(network).configuration.needsTwoBiases && dialect == .torch
      #expect(isSame == !(layout == .keras && hasOneSum))
      #expect(Weights(other).safetensors(layout) == bytes)
    }
  }

  @Test func momentsAreSetToZero() throws {
    var network = network(.lstm, seed: 1)
    let bytes = network.safetensors
    for index in network.values.indices { network.values[index] = .one }
    try network.setWeights(safetensors: bytes)
    #expect(network.values.suffix(network.values.count / 3).allSatisfy { $0 == .zero })
    #expect(network.updates == 0)
  }

  @Test func aSecondBiasIsAddedToTheFirstWhereANetworkHasOne() throws {
    let torch = network(.lstm, seed: 1)
    var keras = network(.lstm, dialect: .keras3, seed: 2)
    try keras.setWeights(safetensors: torch.safetensors)
    for layer in 0..<2 {
      let sums = zip(torch.values(of: .biasIH(layer)), torch.values(of: .biasHH(layer))).map {
        $0 + $1
      }
      #expect(keras.values(of: .biasIH(layer)) == sums)
      #expect(keras.values(of: .biasHH(layer)).allSatisfy { $0 == 0 })
    }
  }

  @Test func weightsOfAnotherNetworkAreRefused() {
    let own = network(.gru, seed: 1)
    let cases: [(Network, String)] = [
      (own, "accepted"),
      (
        network(.gru, hidden: [5, 4], seed: 1),
        "rnn.weight_ih_l1 was of shape [12, 5], [9, 5] is needed"
      ),
      (
        network(.gru, hidden: [5, 3], features: 2, seed: 1),
        "rnn.weight_ih_l0 was of shape [15, 2], [15, 3] is needed"
      ),
      (
        network(.gru, hidden: [5], seed: 1),
        "rnn.weight_ih_l1 was missing, a tensor of that name is needed"
      ),
      (network(.lstm, seed: 1), "__metadata__: pawl.cell was lstm, gru is needed"),
      (
        network(.gru, dialect: .keras2, seed: 1),
        "__metadata__: pawl.gru_form was reset_before, reset_after is needed"
      ),
    ]
    for (other, expected) in cases { #expect(message(other.safetensors, to: own) == expected) }
    let keras = network(.lstm, dialect: .keras2, seed: 1)
    #expect(
      message(keras.safetensors, to: network(.lstm, dialect: .keras3, seed: 1))
        == "__metadata__: pawl.gates was hard_sigmoid, sigmoid is needed")
    #expect(
      message(Weights(own).safetensors(.keras), to: network(.gru, hidden: [5, 4], seed: 1))
        == "gru_1/gru_cell/kernel was of shape [5, 9], [5, 12] is needed")
  }

  @Test func afileThatSaysNothingOfItsNetworkIsTaken() {
    let own = network(.gru, dialect: .keras2, seed: 1)
    let plain = SafetensorsFile.bytes(Weights(own).tensors, metadata: [])
    #expect(message(plain, to: own) == "accepted")
  }

  /// The kernels against Keras: Reference/make_weights.py.
  @Test func aNetworkWithKerasWeightsMakesItsForecast() throws {
    for reference in try WeightsCase.all() {
      let weights = try Weights(safetensors: reference.bytes)
      var configuration = weights.configuration
      configuration.lookback = reference.lookback
      var network = Network(configuration, training: Self.training)
      try network.setWeights(safetensors: reference.bytes)
      var outputs = [Float](repeating: 0, count: reference.outputs)
      var workspace = network.makeWorkspace()
      network.forecast(
        rows: reference.rows, end: reference.lookback - 1, into: &outputs, using: &workspace)
      #expect(distance(outputs, reference.forecast) < 1e-6, "\(reference.name)")
    }
  }
}
