import Bytes
import Journal

/// All that `pawl verify` checks of a run directory.
///
/// First each table by itself: whole, of the manifest's hashes, its rows in order of time and true
/// to the rules of their own columns. Only when all tables are good so far, what they say of each
/// other: cash explained by fills, fees and flows, each fill by an order, each trade by fills, each
/// score by a forecast.
public struct RunInvariants {
  /// Findings that are kept of one comparison of tables at most.
  static let maximumFindings = RunVerification.maximumFindingsATable

  /// What is not as it should be; empty for a good run.
  public private(set) var findings: [Finding]
  /// The run's manifest, where it could be read.
  public let manifest: Manifest?

  /// Rows of all tables.
  public var rows: Int { (manifest?.tables.values).map { $0.reduce(0) { $0 + $1.rows } } ?? 0 }

  /// - Throws: where a file that is there cannot be read at all.
  public init(checking directory: String) throws(JournalError) {
    // An unreadable manifest or spec is found again, and reported, by the verification.
    let begun = try? Manifest(readingFrom: directory)
    var spec: RunSpec?
    var specFailure: SpecError?
    if let begun, let text = try? FileIO.readAll("\(directory)/spec.yaml") {
      do throws(SpecError) {
        spec = try RunSpec(
          yaml: text, file: "\(directory)/spec.yaml", folder: begun.specFolder)
      } catch {
        specFailure = error
      }
    }
    var rules = spec.map { RowInvariants($0) }
    let expected = spec.map { LogTable.written(by: $0) } ?? []
    let verification = try RunVerification(
      directory, tables: expected.map(\.table), first: LogTable.equity.name
    ) {
      (name, row) throws(JournalError) in
      guard let table = LogTable.allCases.first(where: { $0.name == name }) else { return [] }
      return try rules?.findings(table, row) ?? []
    }
    findings = verification.findings
    manifest = verification.manifest
    guard findings.isEmpty, let manifest else { return }
    guard let spec else {
      findings = [
        Finding(
          place: "\(directory)/spec.yaml", found: specFailure?.description ?? "missing",
          needed: "a spec of this version")
      ]
      return
    }
    var ledger = try LedgerInvariants(directory, spec: spec, manifest: manifest)
    try ledger.check()
    var forecasts = try ForecastInvariants(directory)
    try forecasts.check()
    findings = ledger.findings + forecasts.findings
  }
}

extension LogTable {
  /// The index of a column that the table has.
  func index(_ column: String) -> Int {
    guard let index = table.columns.firstIndex(where: { $0.name == column }) else {
      preconditionFailure("\(name) has a column \(column)")
    }
    return index
  }
}

extension TableReader {
  /// A whole number in a column that misses none.
  func whole(_ column: Int) throws(JournalError) -> Int { try int(column) ?? 0 }

  func finding(_ column: Int, needed: String) -> Finding {
    Finding(place: place(column), found: isMissing(column) ? "empty" : text(column), needed: needed)
  }
}

/// A number as a log shows it; NaN is a missing value.
func logText(_ value: Double) -> String {
  value.isNaN ? "empty" : String(decoding: NumberText.text(value), as: UTF8.self)
}

/// The rows of a table with the next one in view.
final class LogRows {
  let reader: TableReader
  /// Whether there is a current row.
  private(set) var hasRow = false

  init(_ directory: String, _ table: LogTable) throws(JournalError) {
    reader = try TableReader("\(directory)/\(table.table.fileName)")
    try advance()
  }

  func advance() throws(JournalError) { hasRow = try reader.next() }
}
