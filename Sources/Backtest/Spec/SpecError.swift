/// Where in a spec, or in the options that override it, a value stands.
public enum SpecPlace: Equatable, Sendable, CustomStringConvertible {
  /// Line and column count from 1, the column in Unicode scalars.
  case file(String, line: Int, column: Int)
  /// The file as a whole.
  case wholeFile(String)
  /// An option of the command line, as given: `--set training.epochs=0`.
  case option(String)

  /// `strategies/a.yaml:12:11`.
  public var description: String {
    switch self {
    case .file(let name, let line, let column): "\(name):\(line):\(column)"
    case .wholeFile(let name): name
    case .option(let text): text
    }
  }
}

/// A spec that cannot be run as it is written.
public struct SpecError: Error, Equatable, CustomStringConvertible {
  public var place: SpecPlace
  /// `training.epochs was 0, at least 1 is needed`.
  public var message: String

  public init(_ place: SpecPlace, _ message: String) {
    self.place = place
    self.message = message
  }

  public var description: String { "\(place): \(message)" }
}
