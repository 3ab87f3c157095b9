import Testing

@testable import Recurrent

/// Keras's own layers, given Pawl's dropout masks and its weights, trained by Keras's Adam: which gates
/// share a mask and what it multiplies, hard sigmoid, the GRU that resets before its product, and the
/// state that Keras carries over batches of overlapping windows. Made by Reference/keras_dialects.py.
struct KerasDialectTests {
  @Test func trainedWeightsAreThoseOfKerass() throws {
    let cases = try KerasCase.all()
    #expect(cases.count == 16)
    for parity in cases {
      var network = parity.network()
      _ = try network.fit(parity.data(), refit: 0)
      for tensor in Tensor.all(in: parity.configuration) {
        guard let expected = parity.results[tensor.name] else {
          #expect(tensor.kind == .biasHH, "Keras has \(tensor.name)")
          continue
        }
        let distance = distance(network.values(of: tensor), expected)
        #expect(distance < 1e-5, "\(tensor.name) of \(parity)")
      }
    }
  }

  /// Without the state, or with one mask for all gates, the weights would be others.
  @Test func anotherWayOfStateOrMasksIsSeen() throws {
    for parity in try KerasCase.all() where parity.words["state"] == "keras" {
      var configuration = parity.configuration
      configuration.state = .stateless
      var network = parity.network(configuration)
      _ = try network.fit(parity.data(), refit: 0)
      let recurrent = Tensor.weightHH(0)
      let distance = distance(
        network.values(of: recurrent), parity.results[recurrent.name] ?? [])
      #expect(distance > 1e-3, "\(parity)")
    }
  }
}

/// A case of keras_dialects.txt.
struct KerasCase: CustomStringConvertible {
  var words: [String: String]
  var results: [String: [Double]] = [:]

  static func all() throws -> [KerasCase] {
    var cases: [KerasCase] = []
    for line in try referenceText("keras_dialects.txt").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "case" {
        let pairs = words.dropFirst().map { $0.split(separator: "=") }
        let texts = pairs.map { (String($0[0]), String($0[1])) }
        cases.append(KerasCase(words: Dictionary(uniqueKeysWithValues: texts)))
      } else {
        cases[cases.count - 1].results[String(words[0])] =
          words.dropFirst().compactMap { Double($0) }
      }
    }
    return cases
  }

  var description: String { words["name"] ?? "" }

  private func whole(_ key: String) -> Int { Int(words[key] ?? "") ?? -1 }
  private func rate(_ key: String) -> Float { Float(words[key] ?? "") ?? .nan }

  var configuration: NetworkConfiguration {
    NetworkConfiguration(
      cell: Cell(rawValue: words["cell"] ?? "") ?? .lstm, features: whole("features"),
      hidden: (words["hidden"] ?? "").split(separator: ",").compactMap { Int($0) },
      lookback: whole("lookback"), state: words["state"] == "keras" ? .keras : .stateless,
      dropout: rate("dropout"), inputDropout: rate("input_dropout"),
      recurrentDropout: rate("recurrent_dropout"), dialect: .keras3,
      gruForm: GRUForm(rawValue: words["form"] ?? ""),
      gates: GateActivation(rawValue: words["gates"] ?? ""))
  }

  func network(_ configuration: NetworkConfiguration? = nil) -> Network {
    let configuration = configuration ?? self.configuration
    var network = Network(
      configuration,
      training: TrainingConfiguration(
        optimizer: Optimizer(.adam, dialect: .keras3),
        learningRate: Double(words["rate"] ?? "") ?? .nan,
        epochs: whole("epochs"), batch: .size(whole("batch")), seed: 77))
    var stream: UInt32 = 10
    for tensor in Tensor.all(in: configuration) {
      let count = tensor.count(in: configuration)
      guard results[tensor.name] != nil else {
        network.setValues([Float](repeating: 0, count: count), of: tensor)
        continue
      }
      network.setValues(
        TorchCorpusTests.numbers(UInt32(whole("key")), stream, count, scale: 0.5), of: tensor)
      stream += 1
    }
    return network
  }

  func data() -> TrainingData {
    let configuration = configuration
    let key = UInt32(whole("key"))
    let samples = whole("samples")
    return TrainingData(
      rows: TorchCorpusTests.numbers(
        key, 1, (samples + configuration.lookback - 1) * configuration.features, scale: 2),
      ends: (0..<samples).map { $0 + configuration.lookback - 1 },
      labels: TorchCorpusTests.numbers(key, 2, samples))
  }
}
