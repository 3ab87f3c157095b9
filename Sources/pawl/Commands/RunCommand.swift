import ArgumentParser
import Backtest
import Bytes
import Journal
import Recurrent

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run specs over their bars and write the logs.")

  @Argument(help: "Specs to run.")
  var specs: [String]

  @Option(help: "The run directory; by default runs/<name>-<first 8 of the spec's SHA-256>.")
  var out: String?

  @OptionGroup var specOptions: SpecOptions

  @Option(
    help: "Threads: runs side by side, and logs compressed beside them. By default all cores.")
  var threads: Int = RunEnvironment.coreCount

  @Flag(help: "Replace a run that is in the directory.")
  var force = false

  @Flag(help: "Print the manifest, or with several specs a list of them, as JSON.")
  var json = false

  @Flag(help: "Print no progress and no summary.")
  var quiet = false

  func validate() throws {
    guard !specs.isEmpty else { throw ValidationError("no spec was given, at least one is needed") }
    guard threads >= 1 else {
      throw ValidationError("--threads was \(threads), at least 1 is needed")
    }
    guard out != "" else { throw ValidationError("--out was empty, a folder is needed") }
    guard out == nil || specs.count == 1 else {
      throw ValidationError("--out was given with \(specs.count) specs, it goes with one")
    }
  }

  func run() async throws {
    let variant = try RunEnvironment.variant()
    // Every spec is read before the first run begins, so that a slip in the last one costs nothing.
    var plans: [RunPlan] = []
    for path in specs {
      let spec = try specOptions.read(path)
      plans.append(try RunPlan(spec: spec, specPath: path, out: out, variant: variant))
    }
    for (index, plan) in plans.enumerated() {
      if let earlier = plans[..<index].first(where: { $0.folder == plan.folder }) {
        throw RunFailure.usage(
          "\(plan.specPath) and \(earlier.specPath) would both write \(plan.folder)")
      }
    }
    Interruption.listen()
    let display = ProgressDisplay(names: plans.map(\.spec.name), isQuiet: quiet)
    let outcomes = await carryOut(plans, variant: variant, display: display)
    display.finish()
    report(outcomes)
    // What went wrong in one run does not take the others' results away, but it is the last word.
    for case (_, .failure(let failure)) in outcomes { throw failure }
    if Interruption.isRequested { throw StatusError(signal: Interruption.signalNumber) }
  }

  private typealias Outcome = (plan: RunPlan, result: Result<Manifest, RunFailure>)

  private func report(_ outcomes: [Outcome]) {
    var finished: [(folder: String, manifest: Manifest)] = []
    for (plan, result) in outcomes {
      switch result {
      case .success(let manifest): finished.append((plan.folder, manifest))
      case .failure(let failure) where outcomes.count > 1:
        printError("\(plan.spec.name) failed: \(failure)")
      case .failure: break
      }
    }
    guard !finished.isEmpty else { return }
    if json {
      let documents = finished.map(\.manifest.json)
      print(specs.count == 1 ? documents[0].text : JSONValue.array(documents).text, terminator: "")
    } else if !quiet {
      print(
        RunSummary(finished.map(\.manifest), folders: finished.map(\.folder)).text, terminator: "")
    }
  }

  /// Runs as many plans side by side as there are threads; what is left over compresses logs.
  ///
  /// - Returns: the plans that were begun, in their order, and what came of each.
  private func carryOut(
    _ plans: [RunPlan], variant: KernelVariant, display: ProgressDisplay
  ) async -> [Outcome] {
    let sideBySide = min(threads, plans.count)
    let threadsEach = max(1, threads / sideBySide)
    let replacesRun = force
    return await withTaskGroup(of: (Int, Result<Manifest, RunFailure>).self) { group in
      var results = [Result<Manifest, RunFailure>?](repeating: nil, count: plans.count)
      var next = 0
      func startNext() {
        guard next < plans.count else { return }
        let index = next
        let plan = plans[index]
        next += 1
        group.addTask {
          let result = Result { () throws(RunFailure) in
            try plan.carryOut(variant: variant, threads: threadsEach, replacesRun: replacesRun) {
              display.update(index, $0)
            }
          }
          return (index, result)
        }
      }
      for _ in 0..<sideBySide { startNext() }
      while let (index, result) = await group.next() {
        results[index] = result
        if !Interruption.isRequested { startNext() }
      }
      return zip(plans, results).compactMap { plan, result in result.map { (plan, $0) } }
    }
  }
}

/// A run that is going to be made: a spec and its directory.
struct RunPlan: Sendable {
  var spec: RunSpec
  var specPath: String
  var folder: String

  init(spec: RunSpec, specPath: String, out: String?, variant: KernelVariant) throws(RunFailure) {
    var spec = spec
    // The folder is named after the spec as resolved, and a fraction is resolved from the bars.
    if spec.learning?.firstFraction != nil {
      spec = try PreparedRun(spec, variant: variant).spec
    }
    self.spec = spec
    self.specPath = specPath
    if let out {
      folder = out
    } else {
      let hash = SHA256.hex(of: Array(spec.resolvedText.utf8))
      folder = "runs/\(spec.name)-\(hash.prefix(8))"
    }
  }

  func carryOut(
    variant: KernelVariant, threads: Int, replacesRun: Bool,
    progress: (RunProgress) -> Void
  ) throws(RunFailure) -> Manifest {
    let prepared = try PreparedRun(spec, variant: variant)
    let session = try RunSession(
      starting: prepared,
      options: RunOptions(
        folder: folder, replacesRun: replacesRun, threads: threads,
        environment: RunEnvironment.describe(
          specFolder: SpecOptions.folder(of: specPath), threads: threads)))
    return try session.run(progress: progress, stopRequested: { Interruption.isRequested })
  }
}
