import Bytes

/// The tables of a run directory or of a golden, to be compared.
public struct RunTables: Equatable, Sendable {
  /// How the side is called in a report: its path.
  public var label: String
  public var directory: String
  public var tables: [String: TableRecord]
  /// Whether digests may stand for tables that are not there, as in a golden.
  public var mayKeepDigestsAlone: Bool

  public init(
    label: String, directory: String, tables: [String: TableRecord],
    mayKeepDigestsAlone: Bool = false
  ) {
    self.label = label
    self.directory = directory
    self.tables = tables
    self.mayKeepDigestsAlone = mayKeepDigestsAlone
  }

  /// Reads `manifest.json` or, where there is none, `golden.json`.
  public init(readingFrom directory: String) throws(JournalError) {
    let isRun =
      FileIO.exists("\(directory)/\(Manifest.fileName)")
      || !FileIO.exists("\(directory)/\(Golden.fileName)")
    self.init(
      label: directory, directory: directory,
      tables: isRun
        ? try Manifest(readingFrom: directory).tables : try Golden(readingFrom: directory).tables,
      mayKeepDigestsAlone: !isRun)
  }

  /// The path of a table's file.
  func file(_ record: TableRecord) -> String { "\(directory)/\(record.file)" }

  /// Whether of this table only the digest is kept.
  func keepsDigestAlone(_ record: TableRecord) -> Bool {
    mayKeepDigestsAlone && !FileIO.exists(file(record))
  }
}
