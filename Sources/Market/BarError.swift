/// Bars that cannot be used, or a bar file that cannot be read.
///
/// The text reads `bars.csv:118: high was 9.8, at least the open, 10.1, is needed`.
public struct BarError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of failure it is; the command line makes exit codes of it.
  public enum Kind: Equatable, Sendable {
    /// There is no such file.
    case missingFile
    /// The file is there, and reading it failed.
    case unreadable
    /// The bytes were read, and are not bars that can be used.
    case data
  }

  public var kind: Kind
  /// The path as the caller named it; empty for bars that come from no file.
  public var file: String
  /// Counts from 1; none where the whole file is meant.
  public var line: Int?
  /// The byte of the line, from 1, where that helps.
  public var column: Int?
  public var message: String

  public init(
    _ message: String, file: String, line: Int? = nil, column: Int? = nil, kind: Kind = .data
  ) {
    self.kind = kind
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }

  public var description: String {
    var place = file
    if let line {
      place += ":\(line)"
      if let column { place += ":\(column)" }
    }
    return place.isEmpty ? message : "\(place): \(message)"
  }
}
