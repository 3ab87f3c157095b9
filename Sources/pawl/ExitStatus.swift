import ArgumentParser
import Backtest
import Bytes
import Glibc
import Journal
import Market

/// What the process says when it ends; scripts rely on the numbers.
enum ExitStatus: Int32 {
  case fine = 0
  case internalFailure = 1
  /// The command line, the spec, or a file that the spec names and that is missing.
  case usage = 2
  case bars = 3
  /// Reading or writing failed.
  case files = 4
  /// `verify`, `metrics`, `diff`, `golden` or `audit` found something.
  case mismatch = 5
  /// Another process has the run directory.
  case locked = 6

  init(_ failure: RunFailure) {
    switch failure {
    case .spec, .usage: self = .usage
    case .bars(let error):
      switch error.kind {
      case .missingFile: self = .usage
      case .unreadable: self = .files
      case .data: self = .bars
      }
    case .journal(let error): self = ExitStatus(error)
    case .training, .internalFault: self = .internalFailure
    case .overflow: self = .bars
    }
  }

  init(_ error: JournalError) {
    switch error {
    case .file: self = .files
    case .locked: self = .locked
    case .holdsRun: self = .usage
    case .damaged: self = .mismatch
    }
  }

  /// Ends the process with 4 where what was printed did not reach standard output.
  static func requireOutputWritten() {
    // All streams: Swift cannot name the one of standard output without a race.
    guard fflush(nil) != 0 else { return }
    leave(BytesError.system("write", path: "standard output").description, .files)
  }

  /// Ends the process with the status of an error and its message on standard error.
  static func leave(after error: any Error) -> Never {
    if !(error is BytesError) { requireOutputWritten() }
    switch error {
    case let status as StatusError: exit(status.code)
    case let failure as RunFailure: leave(failure.description, ExitStatus(failure))
    case let error as SpecError: leave(error.description, .usage)
    case let error as BarError: leave(error.description, ExitStatus(.bars(error)))
    case let error as JournalError: leave(error.description, ExitStatus(error))
    case let error as BytesError: leave(error.description, .files)
    default:
      let code = Pawl.exitCode(for: error)
      let message = Pawl.fullMessage(for: error)
      if code == .success {
        print(message)
        exit(0)
      }
      printError(message)
      // What the parser refuses is the user's to mend; any other error should have been one of ours.
      exit((code == .validationFailure ? ExitStatus.usage : .internalFailure).rawValue)
    }
  }

  private static func leave(_ message: String, _ status: ExitStatus) -> Never {
    printError("error: \(message)")
    exit(status.rawValue)
  }
}

/// Ends the process with a status when everything has been said.
struct StatusError: Error {
  var code: Int32
  init(_ status: ExitStatus) { code = status.rawValue }
  init(signal: Int32) { code = 128 + signal }
}

/// Messages and progress go to standard error; results to standard output.
func printError(_ text: String) { writeError(text + "\n") }

/// Writes to standard error as it is; what cannot be written there cannot be told anywhere.
func writeError(_ text: String) {
  var text = text
  text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
