import ArgumentParser
import Backtest
import Journal

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show where two runs, or a run and a golden, first differ.",
    discussion: """
      Tables are compared from the furthest upstream to the furthest downstream, so that the first \
      that differs is where a difference began. Exits with 5 if a value differs.
      """)

  @Argument(help: "A run directory or the folder of a golden.")
  var a: String

  @Argument(help: "Another.")
  var b: String

  @Option(help: "Numbers that are at most so many doubles apart count as equal.")
  var ulps: Int = 0

  @Flag(help: "Print the differences as JSON.")
  var json = false

  func validate() throws {
    guard ulps >= 0 else { throw ValidationError("--ulps was \(ulps), at least 0 is needed") }
  }

  func run() throws {
    let difference = try RunDifference(
      a: RunTables(ofRunOrGolden: a), b: RunTables(ofRunOrGolden: b), ulps: UInt64(ulps))
    print(json ? difference.json.text : difference.text, terminator: "")
    if !difference.isEmpty { throw StatusError(.mismatch) }
  }
}
