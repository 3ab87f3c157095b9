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

  @Option(
    help: "Only passes of one kind, as for a profiler: off, one (all logs, one thread) or two.")
  var logs: Kind?

  @Flag(help: "Print JSON.")
  var json = false

  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case off, one, two

    var title: String {
      switch self {
      case .off: "logs off             "
      case .one: "all logs, one thread "
      case .two: "all logs, two threads"
      }
    }
  }

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
    var rates: [Kind: [Double]] = [:]
    let kinds = logs.map { [$0] } ?? Kind.allCases
    // Interleaved, so that a machine that slows down slows all kinds down.
    for _ in 0..<passes {
      for kind in kinds {
        let rate = try rate {
          switch kind {
          case .off: equities.insert(try benchmark.pass())
          case .one: digests.insert(try loggedPass(benchmark, threads: 1))
          case .two: digests.insert(try loggedPass(benchmark, threads: 2))
          }
        }
        rates[kind, default: []].append(rate)
      }
    }
    guard equities.count <= 1, digests.count <= 1 else {
      throw RunFailure.internalFault("passes differed in their results: \(equities), \(digests)")
    }
    let spreads = rates.mapValues(Spread.init)
    if json {
      var values: [String: JSONValue] = ["bars": .int(bars), "passes": .int(passes)]
      if let off = spreads[.off] {
        values["bars_per_second"] = .number(off.median)
        values["bars_per_second_least"] = .number(off.least)
        values["bars_per_second_most"] = .number(off.most)
      }
      if let one = spreads[.one] { values["bars_per_second_logged"] = .number(one.median) }
      if let two = spreads[.two] {
        values["bars_per_second_logged_two_threads"] = .number(two.median)
      }
      if let equity = equities.first { values["final_equity"] = .number(equity) }
      if let digest = digests.first { values["digest"] = .string(digest) }
      print(JSONValue.object(values).text, terminator: "")
    } else {
      print("moving-average cross, one instrument, \(bars) bars, median of \(passes) passes:")
      for kind in kinds {
        guard let spread = spreads[kind] else { continue }
        print("  \(kind.title) \(line(spread))")
      }
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
