import ArgumentParser
import Backtest
import Bytes
import Journal
import Recurrent

struct BenchRefitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refit",
    abstract: "Microseconds a training step (forward, loss, backward, Adam).")

  @Option(help: "The cell: \(Cell.allCases.map(\.rawValue).joined(separator: ", ")).")
  var cell: String = Cell.lstm.rawValue

  @Option(help: "Hidden units of each layer, the lowest first, commas between.")
  var hidden: String = "32"

  @Option(help: "Bars of a window.")
  var lookback: Int = 15

  @Option(help: "Features a bar.")
  var features: Int = 2

  @Option(help: "Samples of an update.")
  var batch: Int = 1

  @Option(help: "Threads on which tiles of 16 samples are trained side by side.")
  var threads: Int = 1

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    guard let cell = Cell(rawValue: cell) else {
      throw RunFailure.usage(
        "--cell was '\(cell)', \(Cell.allCases.map(\.rawValue).joined(separator: " or ")) is needed"
      )
    }
    let layers = hidden.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard layers.allSatisfy({ (1...4096).contains($0) }) else {
      throw RunFailure.usage(
        "--hidden was '\(hidden)', whole numbers from 1 to 4096 with commas between are needed")
    }
    for (name, value) in [
      ("threads", threads), ("lookback", lookback), ("features", features), ("batch", batch),
    ] where !(1...4096).contains(value) {
      throw RunFailure.usage("--\(name) was \(value), at least 1 and at most 4096 is needed")
    }
    // About a tenth of a second a repeat, from the work of an update.
    let inputs = [features] + layers
    let weights = zip(layers, inputs).reduce(0) { $0 + 4 * $1.0 * ($1.0 + $1.1) }
    let multiplications = batch * lookback * weights * 3
    let updates = max(3, min(20_000, 1_000_000_000 / max(1, multiplications)))
    let variant = try RunEnvironment.variant()
    let clock = ContinuousClock()
    let start = clock.now
    let result = RefitBenchmark.run(
      cell: cell, hidden: layers, lookback: lookback, features: features, batch: batch,
      updates: updates, threads: threads, variant: variant
    ) { UInt64((clock.now - start) / .nanoseconds(1)) }
    if json {
      print(
        JSONValue.object([
          "cell": .string(cell.rawValue), "hidden": .array(layers.map { .int($0) }),
          "lookback": .int(lookback),
          "features": .int(features), "batch": .int(batch), "threads": .int(threads),
          "isa": .string(result.variant.rawValue), "updates": .int(result.updates),
          "us_per_update": .number(result.microsecondsPerUpdate),
          "us_per_update_least": .number(result.least),
          "us_per_update_spread": .number(result.spread),
          "fingerprint": .string(String(result.fingerprint, radix: 16)),
        ]).text, terminator: "")
    } else {
      print(
        "\(cell.rawValue) \(hidden), \(lookback) bars of \(features) features, batch \(batch), "
          + "\(result.variant.rawValue): \(DecimalText.fixed(result.microsecondsPerUpdate, places: 2)) us an "
          + "update, +- \(DecimalText.fixed(result.spread, places: 2))")
    }
  }
}
