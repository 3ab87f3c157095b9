import Bytes
import Journal
import Market
import Recurrent

/// How a run is carried out; none of it changes a result.
public struct RunOptions: Sendable {
  /// The run directory.
  public var folder: String
  /// Whether a run that is in the folder gives way.
  public var replacesRun: Bool
  /// Above 1, logs are compressed beside the run.
  public var threads: Int
  /// Time between checkpoints.
  public var checkpointEvery: Duration
  /// A folder for event files that TensorBoard reads; nil for none.
  public var tensorBoardFolder: String?
  /// Versions, CPU and whatever else the manifest's `environment` is to say.
  public var environment: [String: JSONValue]

  public init(
    folder: String, replacesRun: Bool = false, threads: Int = 1,
    checkpointEvery: Duration = .seconds(10), tensorBoardFolder: String? = nil,
    environment: [String: JSONValue] = [:]
  ) {
    self.folder = folder
    self.replacesRun = replacesRun
    self.threads = threads
    self.checkpointEvery = checkpointEvery
    self.tensorBoardFolder = tensorBoardFolder
    self.environment = environment
  }
}

/// How far a run has come.
public struct RunProgress: Equatable, Sendable {
  /// Steps taken.
  public var bars: Int
  /// Steps that come at most, where known.
  public var barsExpected: Int?
  public var refits: Int
  /// Updates of a network's weights.
  public var updates: Int

  public init(bars: Int, barsExpected: Int?, refits: Int, updates: Int = 0) {
    self.bars = bars
    self.barsExpected = barsExpected
    self.refits = refits
    self.updates = updates
  }
}

/// A run being carried out in its directory: engine, logs, figures, checkpoints.
public final class RunSession {
  public let prepared: PreparedRun
  private let options: RunOptions
  private let folder: RunFolder
  private var engine: Engine
  private var metrics: RunMetrics
  private let journal: RunJournal
  private let board: TensorBoardLog?
  private var manifest: Manifest
  private let started = ContinuousClock.now
  /// Wall time of the part of the run before it was resumed, in seconds.
  private var secondsBefore = 0.0

  /// Makes the directory and begins the logs of a new run.
  ///
  /// - Throws: `RunFailure`; nothing is left behind then.
  public init(
    starting prepared: PreparedRun, options: RunOptions
  ) throws(RunFailure) {
    self.prepared = prepared
    self.options = options
    engine = try prepared.makeEngine(threads: options.threads)
    engine.tellsUpdates =
      prepared.spec.logs.losses || options.tensorBoardFolder != nil
      || prepared.spec.hasLongFits
    metrics = RunMetrics(prepared)
    manifest = prepared.manifest(environment: options.environment)
    do throws(JournalError) {
      folder = try RunFolder(claiming: options.folder, tables: LogTable.allCases.map(\.name))
      do throws(JournalError) {
        if options.replacesRun { try folder.removeRun() } else { try folder.requireNoRun() }
        folder.beginRun()
        try folder.write(Array(prepared.spec.resolvedText.utf8), to: "spec.yaml")
        try folder.write(manifest)
        journal = try RunJournal(
          folder: options.folder, spec: prepared.spec, resumingAt: nil,
          thread: options.threads > 1 ? FrameThread() : nil)
        if let folder = options.tensorBoardFolder {
          board = try TensorBoardLog(folder: folder)
        } else {
          board = nil
        }
      } catch {
        try? folder.discard()
        throw error
      }
    } catch {
      throw .journal(error)
    }
  }

