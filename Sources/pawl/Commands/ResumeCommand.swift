import ArgumentParser
import Backtest
import Journal

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Go on with an interrupted run; its logs end as if never interrupted.")

  @Argument(help: "The run directory.")
  var directory: String

  @Option(help: "Above 1, logs are compressed beside the run. By default all cores.")
  var threads: Int = RunEnvironment.coreCount

  @Flag(help: "Print the manifest as JSON.")
  var json = false

  @Flag(help: "Print no progress and no summary.")
  var quiet = false

  func validate() throws {
    guard threads >= 1 else {
      throw ValidationError("--threads was \(threads), at least 1 is needed")
    }
  }

  func run() throws {
    let options = RunOptions(
      folder: directory, threads: threads,
      environment: RunEnvironment.describe(specFolder: "", threads: threads))
    guard
      let session = try RunSession.resume(
        directory, variant: RunEnvironment.variant(), options: options)
    else {
      printError("\(directory): the run is complete, nothing is left to do")
      return
    }
    Interruption.listen()
    let display = ProgressDisplay(names: [session.prepared.spec.name], isQuiet: quiet)
    let manifest = try session.run(
      progress: { display.update(0, $0) }, stopRequested: { Interruption.isRequested })
    display.finish()
    if json {
      print(manifest.json.text, terminator: "")
    } else if !quiet {
      print(RunSummary([manifest], folders: [directory]).text, terminator: "")
    }
    if Interruption.isRequested { throw StatusError(signal: Interruption.signalNumber) }
  }
}
