import ArgumentParser
import Backtest
import Journal

struct GoldenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "golden",
    abstract: "Replay scenarios whose right answer is kept, or keep a new answer.",
    subcommands: [Check.self, Record.self])

  struct Options: ParsableArguments {
    @Option(help: "The folder of the scenarios, each a folder with a spec.yaml.")
    var golden = "fixtures/golden"

    @Option(help: "Above 1, logs are compressed beside the run. By default all cores.")
    var threads: Int = RunEnvironment.coreCount

    func validate() throws {
      guard threads >= 1 else {
        throw ValidationError("--threads was \(threads), at least 1 is needed")
      }
    }

    /// Replays a scenario and hands its tables over, which are gone afterwards.
    func replay<Result>(
      _ scenario: GoldenScenario, _ body: (RunTables) throws -> Result
    ) throws -> Result {
      let folder = try TemporaryFolder()
      return try withExtendedLifetime(folder) {
        let tables = try scenario.replay(
          into: "\(folder.path)/run", variant: RunEnvironment.variant(), threads: threads,
          stopRequested: { Interruption.isRequested })
        guard let tables else { throw StatusError(signal: Interruption.signalNumber) }
        return try body(tables)
      }
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Replay scenarios and compare each with its recording; exits with 5 if one differs."
    )

    @Argument(help: "Scenarios; all if none is named.")
    var names: [String] = []

    @OptionGroup var options: Options

    @Flag(help: "Print the differences as JSON.")
    var json = false

    func run() throws {
      let scenarios = try GoldenScenario.find(names, in: options.golden)
      Interruption.listen()
      var documents: [JSONValue] = []
      var different = 0
      for scenario in scenarios {
        guard scenario.isRecorded else {
          different += 1
          documents.append(document(scenario, difference: nil))
          say("\(scenario.name): differs: there is no recording\n")
          continue
        }
        let difference = try options.replay(scenario) { try scenario.compare($0) }
        let isEqual = difference.isEmpty && difference.addedColumns.isEmpty
        if !isEqual { different += 1 }
        documents.append(document(scenario, difference: difference))
        say("\(scenario.name): \(isEqual ? "ok" : "differs")\n" + (isEqual ? "" : difference.text))
      }
      if json { print(JSONValue.array(documents).text, terminator: "") }
      guard different == 0 else {
        printError(
          "\(different) of \(scenarios.count) scenarios differ; where that is meant: "
            + "pawl golden record NAME --reason TEXT")
        throw StatusError(.mismatch)
      }
    }

    private func say(_ text: String) {
      if !json { print(text, terminator: "") }
    }

    private func document(_ scenario: GoldenScenario, difference: RunDifference?) -> JSONValue {
      [
        "name": .string(scenario.name), "recorded": .bool(difference != nil),
        "equal": .bool(difference.map { $0.isEmpty && $0.addedColumns.isEmpty } ?? false),
        "difference": difference?.json ?? .null,
      ]
    }
  }

  struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "record",
      abstract: "Keep the tables of a scenario as its right answer, with the reason.",
      discussion: """
        A new scenario begins as FOLDER/NAME/spec.yaml. A recording changes what counts as right, \
        so it cannot pass unread: it prints what changed and exits with 5; commit it with its \
        reason. Where nothing changed, nothing is recorded and the exit code is 0.
        """)

    @Argument(help: "The scenario.")
    var name: String

    @Option(help: "Why the answer changed; kept in the recording's history.")
    var reason: String

    @OptionGroup var options: Options

    func validate() throws {
      guard !reason.allSatisfy(\.isWhitespace) else {
        throw ValidationError("--reason was empty, a sentence is needed")
      }
    }

    func run() throws {
      let scenario = try GoldenScenario.find([name], in: options.golden)[0]
      Interruption.listen()
      try options.replay(scenario) { run in
        if scenario.isRecorded {
          let difference = try scenario.compare(run)
          guard !difference.isEmpty || !difference.addedColumns.isEmpty else {
            return print("\(name): ok, nothing to record")
          }
        }
        let difference = try scenario.record(run, reason: reason)
        print("\(name): recorded; commit it with its reason")
        print(difference?.text ?? "there was no recording before\n", terminator: "")
        throw StatusError(.mismatch)
      }
    }
  }
}
