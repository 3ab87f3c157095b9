import Bytes
import Journal
import Market
import Recurrent

/// Why a run could not be made or finished. The command line turns each into its exit code.
public enum RunFailure: Error, CustomStringConvertible {
  /// The spec, or a file that it names, is not as it has to be.
  case spec(SpecError)
  /// A bar file breaks a rule.
  case bars(BarError)
  /// A log could not be written or read, or the folder is in use.
  case journal(JournalError)
  /// Training met a number that is not finite.
  case training(TrainingError, bar: Int, time: Timestamp)
  /// The account met a number that is too large for a Float64.
  case overflow(String, bar: Int, time: Timestamp)
  /// Something the caller asked for is not possible as things stand.
  case usage(String)
  /// Something that must not happen, whatever the caller does.
  case internalFault(String)

  public var description: String {
    switch self {
    case .spec(let error): error.description
    case .bars(let error): error.description
    case .journal(let error): error.description
    case .training(let error, let bar, let time): "bar \(bar) (\(time.iso8601)): \(error)"
    case .overflow(let what, let bar, let time):
      "bar \(bar) (\(time.iso8601)): \(what) was not finite, a finite number is needed; prices or "
        + "quantities are too large or too far apart"
    case .usage(let text), .internalFault(let text): text
    }
  }
}
