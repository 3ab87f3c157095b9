import Testing

@testable import Recurrent

/// Against PyTorch in Float64; the vectors are made by Reference/torch_parity.py.
struct TorchParityTests {
  func network(_ parity: ParityCase, _ training: TrainingConfiguration, _ dialect: Dialect)
    throws -> Network
  {
    var configuration = parity.configuration
    configuration.dialect = dialect
    var training = training
    training.optimizer = Optimizer(.adam, dialect: dialect)
    var network = Network(configuration, training: training)
    for tensor in Tensor.all(in: network.configuration) {
      var values = try parity.floats("start " + tensor.name)
      if dialect == .keras3, tensor.kind == .biasHH { values = values.map { _ in 0 } }
      network.setValues(values, of: tensor)
    }
    return network
  }

  func training(
    _ parity: ParityCase, epochs: Int, batch: Int? = nil, dialect: Dialect = .torch
  ) -> TrainingConfiguration {
    TrainingConfiguration(
      optimizer: Optimizer(.adam, dialect: dialect),
      learningRate: 1e-2, epochs: epochs, batch: .size(batch ?? parity.batch))
  }

  @Test func forecastsAreThoseOfPyTorch() throws {
    for parity in try ParityCase.all() {
      let network = try network(parity, training(parity, epochs: 1), .torch)
      var workspace = network.makeWorkspace()
      let data = try parity.data
      var forecasts: [Float] = []
      var outputs = [Float](repeating: 0, count: parity.configuration.outputs)
      for sample in 0..<parity.batch {
        network.forecast(
          rows: data.rows, end: data.ends[sample], into: &outputs, using: &workspace)
        forecasts += outputs
      }
      #expect(distance(forecasts, parity.numbers["forecast"] ?? []) < 5e-7)
    }
  }

  @Test func theFirstBatchHasPyTorchsLossAndGradients() throws {
    for parity in try ParityCase.all() {
      var network = try network(parity, training(parity, epochs: 1), .torch)
      var data = try parity.data
      data.ends.removeLast(parity.samples - parity.batch)
      data.labels.removeLast((parity.samples - parity.batch) * parity.configuration.outputs)
      let report = try network.fit(data, refit: 0)
      #expect(distance([Float(report.lossFirst)], parity.numbers["loss"] ?? []) < 5e-7)
      #expect(report.updates == 1)
      for tensor in Tensor.all(in: network.configuration) {
        // After one step Adam's first moment is a tenth of the gradient.
        let gradient = network.firstMoments(of: tensor).map { $0 * 10 }
        let expected = parity.numbers["gradient " + tensor.name] ?? []
        #expect(distance(gradient, expected) < 3e-6, "\(tensor)")
      }
    }
  }

  @Test(arguments: [Dialect.torch, .keras3])
  func tenAdamStepsEndAtTheFrameworksWeights(dialect: Dialect) throws {
    for parity in try ParityCase.all() {
      // Updates until ten are done, however many epochs that takes.
      let perEpoch = (parity.samples + parity.batch - 1) / parity.batch
      let epochs = (10 + perEpoch - 1) / perEpoch
      var network = try network(parity, training(parity, epochs: 1, dialect: dialect), dialect)
      let data = try parity.data
      var left = 10
      for epoch in 0..<epochs {
        var part = data
        let samples = min(parity.samples, left * parity.batch)
        part.ends.removeLast(parity.samples - samples)
        part.labels.removeLast((parity.samples - samples) * parity.configuration.outputs)
        left -= try network.fit(part, refit: epoch).updates
      }
      #expect(network.updates == 10)
      for tensor in Tensor.all(in: network.configuration) {
        let name = (dialect == .torch ? "adam10 " : "keras10 ") + tensor.name
        #expect(distance(network.values(of: tensor), parity.numbers[name] ?? []) < 4e-5, "\(name)")
      }
    }
  }
}

extension Network {
  /// Adam's first moments of a tensor.
  func firstMoments(of tensor: Tensor) -> [Float] {
    var moments = self
    let vectors = layout.count / 16
    moments.values.replaceSubrange(0..<vectors, with: values[vectors..<2 * vectors])
    return moments.values(of: tensor)
  }
}
