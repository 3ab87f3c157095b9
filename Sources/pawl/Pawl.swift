import ArgumentParser

@main
struct Pawl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pawl", abstract: "A walk-forward backtesting engine.")
}
