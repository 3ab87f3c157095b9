import Bytes
import Foundation
import Journal

/// The built `pawl`, run as users run it.
enum Tool {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// It lies beside the test bundle.
  static let path: String = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = [tests, CommandLine.arguments.first ?? ""].map {
      FileIO.parent(of: $0) + "/pawl"
    }
    let built = ["release", "debug"].map { "\(root)/.build/\($0)/pawl" }
    return (beside + built).first { FileIO.exists($0) } ?? "pawl"
  }()

  struct Result {
    /// As a shell has it: 128 more than the signal that ended it.
    var status: Int32
    var out: String
    var err: String
  }

  /// Runs to the end.
  @discardableResult
  static func run(
    _ arguments: [String], environment: [String: String] = [:], in directory: String = root
  ) throws -> Result {
    try Running(arguments, environment: environment, in: directory).finish()
  }
}

/// A process under way.
final class Running {
  let process = Process()
  private let scratch = Scratch()
  private let started = ContinuousClock.now

  /// Without an executable it is pawl.
  init(
    executable: String? = nil, _ arguments: [String], environment: [String: String] = [:],
    in directory: String = Tool.root
  ) throws {
    // Files, not pipes: a pipe that nobody reads would stop the process.
    for name in ["out", "err"] {
      try FileIO.writeAtomically([], to: scratch.file(name))
    }
    process.executableURL = URL(fileURLWithPath: executable ?? Tool.path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    process.standardOutput = FileHandle(forWritingAtPath: scratch.file("out"))
    process.standardError = FileHandle(forWritingAtPath: scratch.file("err"))
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits until something is so, or the process has ended.
  func wait(until condition: () -> Bool) {
    while process.isRunning, !condition() { usleep(2000) }
  }

  func finish() throws -> Tool.Result {
    process.waitUntilExit()
    let status = process.terminationStatus
    return Tool.Result(
      status: process.terminationReason == .uncaughtSignal ? 128 + status : status,
      out: String(decoding: try FileIO.readAll(scratch.file("out")), as: UTF8.self),
      err: String(decoding: try FileIO.readAll(scratch.file("err")), as: UTF8.self))
  }
}

/// A folder that goes with the value.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/pawl-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "a folder for a test could be made")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    _ = try FileIO.makeDirectories(FileIO.parent(of: file(name)))
    try FileIO.writeAtomically(Array(text.utf8), to: file(name))
    return file(name)
  }
}

enum SampleSpec {
  /// A network that trades a pair; about a second for 1500 bars.
  static func network(bars: Int = 120, hidden: Int = 4) -> String {
    """
    name: network
    seed: 3
    generate: { kind: coint_path, bars: \(bars), start: 100, delta: 0.2, sigma: 0.5, seed: 1 }
    features: { x: diff(X.close), spread: Y.close - X.close }
    target: { value: diff(X.close), horizon: 2 }
    model: { cell: lstm, hidden: [\(hidden)], lookback: 8, dropout: 0.1 }
    training: { epochs: 1, batch: 16, learning_rate: 0.01, shuffle: true }
    walk_forward: { train: rolling, window: 100, first: 20 }
    positions:
      X: 0.6 * clip(forecast / std(forecast, 5), -1, 1)
      Y: -0.6 * clip(forecast / std(forecast, 5), -1, 1)
    execution: { cash: 100000, fill: next_close, fee_bps: 1, slippage_bps: 2, risk_free: 0.03 }

    """
  }
}

func manifest(_ directory: String) throws -> Manifest { try Manifest(readingFrom: directory) }
