import Testing

@testable import Recurrent

/// 260 random networks against PyTorch in Float64; the results are made by Reference/torch_corpus.py,
/// everything else by a hash that both sides know.
struct TorchCorpusTests {
  static let forwardBound = 2e-6
  static let gradientBound = 1e-5
  static let weightBound = 1e-4

  /// Stream and element to a number, as the script does it.
  static func hashes(_ key: UInt32, _ stream: UInt32, _ count: Int) -> [UInt32] {
    func mixed(_ value: UInt32) -> UInt32 {
      var x = value
      x = (x ^ (x >> 16)) &* 0x7FEB_352D
      x = (x ^ (x >> 15)) &* 0x846C_A68B
      return x ^ (x >> 16)
    }
    let base = mixed(stream &+ mixed(key))
    return (0..<UInt32(count)).map { mixed($0 &+ base) }
  }

  /// Multiples of 2⁻¹⁹ within ±1, times a power of two: exact in Float.
  static func numbers(_ key: UInt32, _ stream: UInt32, _ count: Int, scale: Float = 1) -> [Float] {
    hashes(key, stream, count).map { (Float($0 >> 12) - 0x1p19) * 0x1p-19 * scale }
  }

  static let corpus = Result { try CorpusCase.all() }

  @Test func theCorpusHasEveryKind() throws {
    let cases = try Self.corpus.get()
    #expect(cases.count >= 200)
    func count(_ key: String, _ value: String) -> Int { cases.count { $0.words[key] == value } }
    for cell in Cell.allCases { #expect(count("cell", cell.rawValue) >= 50) }
    for kind in OptimizerKind.allCases { #expect(count("optimizer", kind.rawValue) >= 20) }
    for loss in ["mse", "mae", "huber", "logcosh", "quantile"] {
      #expect(count("loss", loss) >= 20)
    }
    for clip in ["none", "value", "norm", "global_norm"] { #expect(count("clip", clip) >= 20) }
    #expect(count("form", "reset_before") >= 15)
    #expect(count("gates", "hard_sigmoid") >= 20)
    #expect(count("dialect", "keras3") >= 40)
    #expect(count("output", "sequence") >= 30)
    #expect(cases.count { $0.configuration.hidden.count > 1 } >= 80)
  }

  @Test func forecastsAreThoseOfPyTorch() throws {
    for parity in try Self.corpus.get() {
      let network = parity.network()
      var workspace = network.makeWorkspace()
      let data = parity.data()
      var outputs = [Float](repeating: 0, count: parity.configuration.outputs)
      var found: [Float] = []
      for sample in 0..<min(parity.batch, 3) {
        network.forecast(
          rows: data.rows, end: data.ends[sample], into: &outputs, using: &workspace)
        found += outputs
      }
      let distance = distance(found, parity.results["forecast"] ?? [])
      #expect(distance < Self.forwardBound, "\(parity)")
    }
  }

  /// By Adam's first moment, which after one update is a tenth of the gradient.
  @Test func theFirstBatchHasPyTorchsLossAndGradients() throws {
    for parity in try Self.corpus.get() {
      var training = parity.training
      training.optimizer = Optimizer(.adam, dialect: .torch)
      training.clipping = .none
      var network = parity.network(training)
      let report = try network.fit(parity.data(batches: 1), refit: 0)
      #expect(report.updates == 1)
      let loss = try #require(parity.results["loss"]?.first)
      #expect((report.lossFirst - loss).magnitude < Self.forwardBound * loss, "\(parity)")
      for tensor in parity.trainedTensors {
        let gradient = network.firstMoments(of: tensor).map { $0 * 10 }
        let distance = try parity.distance(gradient, "gradient \(tensor.name)")
        #expect(distance < Self.gradientBound, "\(tensor.name) of \(parity)")
      }
    }
  }

  @Test func tenUpdatesEndAtPyTorchsWeights() throws {
    for parity in try Self.corpus.get() {
      var network = parity.network()
      let report = try network.fit(parity.data(), refit: 0)
      #expect(report.updates == 10)
      for tensor in Tensor.all(in: parity.configuration) {
        let distance = try parity.distance(network.values(of: tensor), "ten \(tensor.name)")
        #expect(distance < Self.weightBound, "\(tensor.name) of \(parity)")
      }
    }
  }

  /// The bounds are tight enough that a rate five per cent off would be seen.
  @Test func aRateFivePerCentOffIsSeen() throws {
    let cases = try Self.corpus.get().filter { $0.words["optimizer"] == "adam" }
    var seen = 0
    for parity in cases {
      var training = parity.training
      training.learningRate *= 1.05
      var network = parity.network(training)
      _ = try network.fit(parity.data(), refit: 0)
      let distances = try parity.trainedTensors.map {
        try parity.distance(network.values(of: $0), "ten \($0.name)")
      }
      seen += distances.max() ?? 0 > Self.weightBound ? 1 : 0
    }
    #expect(seen > cases.count / 2)
  }
}

/// A case of torch_corpus.txt.
struct CorpusCase: CustomStringConvertible {
  var words: [String: String]
  var results: [String: [Double]] = [:]

  static func all() throws -> [CorpusCase] {
    var cases: [CorpusCase] = []
    for line in try referenceText("torch_corpus.txt").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "case" {
        let pairs = words.dropFirst().map {
          $0.split(separator: "=", omittingEmptySubsequences: false)
        }
        let texts = pairs.map { (String($0[0]), String($0[1])) }
        cases.append(CorpusCase(words: Dictionary(uniqueKeysWithValues: texts)))
      } else {
        let named = Double(words[1]) == nil ? 2 : 1
        let name = words.prefix(named).joined(separator: " ")
        cases[cases.count - 1].results[name] = words.dropFirst(named).compactMap { Double($0) }
      }
    }
    return cases
  }

  private func whole(_ key: String) -> Int { Int(words[key] ?? "") ?? -1 }
  private func number(_ key: String) -> Double { Double(words[key] ?? "") ?? .nan }
  private func list(_ key: String) -> [Double] {
    (words[key] ?? "").split(separator: ",").compactMap { Double($0) }
  }
  private func word<Word: RawRepresentable<String>>(_ key: String) -> Word? {
    Word(rawValue: words[key] ?? "")
  }

  var key: UInt32 { UInt32(whole("key")) }
  var batch: Int { whole("batch") }
  var horizons: Int { whole("horizons") }
  var dialect: Dialect { word("dialect") ?? .torch }

  var loss: Loss {
    switch words["loss"] {
    case "mae": .mae
    case "huber": .huber(delta: number("delta"))
    case "logcosh": .logcosh
    case "quantile": .quantile(list("quantiles"))
    default: .mse
    }
  }

  var configuration: NetworkConfiguration {
    NetworkConfiguration(
      cell: word("cell") ?? .lstm, features: whole("features"),
      hidden: list("hidden").map { Int($0) }, lookback: whole("lookback"),
      outputs: horizons * loss.outputsPerLabel, output: word("output") ?? .last,
      dialect: dialect, gruForm: word("form"), gates: word("gates"))
  }

  var training: TrainingConfiguration {
    var optimizer = Optimizer(word("optimizer") ?? .adam, dialect: dialect)
    optimizer.momentum = number("momentum")
    optimizer.nesterov = words["nesterov"] == "True"
    optimizer.weightDecay = number("decay")
    let limit = number("limit")
    let clipping: Clipping =
      switch words["clip"] {
      case "value": .value(limit)
      case "norm": .norm(limit)
      case "global_norm": .globalNorm(limit)
      default: .none
      }
    return TrainingConfiguration(
      loss: loss, optimizer: optimizer, learningRate: number("rate"), clipping: clipping,
      epochs: 1, batch: .size(batch))
  }

  /// The second biases are none of the network's where its dialect has one a layer.
  var trainedTensors: [Tensor] {
    let configuration = configuration
    return Tensor.all(in: configuration).filter {
      $0.kind != .biasHH || configuration.hasTwoBiases
    }
  }

  func network(_ training: TrainingConfiguration? = nil) -> Network {
    let configuration = configuration
    var network = Network(configuration, training: training ?? self.training)
    for (stream, tensor) in Tensor.all(in: configuration).enumerated() {
      let hidden =
        tensor == .headWeight || tensor == .headBias
        ? configuration.hidden[configuration.hidden.count - 1] : configuration.hidden[tensor.layer]
      let bits = Int.bitWidth - hidden.leadingZeroBitCount
      let isAbsent = tensor.kind == .biasHH && !configuration.hasTwoBiases
      let scale = Float(sign: .plus, exponent: -((bits - 1) / 2), significand: 1)
      network.setValues(
        TorchCorpusTests.numbers(
          key, 10 + UInt32(stream), tensor.count(in: configuration), scale: isAbsent ? 0 : scale),
        of: tensor)
    }
    return network
  }

  /// Ten batches, the last one shorter, or as many as asked for.
  func data(batches: Int? = nil) -> TrainingData {
    let configuration = configuration
    let lookback = configuration.lookback
    let samples = batches.map { $0 * batch } ?? 10 * batch - whole("short")
    let all = 10 * batch - whole("short")
    let rows = TorchCorpusTests.numbers(
      key, 1, (all + lookback - 1) * configuration.features, scale: 2)
    let labels = TorchCorpusTests.numbers(key, 2, all * lookback * horizons)
    let wanted =
      configuration.output == .sequence
      ? Array(labels[..<(samples * lookback * horizons)])
      : (0..<samples).flatMap { sample in
        let at = ((sample + 1) * lookback - 1) * horizons
        return labels[at..<at + horizons]
      }
    return TrainingData(
      rows: rows, ends: (0..<samples).map { $0 + lookback - 1 }, labels: wanted)
  }

  /// The largest distance of a tensor from what the corpus tells of it, relative to its largest value.
  func distance(_ values: [Float], _ name: String) throws -> Double {
    let told = try #require(results[name])
    let scale = told[0]
    var worst = ((values.map { Double($0.magnitude) }.max() ?? 0) - scale).magnitude
    for sum in 0..<2 {
      let signs = TorchCorpusTests.hashes(key, 3 + UInt32(sum), values.count)
      let total = zip(values, signs).reduce(0) { $0 + Double($1.0) * ($1.1 & 1 == 1 ? 1 : -1) }
      worst = max(worst, (total / Double(values.count).squareRoot() - told[1 + sum]).magnitude)
    }
    for (index, pick) in TorchCorpusTests.hashes(key, 5, 4).enumerated() {
      let value = Double(values[Int(pick % UInt32(values.count))])
      worst = max(worst, (value - told[3 + index]).magnitude)
    }
    return worst / max(scale, 1e-30)
  }

  var description: String {
    words.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}
