import Bytes
import Journal

extension RunTables {
  /// The tables of a run, finished or not, or of a golden.
  ///
  /// The manifest of a run lists its tables at the end only, so those of an unfinished run are
  /// taken as they lie there; they are compared as far as they go.
  public init(ofRunOrGolden directory: String) throws(JournalError) {
    self = try RunTables(readingFrom: directory)
    guard FileIO.exists("\(directory)/\(Manifest.fileName)"), tables.isEmpty else { return }
    for table in LogTable.allCases.map(\.table)
    where FileIO.exists("\(directory)/\(table.fileName)") {
      tables[table.name] = TableRecord(
        file: table.fileName, rows: 0, sha256: "", columns: table.columns)
    }
  }
}

extension RunDifference {
  /// Compares two runs, or a run and a golden, from the table furthest upstream down.
  public init(a: RunTables, b: RunTables, ulps: UInt64 = 0) throws(JournalError) {
    try self.init(a, b, order: LogTable.allCases.map(\.name), ulps: ulps)
  }
}
