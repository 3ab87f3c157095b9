import ArgumentParser
import Backtest

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Prove that no output up to a bar depends on data after it.",
    discussion: """
      The spec is run on its own bars, and then again and again on bars that are the same up to some \
      bar and others after it. Every output up to that bar has to be the same to the bit.
      """)

  @Argument(help: "The spec.")
  var spec: String

  @OptionGroup var specOptions: SpecOptions

  @Option(help: "Bars, spread over the run, at which the future is changed.")
  var cuts: Int = 5

  func validate() throws {
    guard (1...10_000).contains(cuts) else {
      throw ValidationError("--cuts was \(cuts), at least 1 and at most 10000 is needed")
    }
  }

  func run() throws {
    let prepared = try PreparedRun(specOptions.read(spec), variant: RunEnvironment.variant())
    let display = ProgressDisplay(names: ["audit of \(prepared.spec.name)"], isQuiet: false)
    let findings = try Audit(prepared).run(cuts: cuts) { display.update(share: $0) }
    display.finish()
    for finding in findings { print(finding) }
    guard findings.isEmpty else {
      printError("\(spec): \(findings.count) outputs saw the future")
      throw StatusError(.mismatch)
    }
    print("\(spec): at \(cuts) bars, no output up to the bar depends on data after it")
  }
}
