import ArgumentParser
import Backtest
import Bytes
import Glibc
import Journal

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure what this machine does.",
    subcommands: [BenchRefitCommand.self, BenchBarsCommand.self])
}

/// The spread of repeated measurements.
struct Spread {
  var median: Double
  var least: Double
  var most: Double

  init(_ values: [Double]) {
    let sorted = values.sorted()
    median = sorted[sorted.count / 2]
    least = sorted[0]
    most = sorted[sorted.count - 1]
  }
}

struct BenchBarsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bars",
    abstract: "Bars a second of a moving-average cross on one instrument, without and with logs.")

  @Option(help: "Bars of a pass.")
  var bars: Int = 1_000_000

  @Option(help: "Passes of each kind; the median is told.")
  var passes: Int = 7

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (2...2_900_000).contains(bars), (1...1000).contains(passes) else {
      throw ValidationError(
        "--bars was \(bars) and --passes \(passes), 2 to 2900000 and 1 to 1000 are needed")
    }
  }

  func run() throws {
    let benchmark = try BarsBenchmark(bars: bars)
    var equities: Set<Double> = []
    var digests: Set<String> = []
    var plain: [Double] = []
    var logged: [Double] = []
    var loggedBeside: [Double] = []
    // Interleaved, so that a machine that slows down slows all kinds down.
    for _ in 0..<passes {
      plain.append(try rate { equities.insert(try benchmark.pass()) })
      logged.append(try rate { digests.insert(try loggedPass(benchmark, threads: 1)) })
      loggedBeside.append(try rate { digests.insert(try loggedPass(benchmark, threads: 2)) })
    }
    guard equities.count == 1, digests.count == 1 else {
      throw RunFailure.internalFault("passes differed in their results: \(equities), \(digests)")
    }
    let rates = (Spread(plain), Spread(logged), Spread(loggedBeside))
    if json {
      print(
        JSONValue.object([
          "bars": .int(bars), "passes": .int(passes),
          "bars_per_second": .number(rates.0.median),
          "bars_per_second_least": .number(rates.0.least),
          "bars_per_second_most": .number(rates.0.most),
          "bars_per_second_logged": .number(rates.1.median),
          "bars_per_second_logged_two_threads": .number(rates.2.median),
          "final_equity": .number(equities.first ?? 0),
          "digest": .string(digests.first ?? ""),
        ]).text, terminator: "")
    } else {
      print("moving-average cross, one instrument, \(bars) bars, median of \(passes) passes:")
      print("  logs off              \(line(rates.0))")
      print("  all logs, one thread  \(line(rates.1))")
      print("  all logs, two threads \(line(rates.2))")
    }
  }

  private func line(_ spread: Spread) -> String {
    "\(DecimalText.fixed(spread.median, places: 0)) bars/s "
      + "(\(DecimalText.fixed(spread.least, places: 0)) to \(DecimalText.fixed(spread.most, places: 0)))"
  }

  private func rate(_ work: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try work()
    return Double(bars) / ((ContinuousClock.now - start) / .seconds(1))
  }

  /// - Returns: the digest of the logs, which are removed.
  private func loggedPass(_ benchmark: BarsBenchmark, threads: Int) throws -> String {
    let folder = try TemporaryFolder()
    let manifest = try withExtendedLifetime(folder) {
      try benchmark.loggedPass(folder: folder.path + "/run", threads: threads)
    }
    return manifest.digest
  }
}
