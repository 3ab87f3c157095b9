import Backtest
import Bytes
import Glibc
import Journal

/// A folder that goes with the value.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/pawl-test-XXXXXX".utf8CString)
    precondition(mkdtemp(&template) != nil, "a folder for a test could be made")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Scratch.remove(path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  private static func remove(_ path: String) {
    for name in (try? FileIO.names(in: path)) ?? [] {
      if unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
    }
    rmdir(path)
  }
}

/// Small specs whose runs fill every table.
enum SampleSpec {
  static let pair = "{ kind: coint_path, bars: 160, start: 100, delta: 0.2, sigma: 0.5, seed: 1 }"

  /// A network that trades a pair both ways, pays for borrowing and earns interest.
  static func network(
    horizon: Int = 2, generate: String = SampleSpec.pair,
    weight: String = "0.6 * clip(forecast / std(forecast, 5), -1, 1)", unit: String = "weight",
    execution: [String] = ["fill: next_close"]
  ) -> String {
    """
    name: network
    seed: 3
    generate: \(generate)
    features:
      x: diff(X.close)
      spread: Y.close - X.close
    target: { value: diff(X.close), horizon: \(horizon) }
    model: { cell: lstm, hidden: [4], lookback: 3 }
    training: { epochs: 1, batch: 8, learning_rate: 0.01 }
    walk_forward: { train: expanding, first: 20, refit_every: 3 }
    positions:
      unit: \(unit)
      X: \(weight)
      Y: -(\(weight))
    execution:
      cash: 100000
      fee_bps: 1
      slippage_bps: 2
      borrow_bps_year: 100
      risk_free: 0.03
    \(execution.map { "  \($0)" }.joined(separator: "\n"))

    """
  }

  @discardableResult
  static func run(_ text: String, in directory: String, threads: Int = 1) throws -> Manifest {
    let spec = try RunSpec(yaml: Array(text.utf8), file: "test.yaml", folder: "")
    let session = try RunSession(
      starting: PreparedRun(spec, variant: .detected),
      options: RunOptions(folder: directory, threads: threads))
    return try session.run()
  }
}

/// A table read whole, to be changed and put back with a manifest that agrees.
struct TableText {
  let directory: String
  let name: String
  var header: [String]
  var rows: [[String]]

  init(_ name: String, of directory: String) throws {
    self.directory = directory
    self.name = name
    let reader = try TableReader("\(directory)/\(name).csv.zst")
    header = reader.header
    rows = []
    while try reader.next() { rows.append(header.indices.map { reader.text($0) }) }
  }

  subscript(row: Int, column: String) -> String {
    get { rows[row - 1][index(of: column)] }
    set { rows[row - 1][index(of: column)] = newValue }
  }

  private func index(of column: String) -> Int {
    guard let index = header.firstIndex(of: column) else {
      preconditionFailure("\(name) has a column \(column)")
    }
    return index
  }

  /// Writes the table and mends row count and hash, so that only the values are wrong.
  func write() throws {
    let compressor = ZstdCompressor()
    let hash = SHA256()
    var bytes: [UInt8] = []
    var rest = rows[...]
    var text = Array((header.joined(separator: ",") + "\n").utf8)
    while !text.isEmpty {
      hash.update(text)
      bytes += compressor.compress(text)
      text = rest.prefix(500).flatMap { Array(($0.joined(separator: ",") + "\n").utf8) }
      rest = rest.dropFirst(500)
    }
    try FileIO.writeAtomically(bytes, to: "\(directory)/\(name).csv.zst")
    var manifest = try Manifest(readingFrom: directory)
    manifest.tables[name]?.rows = rows.count
    manifest.tables[name]?.sha256 = hash.finishHex()
    try FileIO.writeAtomically(
      Array(manifest.json.text.utf8), to: "\(directory)/\(Manifest.fileName)")
  }
}
