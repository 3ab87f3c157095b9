import ArgumentParser
import Backtest
import Bytes
import Journal
import Recurrent

struct BenchRefitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refit",
    abstract: "Microseconds a training step: forward, loss, backward, optimiser.")

  @Option(help: "The cell: \(SpecWords.of(Cell.self)).")
  var cell: String = Cell.lstm.rawValue

  @Option(help: "Hidden units of each layer, commas between: 64,32.")
  var hidden: String = "32"

  @Option(help: "Bars of a window, or of a chunk of a stateful network.")
  var lookback: Int = 15

  @Option(help: "Features a bar.")
  var features: Int = 2

  @Option(help: "Samples of an update.")
  var batch: Int = 1

  @Option(help: "The optimiser: \(SpecWords.of(OptimizerKind.self)).")
  var optimizer: String = OptimizerKind.adam.rawValue

  @Flag(help: "Train with state carried from chunk to chunk; the batch is 1 then.")
  var stateful = false

  @Option(help: "Networks trained side by side.")
  var ensemble: Int = 1

  @Option(help: "Threads for the networks of an ensemble, else for tiles of 16 samples.")
  var threads: Int = 1

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let cell = try SpecWords.read(Cell.self, cell, option: "--cell")
    let optimizer = try SpecWords.read(OptimizerKind.self, optimizer, option: "--optimizer")
    let layers = try layers()
    for (name, value) in [
      ("lookback", lookback), ("features", features), ("batch", batch), ("ensemble", ensemble),
      ("threads", threads),
    ] where !(1...4096).contains(value) {
      throw RunFailure.usage("--\(name) was \(value), at least 1 and at most 4096 is needed")
    }
    if stateful, batch != 1 {
      throw RunFailure.usage("--batch was \(batch), 1 is needed with --stateful")
    }
    let shape = NetworkConfiguration(
      cell: cell, features: features, hidden: layers, lookback: lookback,
      state: stateful ? .stateful : .stateless)
    let bytes = ensemble * Workspace.byteCount(shape, batch: .size(batch))
    guard bytes <= 8 << 30 else {
      throw RunFailure.usage(
        "--hidden was \(hidden), which takes \(bytes >> 20) MiB; at most 8192 MiB are allowed")
    }
    // About a tenth of a second a repeat, from the work of an update.
    var multiplications = 0
    for (layer, units) in layers.enumerated() {
      let inputs = layer == 0 ? features : layers[layer - 1]
      multiplications += batch * lookback * cell.gateCount * units * (units + inputs) * 3
    }
    let updates = max(3, min(20_000, 1_000_000_000 / max(1, multiplications * ensemble)))
    let clock = ContinuousClock()
    let start = clock.now
    let result = RefitBenchmark.run(
      shape,
      training: TrainingConfiguration(
        optimizer: Optimizer(optimizer, dialect: .torch), learningRate: 1e-3, epochs: 1,
        batch: .size(batch)),
      updates: updates, members: ensemble, threads: threads, variant: try RunEnvironment.variant()
    ) { UInt64((clock.now - start) / .nanoseconds(1)) }
    if json {
      print(document(result, layers).text, terminator: "")
    } else {
      print(text(result))
    }
  }

  private func layers() throws -> [Int] {
    var layers: [Int] = []
    for part in hidden.split(separator: ",", omittingEmptySubsequences: false) {
      guard let units = Int(part), (1...8192).contains(units) else {
        throw RunFailure.usage(
          "--hidden was '\(hidden)', whole numbers of 1 to 8192 with commas between are needed")
      }
      layers.append(units)
    }
    guard layers.count <= 64 else {
      throw RunFailure.usage("--hidden had \(layers.count) layers, at most 64 are allowed")
    }
    return layers
  }

  private func document(_ result: RefitBenchmark.Result, _ layers: [Int]) -> JSONValue {
    [
      "cell": .string(cell), "hidden": .array(layers.map { .int($0) }),
      "lookback": .int(lookback), "features": .int(features), "batch": .int(batch),
      "optimizer": .string(optimizer), "stateful": .bool(stateful), "ensemble": .int(ensemble),
      "threads": .int(threads), "isa": .string(result.variant.rawValue),
      "updates": .int(result.updates), "us_per_update": .number(result.microsecondsPerUpdate),
      "us_per_update_least": .number(result.least),
      "us_per_update_spread": .number(result.spread),
      "fingerprint": .string(String(result.fingerprint, radix: 16)),
    ]
  }

  private func text(_ result: RefitBenchmark.Result) -> String {
    let members = ensemble > 1 ? ", \(ensemble) networks on \(threads) threads" : ""
    return "\(cell) \(hidden)\(stateful ? " stateful" : ""), \(lookback) bars of \(features) "
      + "features, batch \(batch), \(optimizer)\(members), \(result.variant.rawValue): "
      + DecimalText.fixed(result.microsecondsPerUpdate, places: 2) + " us an update, +- "
      + DecimalText.fixed(result.spread, places: 2)
  }
}

/// Words of an enumeration that an option takes.
enum SpecWords {
  static func of<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) -> String {
    Word.allCases.map(\.rawValue).joined(separator: ", ")
  }

  static func read<Word: RawRepresentable<String> & CaseIterable>(
    _ type: Word.Type, _ text: String, option: String
  ) throws(RunFailure) -> Word {
    guard let word = Word(rawValue: text) else {
      throw .usage("\(option) was '\(text)', one of \(of(type)) is needed")
    }
    return word
  }
}
