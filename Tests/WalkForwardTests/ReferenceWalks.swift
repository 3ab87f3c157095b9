import Foundation
import Recurrent

@testable import WalkForward

/// One walk of Reference/walks.txt: options as the script names them, and PyTorch's forecasts.
struct ReferenceWalk: CustomStringConvertible {
  var name: String
  var options: [String: String]
  var scale = 0.0
  /// Bars with a forecast before PyTorch's Float32 parts from its Float64.
  var parts = 0
  var forecasts: [Double] = []

  var description: String { name }

  static func all() throws -> [ReferenceWalk] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Reference/walks.txt")
    var walks: [ReferenceWalk] = []
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let last = walks.count - 1
      switch words[0] {
      case "walk":
        let pairs = words.dropFirst(2).map { $0.split(separator: "=").map(String.init) }
        walks.append(
          ReferenceWalk(
            name: words[1],
            options: Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) })))
      case "scale": walks[last].scale = Double(words[1]) ?? .nan
      case "parts": walks[last].parts = Int(words[1]) ?? 0
      default: walks[last].forecasts = words.dropFirst().map { Double($0) ?? .nan }
      }
    }
    return walks
  }

  func number(_ key: String) -> Int { Int(options[key] ?? "") ?? -1 }

  var horizons: [Int] { (options["horizons"] ?? "").split(separator: ",").compactMap { Int($0) } }

  var dialect: Dialect { options["dialect"] == "keras3" ? .keras3 : .torch }

  /// The walk of these options, its network at `start_weights`.
  func makeWalk() -> Walk {
    let scaler: ScalerKind =
      switch options["scale"] {
      case "zscore": .zscore
      case "minmax": .minmax(low: -1, high: 1)
      default: .none
      }
    let trainingSet: TrainingSet =
      switch options["train"] {
      case "rolling": .rolling(window: number("window"))
      case "incremental": .incremental(replay: 0)
      default: .expanding
      }
    let configuration = WalkConfiguration(
      horizons: horizons, trainingSet: trainingSet, first: number("first"),
      refits: .every(bars: number("every")), start: options["start_from"] == "cold" ? .cold : .warm,
      scaler: scaler, targetScaler: scaler, scalerFit: .train, seed: 0)
    return Walk(
      configuration: configuration, network: makeNetwork(), startsFromGivenWeights: true)
  }

  private func makeNetwork() -> Network {
    let hidden = number("hidden")
    var network = Network(
      NetworkConfiguration(
        features: number("features"), hidden: [hidden], lookback: number("lookback"),
        outputs: horizons.count, dialect: dialect),
      training: TrainingConfiguration(
        optimizer: Optimizer(.adam, dialect: dialect),
        learningRate: Double(options["rate"] ?? "") ?? .nan, epochs: 1,
        batch: .size(number("batch"))))
    var state = 1
    for tensor in Tensor.all(in: network.configuration) {
      var values: [Float] = []
      for _ in network.values(of: tensor) {
        state = (1_103_515_245 * state + 12345) % (1 << 31)
        let number = Double((state >> 8) % 2001 - 1000)
        values.append(Float(number / 1000 / Double(hidden).squareRoot()))
      }
      let isUnused = dialect == .keras3 && tensor.kind == .biasHH
      network.setValues(isUnused ? values.map { _ in 0 } : values, of: tensor)
    }
    return network
  }

  /// The script's `series`: features of a bar and the target at it.
  static func row(bar: Int, width: Int) -> (features: [Double], target: Double) {
    func raw(_ bar: Int) -> [Double] {
      (0..<width).map { column in
        let slow = 0.37 + 0.23 * Double(column)
        let fast = 0.011 + 0.007 * Double(column)
        return sin(Double(bar) * slow) + 0.5 * sin(Double(bar * bar) * fast)
      }
    }
    let before = bar == 0 ? 0 : raw(bar - 1).reduce(0, +)
    let target: Double = 0.3 * before + 0.4 * sin(1.7 * Double(bar)) + 2
    return (raw(bar).map { $0 * 3 + 1 }, target)
  }
}