  /// Goes on with a run from its last checkpoint, or from its start where there is none.
  ///
  /// The caller has claimed `folder`, made `prepared` from the run's own `spec.yaml`, and read its
  /// manifest as it was left.
  init(
    resuming folder: RunFolder, prepared: PreparedRun, before: Manifest, options: RunOptions
  ) throws(RunFailure) {
    self.prepared = prepared
    self.options = options
    self.folder = folder
    engine = try prepared.makeEngine(threads: options.threads)
    engine.tellsUpdates = prepared.spec.logs.losses || prepared.spec.hasLongFits
    metrics = RunMetrics(prepared)
    manifest = prepared.manifest(environment: options.environment)
    folder.beginRun()
    board = nil
    do throws(JournalError) {
      for (began, now) in zip(before.inputs, manifest.inputs) where began != now {
        throw .damaged(
          "\(now.instrument) (\(now.file))", found: "of SHA-256 \(now.sha256)",
          needed: "\(began.sha256), with which the run began,")
      }
      guard before.inputs.count == manifest.inputs.count else {
        throw .damaged(
          folder.path, found: "a run of \(manifest.inputs.count) inputs",
          needed: "\(before.inputs.count), with which it began,")
      }
      let thread = options.threads > 1 ? FrameThread() : nil
      if let checkpoint = try Checkpoint.read(from: folder) {
        guard checkpoint.specSHA256 == manifest.specSHA256 else {
          throw .damaged(
            folder.file("spec.yaml"), found: "a spec other than the checkpoint's",
            needed: "SHA-256 \(checkpoint.specSHA256)")
        }
        guard checkpoint.tables.count == LogTable.written(by: prepared.spec).count else {
          throw .damaged(
            folder.path, found: "a checkpoint of \(checkpoint.tables.count) tables",
            needed: "one of each table that the spec asks for")
        }
        secondsBefore = checkpoint.seconds
        do throws(StateError) {
          var reader = StateReader(checkpoint.state)
          try engine.restore(from: &reader)
          try metrics.restore(from: &reader)
          guard reader.isAtEnd else { throw StateError("the state went on after its end") }
        } catch {
          throw .damaged(
            folder.path, found: "a checkpoint that does not fit: \(error)", needed: "the run's own")
        }
        journal = try RunJournal(
          folder: folder.path, spec: prepared.spec, resumingAt: checkpoint.tables, thread: thread)
      } else {
        journal = try RunJournal(
          folder: folder.path, spec: prepared.spec, resumingAt: nil, thread: thread)
      }
      try folder.write(manifest)
    } catch {
      throw .journal(error)
    }
  }

  /// Runs to the end of the bars, or until asked to stop.
  ///
  /// - Parameters:
  ///   - progress: called now and then, at least about once a second.
  ///   - stopRequested: asked between steps; once true, the run is checkpointed and left as
  ///     `interrupted`.
  /// - Returns: the manifest as written.
  /// - Throws: `RunFailure`; the run is then left as `failed`, with its logs readable, or removed if
  ///   no bar was finished.
  public func run(
    progress: (RunProgress) -> Void = { _ in }, stopRequested: () -> Bool = { false }
  ) throws(RunFailure) -> Manifest {
    do throws(RunFailure) {
      let isComplete = try takeSteps(progress: progress, stopRequested: stopRequested)
      return isComplete ? try finish() : try interrupt()
    } catch {
      fail(error)
      throw error
    }
  }

  /// - Returns: whether the bars ended; false where the run was asked to stop.
  private func takeSteps(
    progress: (RunProgress) -> Void, stopRequested: () -> Bool
  ) throws(RunFailure) -> Bool {
    // Local, so that the loop pays for no checks of exclusive access.
    var engine = self.engine
    var metrics = self.metrics
    defer {
      self.engine = engine
      self.metrics = metrics
    }
    let journal = self.journal
    let board = self.board
    let barsExpected = try prepared.expectedSteps()
    // A clock takes longer to read than a bar without a model.
    let stepsPerLook = prepared.spec.learning == nil ? 1024 : 1
    var stepsToLook = 1
    var lastProgress = ContinuousClock.now
    var lastCheckpoint = lastProgress
    var seen = RunProgress(
      bars: engine.bar + 1, barsExpected: barsExpected, refits: engine.refitCount)

    while try engine.step({ event in
      metrics.add(event)
      journal.write(event)
      board?.add(event)
      guard case .update = event else { return }
      // A fit of many epochs is one step; it tells how it goes.
      seen.updates += 1
      guard seen.updates % 256 == 0 else { return }
      let now = ContinuousClock.now
      guard now - lastProgress >= .milliseconds(100) else { return }
      lastProgress = now
      progress(seen)
    }) {
      stepsToLook -= 1
      guard stepsToLook == 0 else { continue }
      stepsToLook = stepsPerLook
      try journalWork { () throws(JournalError) in try journal.check() }
      if stopRequested() { return false }
      let now = ContinuousClock.now
      if now - lastProgress >= .milliseconds(100) {
        lastProgress = now
        (seen.bars, seen.refits) = (engine.bar + 1, engine.refitCount)
        progress(seen)
      }
      if now - lastCheckpoint >= options.checkpointEvery {
        try writeCheckpoint(engine, metrics)
        lastCheckpoint = ContinuousClock.now
      }
    }
    try journalWork { () throws(JournalError) in
      try journal.check()
      try board?.flush()
    }
    return true
  }

