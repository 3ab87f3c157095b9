import ArgumentParser
import Backtest
import Journal
import Performance

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics",
    abstract: "Work out every figure of a finished run from its logs.",
    discussion: """
      The figures are compared with those of the manifest, which have to be the same to the last bit; \
      exits with 5 and names those that are not. docs/metrics.md has the formulas.
      """)

  @Argument(help: "The run directory.")
  var directory: String

  @Option(help: "Bars of a window of the rolling Sharpe ratio; by default those of a year.")
  var rolling: Int?

  @Option(help: "Resamples for the intervals.")
  var resamples: Int = 1000

  @Option(help: "The central share of resamples that an interval holds.")
  var level: Double = 0.95

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    if let rolling, rolling < 2 {
      throw ValidationError("--rolling was \(rolling), at least 2 is needed")
    }
    guard (1...1_000_000).contains(resamples) else {
      throw ValidationError(
        "--resamples was \(resamples), at least 1 and at most 1000000 is needed")
    }
    guard level > 0 && level < 1 else {
      throw ValidationError("--level was \(level), above 0 and below 1 is needed")
    }
  }

  func run() throws {
    try RunFolder.requireUnlocked(directory)
    let run = try LoggedRun(readingFrom: directory)
    let report = MetricsReport(
      run, rolling: RollingSharpe(run, window: rolling),
      intervals: run.intervals(resamples: resamples, level: level), resamples: resamples,
      level: level)
    print(json ? report.json.text : report.text, terminator: "")
    let count = run.mismatches.count
    guard count == 0 else {
      printError(
        "\(directory): \(count) figure\(count == 1 ? "" : "s") of the manifest "
          + "\(count == 1 ? "differs" : "differ") from the logs")
      throw StatusError(.mismatch)
    }
  }
}
