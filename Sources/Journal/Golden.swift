import Bytes

/// A run kept as the right answer of a scenario: `golden.json` and the tables, in a folder.
///
/// A change of the answer comes with its reason, which the history keeps.
public struct Golden: Equatable, Sendable {
  public static let format = "pawl-golden/1"
  public static let fileName = "golden.json"

  /// A recording.
  public struct Entry: Equatable, Sendable {
    public var reason: String
    /// The run's fingerprint then.
    public var digest: String

    public init(reason: String, digest: String) {
      self.reason = reason
      self.digest = digest
    }
  }

  public var name: String
  /// The path of the spec, relative to the golden's folder.
  public var scenario: String
  public var tables: [String: TableRecord]
  /// Oldest first; the last is of `tables`.
  public var history: [Entry]

  public init(
    name: String, scenario: String, tables: [String: TableRecord], history: [Entry]
  ) {
    self.name = name
    self.scenario = scenario
    // Sizes of files are no part of the answer.
    self.tables = tables.mapValues { record in
      var record = record
      record.frames = 0
      record.compressedBytes = 0
      return record
    }
    self.history = history
  }

  /// The fingerprint of the right answer.
  public var digest: String { Manifest.digest(of: tables) }

  /// Reads `golden.json`.
  ///
  /// - Throws: `damaged` where it is none, or states another digest than its tables give.
  public init(readingFrom directory: String) throws(JournalError) {
    let path = "\(directory)/\(Golden.fileName)"
    let bytes = try onFile { () throws(BytesError) in try FileIO.readAll(path) }
    let object = JSONObject(try JSONValue(parsing: bytes, place: path), place: path)
    let format = try object.string("format")
    guard format == Golden.format else {
      throw .damaged("\(path): format", found: format, needed: Golden.format)
    }
    var history: [Entry] = []
    for entry in try object.objects("history") {
      history.append(
        Entry(reason: try entry.string("reason"), digest: try entry.string("digest")))
    }
    self.init(
      name: try object.string("name"), scenario: try object.string("scenario"),
      tables: try TableRecord.read(object), history: history)
    let stated = try object.string("digest")
    guard stated == digest else {
      throw .damaged("\(path): digest", found: stated, needed: digest)
    }
  }

  /// The document that `golden.json` holds.
  public var json: JSONValue {
    [
      "format": .string(Golden.format),
      "name": .string(name),
      "scenario": .string(scenario),
      "digest": .string(digest),
      "tables": .object(tables.mapValues(\.json)),
      "history": .array(
        history.map { ["reason": .string($0.reason), "digest": .string($0.digest)] }),
    ]
  }

  /// Keeps the tables of a complete run as the right answer, and why.
  ///
  /// The history of a golden that is there goes on; tables that it had and the run has not go.
  ///
  /// - Returns: the golden and the difference to the one before, nil where there was none.
  public static func record(
    name: String, scenario: String, from run: RunTables, into directory: String, reason: String,
    order: [String] = []
  ) throws(JournalError) -> (golden: Golden, difference: RunDifference?) {
    _ = try onFile { () throws(BytesError) in try FileIO.makeDirectories(directory) }
    let isThere = FileIO.exists("\(directory)/\(fileName)")
    let before = isThere ? try Golden(readingFrom: directory) : nil
    let difference =
      isThere
      ? try RunDifference(RunTables(readingFrom: directory), run, order: order) : nil
    var golden = Golden(
      name: name, scenario: scenario, tables: run.tables, history: before?.history ?? [])
    golden.history.append(Entry(reason: reason, digest: golden.digest))
    let json = Array(golden.json.text.utf8)
    try onFile { () throws(BytesError) in
      for (_, record) in inByteOrder(golden.tables) {
        try FileIO.writeAtomically(
          try FileIO.readAll("\(run.directory)/\(record.file)"), to: "\(directory)/\(record.file)")
      }
      for (name, record) in before?.tables ?? [:] where golden.tables[name] == nil {
        try FileIO.remove("\(directory)/\(record.file)")
      }
      try FileIO.writeAtomically(json, to: "\(directory)/\(fileName)")
    }
    return (golden, difference)
  }

  /// Compares a run, A, with the golden in a folder, B.
  public static func compare(
    _ run: RunTables, with directory: String, order: [String] = []
  ) throws(JournalError) -> RunDifference {
    try RunDifference(run, RunTables(readingFrom: directory), order: order)
  }
}
