import ArgumentParser
import Backtest
import Bytes
import Synthetic

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Make synthetic series with known truth: coint_path, random_walk or ar1.")

  @Argument(help: "The kind of series.")
  var kind: String

  @Option(help: "Rows, the start row among them.")
  var bars: Int = 1000

  @Option(help: "The seed of the shocks.")
  var seed: Int = 0

  @Option(help: "The random stream: philox, numpy-legacy or numpy-pcg64.")
  var rng: String = ShockSource.philox.rawValue

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Set a parameter of the kind, as in delta=0.9.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "The folder for a bar file an instrument and truth.json.")
  var out: String

  func run() throws {
    guard let kind = GeneratorKind(rawValue: kind) else {
      throw RunFailure.usage(
        "the kind was '\(kind)', \(Self.list(GeneratorKind.allCases.map(\.rawValue))) is needed")
    }
    guard let source = ShockSource(rawValue: rng) else {
      throw RunFailure.usage(
        "--rng was '\(rng)', \(Self.list(ShockSource.allCases.map(\.rawValue))) is needed")
    }
    let generator: GeneratorSettings
    do throws(SyntheticError) {
      generator = try GeneratorSettings(
        kind: kind, bars: bars, seed: seed, source: source, parameters: try parameters())
    } catch {
      throw RunFailure.usage(error.description)
    }
    let series = SyntheticSeries(generator)
    _ = try FileIO.makeDirectories(out)
    for (index, name) in series.truth.instruments.enumerated() {
      try FileIO.writeAtomically(series.csv(instrument: index), to: "\(out)/\(name).csv")
    }
    try FileIO.writeAtomically(Array(series.truthText().utf8), to: "\(out)/truth.json")
    let names = series.truth.instruments.map { "\(out)/\($0).csv" }
    printError("\(names.joined(separator: ", ")): \(bars) bars; \(out)/truth.json")
  }

  private func parameters() throws(SyntheticError) -> [String: Double] {
    var parameters: [String: Double] = [:]
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let value = Double(String(parts[1])), value.isFinite else {
        throw SyntheticError(key: "--set", problem: "was '\(setting)', NAME=NUMBER is needed")
      }
      let name = String(parts[0])
      guard parameters[name] == nil else {
        throw SyntheticError(key: name, problem: "was set twice, once is needed")
      }
      parameters[name] = value
    }
    return parameters
  }

  private static func list(_ words: [String]) -> String { words.joined(separator: " or ") }
}
