import Bytes
import Foundation
import Journal
import Testing

/// What is left of a run that did not end by itself.
///
/// `PAWL_TEST_KILLS` says how many times the campaign kills, ten unless it does.
@Suite(.serialized) struct KillTests {
  private static let tables = [
    "training", "forecasts", "scores", "orders", "fills", "trades", "flows", "equity", "positions",
  ]

  private let scratch = Scratch()
  private let spec: String

  init() throws {
    spec = try scratch.write(SampleSpec.network(bars: 1500, hidden: 8), to: "spec.yaml")
  }

  private func start(_ out: String, _ more: [String] = []) throws -> Running {
    try Running(["run", spec, "--out", out, "--quiet"] + more)
  }

  /// A run from start to end, what every other has to become.
  private func wholeRun() throws -> (path: String, digest: String, seconds: Double) {
    let whole = scratch.file("whole")
    let started = ContinuousClock.now
    let result = try start(whole).finish()
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    try #require(result.status == 0, "\(result.err)")
    return (whole, try manifest(whole).digest, seconds)
  }

  private func lines(_ table: String, of directory: String) throws -> [String] {
    let path = "\(directory)/\(table).csv.zst"
    guard FileIO.exists(path), try holdsHeader(path) else { return [] }
    let reader = try TableReader(path, isTolerant: true)
    var rows: [String] = []
    while try reader.next() { rows.append(reader.line) }
    return rows
  }

  /// False where the run was killed before its first frame was whole.
  private func holdsHeader(_ path: String) throws -> Bool {
    let frames = try ZstdFrameReader(path)
    return try frames.next()
  }

  private func expectGoesOnAsIfNothingHadHappened(
    _ run: String, digest: String, _ comment: Comment
  ) throws {
    let resumed = try Tool.run(["resume", run, "--quiet"])
    #expect(resumed.status == 0, "\(comment): \(resumed.err)")
    #expect(try manifest(run).digest == digest, comment)
    let verified = try Tool.run(["verify", run])
    #expect(verified.status == 0, "\(comment): \(verified.out)")
  }

  /// A run that was interrupted and has been taken up again.
  private func resumed(_ run: String, after seconds: Double) throws -> Running {
    let first = try start(run)
    usleep(UInt32(seconds * 1e6))
    first.wait { FileIO.exists("\(run)/manifest.json") }
    first.send(SIGTERM)
    _ = try first.finish()
    return try Running(["resume", run, "--quiet"])
  }

  private func expectWholeRows(
    of run: String, as expected: [String: [String]], _ comment: Comment
  ) throws {
    for (table, rows) in expected {
      let found = try lines(table, of: run)
      #expect(found.count <= rows.count, "\(table), \(comment)")
      #expect(found == Array(rows.prefix(found.count)), "\(table), \(comment)")
    }
  }

  @Test func aKilledRunLeavesWholeRowsAndGoesOn() throws {
    let whole = try wholeRun()
    let expected = try Dictionary(
      uniqueKeysWithValues: Self.tables.map { ($0, try lines($0, of: whole.path)) })
    let kills = ProcessInfo.processInfo.environment["PAWL_TEST_KILLS"].flatMap(Int.init) ?? 10
    var killed = 0
    for round in 0..<kills {
      let seed = UInt64.random(in: 0 ..< .max)
      var random = SplitMix(state: seed)
      let comment: Comment = "round \(round), seed \(seed)"
      let run = scratch.file("killed")
      try? FileManager.default.removeItem(atPath: run)
      let moment = Double(random.next() >> 11) / Double(1 << 53) * whole.seconds
      // Every other run is interrupted first, so that it is killed on its way from a checkpoint.
      let victim =
        round % 2 == 1 ? try resumed(run, after: moment / 2) : try start(run)
      usleep(UInt32(moment * (round % 2 == 1 ? 0.5e6 : 1e6)))
      victim.send(SIGKILL)
      let status = try victim.finish().status
      guard status == 128 + SIGKILL else {
        #expect(status == 0, comment)
        #expect(try manifest(run).digest == whole.digest, comment)
        continue
      }
      killed += 1
      try expectWholeRows(of: run, as: expected, comment)
      guard FileIO.exists("\(run)/manifest.json") else {
        let status = try Tool.run(["verify", run]).status
        #expect(status == 4 || status == 5, comment)
        continue
      }
      if try manifest(run).status != .complete {
        let verified = try Tool.run(["verify", run])
        #expect(verified.status == 5, comment)
        #expect(verified.out.contains("manifest.json: status: was "), "\(verified.out) \(comment)")
      }
      try expectGoesOnAsIfNothingHadHappened(run, digest: whole.digest, comment)
    }
    #expect(killed > 0, "a run of \(whole.seconds) s was never killed in time")
  }

