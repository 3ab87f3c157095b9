import Bytes

/// Where a run stands.
public enum RunStatus: String, Equatable, Sendable {
  case running
  case complete
  case failed
  case interrupted
}

/// A bar file that a run read.
public struct InputRecord: Equatable, Sendable {
  public var instrument: String
  public var file: String
  public var rows: Int
  /// SHA-256 of the file's bytes, 64 hexadecimal digits.
  public var sha256: String

  public init(instrument: String, file: String, rows: Int, sha256: String) {
    self.instrument = instrument
    self.file = file
    self.rows = rows
    self.sha256 = sha256
  }
}

/// `manifest.json`: what a run was made from and what it made.
///
/// Two equal runs have equal manifests but for `environment`, which holds all that may differ.
public struct Manifest: Equatable, Sendable {
  public static let format = "pawl-run/1"
  public static let fileName = "manifest.json"

  public var status: RunStatus
  public var name: String
  public var seed: Int
  /// SHA-256 of `spec.yaml`, 64 hexadecimal digits.
  public var specSHA256: String
  public var inputs: [InputRecord] = []
  /// The finished tables by name; their frames and compressed bytes go to `environment.tables`.
  public var tables: [String: TableRecord] = [:]
  /// SHA-256 of the files beside the tables, as of the weights, by name. They are no part of
  /// `digest`.
  public var files: [String: String] = [:]
  /// Numbers of the run; null where one has no value.
  public var metrics: [String: JSONValue] = [:]
  public var leaks: [String] = []
  public var caveats: [String] = []
  public var omitted: [String] = []
  public var warnings: [String] = []
  public var openOrders: [JSONValue] = []
  public var environment: [String: JSONValue] = [:]

  public init(status: RunStatus, name: String, seed: Int, specSHA256: String) {
    self.status = status
    self.name = name
    self.seed = seed
    self.specSHA256 = specSHA256
  }

  /// The run's fingerprint.
  public var digest: String { Manifest.digest(of: tables) }

  /// SHA-256 of the lines `NAME SHA256HEX\n` in byte order of the names.
  public static func digest(of tables: [String: TableRecord]) -> String {
    let hash = SHA256()
    for (name, table) in inByteOrder(tables) {
      hash.update(Array("\(name) \(table.sha256)\n".utf8))
    }
    return hash.finishHex()
  }
}

/// Members in byte order of their names.
func inByteOrder<Value>(_ members: [String: Value]) -> [(key: String, value: Value)] {
  members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
}
