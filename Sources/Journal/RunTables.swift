import Bytes

/// The tables of a run directory or of a golden, to be compared.
public struct RunTables: Equatable, Sendable {
  /// How the side is called in a report: its path.
  public var label: String
  public var directory: String
  public var tables: [String: TableRecord]

  public init(label: String, directory: String, tables: [String: TableRecord]) {
    self.label = label
    self.directory = directory
    self.tables = tables
  }

  /// Reads `manifest.json` or, where there is none, `golden.json`.
  public init(readingFrom directory: String) throws(JournalError) {
    let isRun =
      FileIO.exists("\(directory)/\(Manifest.fileName)")
      || !FileIO.exists("\(directory)/\(Golden.fileName)")
    self.init(
      label: directory, directory: directory,
      tables: isRun
        ? try Manifest(readingFrom: directory).tables : try Golden(readingFrom: directory).tables)
  }

  /// The table's file; nil where it is not there, as in a golden that keeps digests alone.
  func file(_ name: String) -> String? {
    guard let record = tables[name] else { return nil }
    let path = "\(directory)/\(record.file)"
    return FileIO.exists(path) ? path : nil
  }
}
