import ArgumentParser
import Backtest
import Bytes
import Glibc
import Journal

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check that a run is complete, unchanged, and explains itself.",
    discussion: """
      Every frame, row count and SHA-256 is compared with the manifest. Then the logs are held \
      against each other: equity is cash + position_value, cash is explained by fills, fees and \
      flows, each fill by an order, each trade by fills, and no forecast was trained on data of its \
      own future. Exits with 5 if anything is found.
      """)

  @Argument(help: "The run directory.")
  var directory: String

  @Flag(help: "Print what was found as JSON.")
  var json = false

  func run() throws {
    guard FileIO.exists(directory) else {
      throw JournalError.file(.system("verify", path: directory, errorNumber: ENOENT))
    }
    try RunFolder.requireUnlocked(directory)
    let checked = try RunInvariants(checking: directory)
    let tables = checked.manifest?.tables.count ?? 0
    if json {
      print(document(checked, tables: tables).text, terminator: "")
    } else if checked.findings.isEmpty {
      print("\(directory): complete, \(tables) tables, \(checked.rows) rows, all checks passed")
    } else {
      for finding in checked.findings { print(finding) }
    }
    guard checked.findings.isEmpty else {
      let count = checked.findings.count
      printError("\(directory): \(count) finding\(count == 1 ? "" : "s")")
      throw StatusError(.mismatch)
    }
  }

  private func document(_ checked: RunInvariants, tables: Int) -> JSONValue {
    [
      "directory": .string(directory), "ok": .bool(checked.findings.isEmpty),
      "tables": .int(tables), "rows": .int(checked.rows),
      "findings": .array(
        checked.findings.map {
          [
            "place": .string($0.place), "found": .string($0.found), "needed": .string($0.needed),
          ]
        }),
    ]
  }
}