  private func writeCheckpoint(_ engine: Engine, _ metrics: RunMetrics) throws(RunFailure) {
    var writer = StateWriter()
    engine.save(to: &writer)
    metrics.save(to: &writer)
    let state = writer.bytes
    try journalWork { () throws(JournalError) in
      try board?.flush()
      let checkpoint = Checkpoint(
        specSHA256: manifest.specSHA256, seconds: seconds, tables: try journal.checkpoint(),
        state: state)
      try checkpoint.write(to: folder)
    }
  }

  private func finish() throws(RunFailure) -> Manifest {
    try journalWork { () throws(JournalError) in
      manifest.tables = try journal.finish(
        openPositions: engine.broker.openPositions,
        fitted: prepared.spec.logs.fitted ? engine.learner?.fitted() ?? [] : [])
      for (index, network) in (engine.learner?.walk.ensemble?.members ?? []).enumerated() {
        let name = RunFolder.weightsName(member: index)
        let weights = network.safetensors
        try folder.write(weights, to: name)
        manifest.files[name] = SHA256.hex(of: weights)
      }
      manifest.status = .complete
      describe()
      try folder.write(manifest)
      try folder.removeCheckpoints()
    }
    return manifest
  }

  private func interrupt() throws(RunFailure) -> Manifest {
    try writeCheckpoint(engine, metrics)
    manifest.status = .interrupted
    describe()
    try journalWork { () throws(JournalError) in try folder.write(manifest) }
    return manifest
  }

  /// Leaves a failed run so that its logs can be read; what goes wrong now is not reported on top.
  private func fail(_ failure: RunFailure) {
    if engine.bar < 0 {
      try? folder.discard()
      return
    }
    manifest.status = .failed
    describe()
    manifest.warnings.append("failed: \(failure)")
    _ = try? journal.checkpoint()
    try? folder.write(manifest)
  }

  /// Brings into the manifest what is known at the end.
  private func describe() {
    manifest.metrics = figures.json
    if let washout = engine.learner?.washoutJSON { manifest.metrics["washout"] = washout }
    manifest.warnings = prepared.warnings(after: engine, metrics)
    manifest.openOrders = prepared.describe(engine.broker.openOrders)
    manifest.environment["wall_seconds"] = .number(seconds)
    manifest.environment["bars"] = .int(engine.bar + 1)
    manifest.environment["refits"] = .int(engine.refitCount)
  }

  private var seconds: Double {
    secondsBefore + (ContinuousClock.now - started) / .seconds(1)
  }

  /// The figures of the run so far.
  public var figures: RunFigures {
    metrics.figures(
      leaks: prepared.statements.leaks.map(\.kind.rawValue),
      instruments: prepared.spec.instruments.map(\.name))
  }

  private func journalWork<Result>(
    _ body: () throws(JournalError) -> Result
  ) throws(RunFailure) -> Result {
    do throws(JournalError) {
      return try body()
    } catch {
      throw .journal(error)
    }
  }
}

extension RunSpec {
  /// Whether a fit takes so long that its updates are worth telling.
  fileprivate var hasLongFits: Bool {
    guard let learning, let training = learning.network?.training else { return false }
    var samples = learning.walk.first
    if case .rolling(let window) = learning.walk.trainingSet { samples = min(samples, window) }
    if case .size(let size) = training.batch { samples = (samples + size - 1) / size }
    return training.epochs * samples >= 1000
  }
}
