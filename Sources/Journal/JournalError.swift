import Bytes

/// A log could not be written or read.
public enum JournalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Reading or writing failed: a full disk for one.
  case file(BytesError)
  /// Another process holds the lock of this run directory.
  case locked(directory: String)
  /// The directory holds a run, which would be lost.
  case holdsRun(directory: String)
  /// What was read is not what a run writes.
  case damaged(Finding)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .locked(let directory): "\(directory): the run directory is locked by another process"
    case .holdsRun(let directory):
      "\(directory) holds a run; another directory or --force is needed"
    case .damaged(let finding): finding.description
    }
  }

  /// Damage at a place.
  public static func damaged(_ place: String, found: String, needed: String) -> JournalError {
    .damaged(Finding(place: place, found: found, needed: needed))
  }
}

/// Something that is not as it should be.
public struct Finding: Equatable, Sendable, CustomStringConvertible {
  /// The file, and where known its row and column: `equity.csv.zst:12:cash`. Row 1 is the first
  /// behind the header.
  public var place: String
  /// What was found there.
  public var found: String
  /// What is needed there.
  public var needed: String

  public init(place: String, found: String, needed: String) {
    self.place = place
    self.found = found
    self.needed = needed
  }

  public var description: String { "\(place): was \(found), \(needed) is needed" }
}

/// Runs what throws a `BytesError` where a `JournalError` is thrown.
func onFile<Value: ~Copyable>(_ body: () throws(BytesError) -> Value) throws(JournalError) -> Value
{
  do throws(BytesError) { return try body() } catch { throw .file(error) }
}
