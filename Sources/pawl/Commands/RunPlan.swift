import Backtest
import Bytes
import Journal
import Recurrent

/// A run that is going to be made: a spec and its directory.
struct RunPlan: Sendable {
  var spec: RunSpec
  var specPath: String
  var folder: String
  /// How it is called while it goes.
  var label: String
  /// Its folder among those of TensorBoard.
  var boardName: String

  /// - Throws: where the run cannot be made, or is stopped by something other than the user.
  func carryOut(
    variant: KernelVariant, threads: Int, replacesRun: Bool, tensorBoardFolder: String?,
    progress: (RunProgress) -> Void
  ) throws(RunFailure) -> Manifest {
    let prepared = try PreparedRun(spec, variant: variant)
    let session = try RunSession(
      starting: prepared,
      options: RunOptions(
        folder: folder, replacesRun: replacesRun, threads: threads,
        tensorBoardFolder: tensorBoardFolder,
        environment: RunEnvironment.describe(
          specFolder: SpecOptions.folder(of: specPath), threads: threads)))
    return try session.run(progress: progress, stopRequested: { Interruption.isRequested })
  }
}

/// All runs of one spec: one, or one for each of several seeds.
struct RunGroup {
  /// The run directory, or the folder that holds those of all seeds.
  let folder: String
  let plans: [RunPlan]

  /// - Parameters:
  ///   - path: of the spec.
  ///   - options: what the command line sets in it.
  ///   - seeds: how many, from the spec's own upwards; nil makes one run.
  ///   - out: the folder asked for.
  ///   - variant: the kernels.
  /// - Throws: where the spec cannot be read, or has not so many seeds above its own.
  init(
    _ path: String, _ options: SpecOptions, seeds: Int?, out: String?, variant: KernelVariant
  ) throws {
    var spec = try options.read(path)
    // The folder is named after the spec as resolved, and a fraction is resolved from the bars.
    if spec.learning?.firstFraction != nil { spec = try PreparedRun(spec, variant: variant).spec }
    let hash = SHA256.hex(of: Array(spec.resolvedText.utf8))
    let name = "\(spec.name)-\(hash.prefix(8))"
    guard let seeds else {
      folder = out ?? "runs/\(name)"
      plans = [
        RunPlan(
          spec: spec, specPath: path, folder: folder, label: spec.name,
          boardName: Self.lastPart(of: folder))
      ]
      return
    }
    let most = UInt64(UInt32.max) - UInt64(spec.seed) + 1
    guard UInt64(seeds) <= most else {
      throw RunFailure.usage(
        "--seeds was \(seeds), at most \(most) is needed from seed \(spec.seed) on")
    }
    folder = out ?? "runs/\(name)-seeds"
    var plans: [RunPlan] = []
    for seed in spec.seed...spec.seed + UInt32(seeds - 1) {
      var spec = spec
      spec.seed = seed
      plans.append(
        RunPlan(
          spec: spec, specPath: path, folder: "\(folder)/seed-\(seed)",
          label: "\(spec.name) seed \(seed)",
          boardName: "\(Self.lastPart(of: folder))/seed-\(seed)"))
    }
    self.plans = plans
  }

  private static func lastPart(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? "run"
  }
}
