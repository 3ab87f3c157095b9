import ArgumentParser
import Glibc

/// The command line: the only place that prints or exits.
@main
struct Pawl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pawl",
    abstract: "A walk-forward backtesting engine: time-safe, the same bits everywhere.",
    version: Release.version,
    subcommands: [
      RunCommand.self, ResumeCommand.self, VerifyCommand.self, MetricsCommand.self,
      DiffCommand.self,
      GoldenCommand.self, AuditCommand.self, ExplainCommand.self, GenerateCommand.self,
      ModelCommand.self, BenchCommand.self,
    ])

  static func main() async {
    // A file size limit is met like a full disk: by the error that the write returns.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      ExitStatus.requireOutputWritten()
    } catch {
      ExitStatus.leave(after: error)
    }
  }
}

enum Release {
  static let version = "0.1.0"
}
