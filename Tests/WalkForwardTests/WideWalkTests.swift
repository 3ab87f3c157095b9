import Foundation
import Market
import Recurrent
import Testing

@testable import WalkForward

/// Walks of every cell, loss, optimiser and schedule, with validation and with state, against PyTorch
/// in Float64; the vectors are made by Reference/wide_walks.py.
struct WideWalkTests {
  @Test func theForecastsOfAWalkAreThoseOfPyTorch() throws {
    let walks = try WideWalk.all()
    #expect(walks.count == 30)
    for reference in walks {
      var walk = reference.makeWalk()
      let width = reference.number("features")
      let horizons = reference.list("horizons").map { Int($0) }
      let quantiles = max(1, reference.list("quantiles").count)
      var worst = 0.0
      var compared = 0
      var epochs: [Int] = []
      for bar in 0..<350 where compared < reference.forecasts.count {
        let row = ReferenceWalk.row(bar: bar, width: width)
        try walk.step(
          time: Timestamp(milliseconds: Int64(bar) * 86_400_000), features: row.features,
          labels: horizons.map { _ in row.target })
        if let refit = walk.refit { epochs.append(refit.bestEpoch ?? refit.epochs) }
        for forecast in walk.forecasts {
          let expected = reference.forecasts[compared..<compared + quantiles].sorted()
          let found =
            quantiles == 1
            ? [forecast.value] : [forecast.lower, forecast.value, forecast.upper]
          for (found, expected) in zip(found, expected) {
            worst = max(worst, abs(found - expected) / reference.scale)
          }
          compared += quantiles
        }
      }
      #expect(worst < 1e-4, "\(reference)")
      #expect(compared == reference.parts * horizons.count * quantiles, "\(reference)")
      if !reference.epochs.isEmpty {
        #expect(Array(epochs.prefix(reference.epochs.count)) == reference.epochs, "\(reference)")
      }
    }
  }
}

/// One walk of wide_walks.txt.
struct WideWalk: CustomStringConvertible {
  var name: String
  var options: [String: String]
  var scale = 0.0
  /// Bars with a forecast before PyTorch's Float32 parts from its Float64.
  var parts = 0
  /// The best epoch of each refit with a validation part.
  var epochs: [Int] = []
  var forecasts: [Double] = []

  var description: String { name }

  static func all() throws -> [WideWalk] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Reference/wide_walks.txt")
    var walks: [WideWalk] = []
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let last = walks.count - 1
      switch words[0] {
      case "walk":
        let pairs = words.dropFirst(2).map { $0.split(separator: "=").map(String.init) }
        let options = pairs.map { ($0[0], $0.count > 1 ? $0[1] : "") }
        walks.append(WideWalk(name: words[1], options: Dictionary(uniqueKeysWithValues: options)))
      case "scale": walks[last].scale = Double(words[1]) ?? .nan
      case "parts": walks[last].parts = Int(words[1]) ?? 0
      case "epochs": walks[last].epochs = words.dropFirst().map { Int($0) ?? 0 }
      default: walks[last].forecasts = words.dropFirst().map { Double($0) ?? .nan }
      }
    }
    return walks
  }

  func list(_ key: String) -> [Double] {
    (options[key] ?? "").split(separator: ",").compactMap { Double($0) }
  }
  func number(_ key: String) -> Int { Int(options[key] ?? "") ?? -1 }
  private func fraction(_ key: String) -> Double { Double(options[key] ?? "") ?? .nan }
  private func word<Word: RawRepresentable<String>>(_ key: String) -> Word? {
    Word(rawValue: options[key] ?? "")
  }

  func makeWalk() -> Walk {
    let scaler: ScalerKind =
      switch options["scale"] {
      case "zscore": .zscore
      case "minmax": .minmax(low: -1, high: 1)
      default: .none
      }
    let start: WalkConfiguration.Start =
      switch options["start_from"] {
      case "cold": .cold
      case "warm-reset-moments": .warmResetMoments
      default: .warm
      }
    var configuration = WalkConfiguration(
      horizons: list("horizons").map { Int($0) },
      trainingSet: options["train"] == "rolling" ? .rolling(window: number("window")) : .expanding,
      first: number("first"), refits: .every(bars: number("every")), start: start,
      scaler: scaler, targetScaler: scaler, scalerFit: .train, seed: 0)
    configuration.validation = fraction("validation")
    configuration.afterValidation = options["after"] == "keep" ? .keep : .refit
    if fraction("half_life") > 0 { configuration.weightHalfLife = fraction("half_life") }
    return Walk(
      configuration: configuration, network: makeNetwork(), startsFromGivenWeights: true)
  }

  private var loss: Loss {
    switch options["loss"] {
    case "huber": .huber(delta: 1)
    case "quantile": .quantile(list("quantiles"))
    default: .mse
    }
  }

  private var schedule: Schedule {
    switch options["schedule"] {
    case "exponential": .exponential(rate: 0.5, steps: 40)
    case "inverse_time": .inverseTime(rate: 0.5, steps: 40)
    case "cosine": .cosine(end: 0.1, steps: 40)
    case "polynomial": .polynomial(end: 0.1, power: 2, steps: 40)
    default: .constant
    }
  }

  private func makeNetwork() -> Network {
    var optimizer = Optimizer(word("optimizer") ?? .adam, dialect: .torch)
    if optimizer.kind == .sgd {
      optimizer.momentum = 0.9
      optimizer.nesterov = true
    }
    let patience = number("patience")
    let configuration = NetworkConfiguration(
      cell: word("cell") ?? .lstm, features: number("features"),
      hidden: list("hidden").map { Int($0) }, lookback: number("lookback"),
      outputs: list("horizons").count * loss.outputsPerLabel,
      output: word("output") ?? .last,
      state: options["stateful"] == "True" ? .stateful : .stateless)
    var network = Network(
      configuration,
      training: TrainingConfiguration(
        loss: loss, optimizer: optimizer, learningRate: fraction("rate"), schedule: schedule,
        clipping: options["clip"] == "global_norm" ? .globalNorm(0.1) : .none,
        epochs: number("epochs"),
        earlyStopping: patience > 0 ? EarlyStopping(patience: patience) : nil,
        batch: .size(number("batch"))))
    var state = 1
    for tensor in Tensor.all(in: configuration) {
      let isHead = tensor == .headWeight || tensor == .headBias
      let hidden = configuration.hidden[isHead ? configuration.hidden.count - 1 : tensor.layer]
      var values: [Float] = []
      for _ in 0..<tensor.count(in: configuration) {
        state = (1_103_515_245 * state + 12345) % (1 << 31)
        let number = Double((state >> 8) % 2001 - 1000)
        values.append(Float(number / 1000 / Double(hidden).squareRoot()))
      }
      network.setValues(values, of: tensor)
    }
    return network
  }
}