  @Test(arguments: [(SIGTERM, 143), (SIGINT, 130)] as [(Int32, Int32)])
  func anInterruptedRunSaysSoAndGoesOn(signal: Int32, status: Int32) throws {
    let whole = try wholeRun()
    let run = scratch.file("interrupted")
    let running = try start(run)
    running.wait { FileIO.exists("\(run)/equity.csv.zst") }
    usleep(UInt32(whole.seconds * 0.3e6))
    running.send(signal)
    let result = try running.finish()
    #expect(result.status == status, "\(result.err)")
    #expect(try manifest(run).status == .interrupted)
    #expect(FileIO.exists("\(run)/checkpoint"))
    #expect(try Tool.run(["verify", run]).status == 5)
    try expectGoesOnAsIfNothingHadHappened(run, digest: whole.digest, "after \(signal)")
    #expect(!FileIO.exists("\(run)/checkpoint"))
    let again = try Tool.run(["resume", run])
    #expect(again.status == 0)
    #expect(again.err == "\(run): the run is complete, nothing is left to do\n")
  }

  @Test func aDirectoryInUseIsLocked() throws {
    let run = scratch.file("used")
    // Minutes of training, so that it is under way until it is killed.
    let first = try start(run, ["--set", "training.epochs=500"])
    first.wait { FileIO.exists("\(run)/equity.csv.zst") }
    try #require(first.process.isRunning)
    for arguments in [
      ["run", spec, "--out", run], ["run", spec, "--out", run, "--force"], ["resume", run],
      ["verify", run],
    ] {
      let second = try Tool.run(arguments)
      #expect(second.status == 6, "\(arguments): \(second.err)")
      #expect(
        second.err == "error: \(run): the run directory is locked by another process\n")
    }
    first.send(SIGKILL)
    _ = try first.finish()
    #expect(try Tool.run(["verify", run]).status == 5, "a lock ends with its process")
  }

  @Test func aDirectoryThatHoldsARunIsRefusedWithoutForce() throws {
    let spec = try scratch.write(SampleSpec.network(), to: "small.yaml")
    let run = scratch.file("held")
    #expect(try Tool.run(["run", spec, "--out", run, "--quiet"]).status == 0)
    let digest = try manifest(run).digest
    let refused = try Tool.run(["run", spec, "--out", run, "--quiet", "--seed", "9"])
    #expect(refused.status == 2)
    #expect(
      refused.err
        == "error: \(run) holds a run; another directory or --force is needed\n")
    #expect(try manifest(run).digest == digest)
    #expect(
      try Tool.run(["run", spec, "--out", run, "--quiet", "--seed", "9", "--force"]).status == 0)
    #expect(try manifest(run).digest != digest)
  }

  /// A limit on the size of a file is met as a full disk is: a write fails.
  @Test(arguments: ["1", "2"]) func aWriteThatFailsEndsTheRunAsFailed(threads: String) throws {
    let run = scratch.file("full")
    let result = try Running(
      executable: "/bin/sh",
      [
        // Blocks of 512 bytes.
        "-c", "ulimit -f 48; exec \"$@\"", "sh", Tool.path, "run", spec, "--out", run, "--quiet",
        "--threads", threads,
      ]
    ).finish()
    #expect(result.status == 4, "\(result.err)")
    #expect(result.err.contains("write failed: File too large"), "\(result.err)")
    #expect(try manifest(run).status == .failed)
    #expect(try Tool.run(["verify", run]).status == 5)
  }
}

/// Steele, Lea and Flood's generator: a stream from a seed that a failure prints.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
