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

  @Option(
    help: """
      The run directory; by default runs/<name>-<first 8 of the spec's SHA-256>. With --seeds the \
      folder that holds a run directory for each seed, by default the same with -seeds behind.
      """)
  var out: String?

  @OptionGroup var specOptions: SpecOptions

  @Option(
    help: """
      Run each spec with this many seeds, from its own upwards, and tell median, quartiles and range \
      of every figure.
      """)
  var seeds: Int?

  @Option(
    help: "Threads: runs side by side, and logs compressed beside them. By default all cores.")
  var threads: Int = RunEnvironment.coreCount

  @Option(help: "Write event files for TensorBoard, each run in a folder of its own.")
  var tensorboard: String?

  @Flag(help: "Foretell time, memory and what would be written; run nothing.")
  var dryRun = false

  @Flag(
    help: """
      After the run, tell how its result depends on paths within bars, delays, costs and seeds. With \
      one spec.
      """)
  var sensitivity = false

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
    guard (1...10_000).contains(seeds ?? 1) else {
      throw ValidationError("--seeds was \(seeds ?? 1), at least 1 and at most 10000 is needed")
    }
    guard !sensitivity || specs.count == 1 else {
      throw ValidationError("--sensitivity was given with \(specs.count) specs, it goes with one")
    }
    guard !sensitivity || seeds == nil && !dryRun else {
      throw ValidationError(
        "--sensitivity was given with \(dryRun ? "--dry-run" : "--seeds"), one run is needed")
    }
    guard tensorboard != "" else {
      throw ValidationError("--tensorboard was empty, a folder is needed")
    }
  }

  func run() async throws {
    let variant = try RunEnvironment.variant()
    // Every spec is read before the first run begins, so that a slip in the last one costs nothing.
    var groups: [RunGroup] = []
    for path in specs {
      groups.append(
        try RunGroup(path, specOptions, seeds: seeds, out: out, variant: variant))
    }
    let plans = groups.flatMap(\.plans)
    for (index, plan) in plans.enumerated() {
      if let earlier = plans[..<index].first(where: { $0.folder == plan.folder }) {
        throw RunFailure.usage(
          "\(plan.specPath) and \(earlier.specPath) would both write \(plan.folder)")
      }
    }
    if dryRun { return try foretell(groups, variant: variant) }
    Interruption.listen()
    let display = ProgressDisplay(names: plans.map(\.label), isQuiet: quiet)
    let outcomes = await carryOut(plans, variant: variant, display: display)
    display.finish()
    let table = try await askSensitivity(outcomes, variant: variant)
    report(outcomes, groups, table)
    // What went wrong in one run does not take the others' results away, but it is the last word.
    for case (_, .failure(let failure)) in outcomes { throw failure }
    if Interruption.isRequested { throw StatusError(signal: Interruption.signalNumber) }
  }

  private typealias Outcome = (plan: RunPlan, result: Result<Manifest, RunFailure>)

  /// The variants of the one run, written beside its logs; nil where none were asked for, or the run or
  /// they did not come to their end.
  private func askSensitivity(
    _ outcomes: [Outcome], variant: KernelVariant
  ) async throws -> SensitivityTable? {
    guard sensitivity, let (plan, result) = outcomes.first, case .success(let manifest) = result,
      manifest.status == .complete
    else { return nil }
    let run = try SensitivityRun(
      PreparedRun(plan.spec, variant: variant), folder: plan.folder, manifest: manifest)
    guard let table = try await run.carryOut(threads: threads, isQuiet: quiet) else { return nil }
    try FileIO.writeAtomically(
      Array(table.json.text.utf8), to: "\(plan.folder)/\(RunFolder.sensitivityName)")
    return table
  }

  private func report(_ outcomes: [Outcome], _ groups: [RunGroup], _ table: SensitivityTable?) {
    var finished: [(plan: RunPlan, manifest: Manifest)] = []
    for (plan, result) in outcomes {
      switch result {
      case .success(let manifest): finished.append((plan, manifest))
      case .failure(let failure) where outcomes.count > 1:
        printError("\(plan.label) failed: \(failure)")
      case .failure: break
      }
    }
    guard !finished.isEmpty else { return }
    if seeds != nil {
      let summaries = groups.compactMap { group -> SeedSummary? in
        let folders = Set(group.plans.map(\.folder))
        let runs = finished.filter { folders.contains($0.plan.folder) }
        return runs.isEmpty
          ? nil
          : SeedSummary(
            folder: group.folder, manifests: runs.map(\.manifest),
            folders: runs.map(\.plan.folder))
      }
      if json {
        printDocuments(summaries.map(\.json))
      } else if !quiet {
        print(summaries.map(\.text).joined(separator: "\n"), terminator: "")
      }
    } else if json {
      printDocuments(finished.map { document($0.manifest, table) })
    } else if !quiet {
      print(
        RunSummary(finished.map(\.manifest), folders: finished.map(\.plan.folder)).text,
        terminator: "")
      if let table {
        print(
          "\n" + SensitivityText(table: table, manifest: finished[0].manifest).text, terminator: "")
      }
    }
  }

  /// The manifest, and with it what was asked beside the run.
  private func document(_ manifest: Manifest, _ table: SensitivityTable?) -> JSONValue {
    guard let table, case .object(var members) = manifest.json else { return manifest.json }
    members["sensitivity"] = table.json
    return .object(members)
  }

  /// One document for one spec, else a list.
  private func printDocuments(_ documents: [JSONValue]) {
    print(specs.count == 1 ? documents[0].text : JSONValue.array(documents).text, terminator: "")
  }

  private func foretell(_ groups: [RunGroup], variant: KernelVariant) throws {
    var documents: [JSONValue] = []
    for group in groups {
      let prepared = try PreparedRun(group.plans[0].spec, variant: variant)
      let forecast = RunPrediction(
        try RunEstimate(prepared), group: group, threads: threads,
        tensorboard: tensorboard)
      if json { documents.append(forecast.json) } else { print(forecast.text, terminator: "") }
    }
    if json { printDocuments(documents) }
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
    let board = tensorboard
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
            try plan.carryOut(
              variant: variant, threads: threadsEach, replacesRun: replacesRun,
              tensorBoardFolder: board.map { "\($0)/\(plan.boardName)" }
            ) {
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
