import Bytes

extension Manifest {
  /// The document that `manifest.json` holds.
  public var json: JSONValue {
    var environment = self.environment
    var sizes: [String: JSONValue] = [:]
    for (name, table) in tables where table.frames > 0 {
      sizes[name] = [
        "frames": .int(table.frames), "compressed_bytes": .int(table.compressedBytes),
      ]
    }
    if !sizes.isEmpty { environment["tables"] = .object(sizes) }
    var document: [String: JSONValue] = [
      "format": .string(Manifest.format),
      "status": .string(status.rawValue),
      "name": .string(name),
      "seed": .int(seed),
      "spec_sha256": .string(specSHA256),
      "inputs": .array(
        inputs.map {
          [
            "instrument": .string($0.instrument), "file": .string($0.file), "rows": .int($0.rows),
            "sha256": .string($0.sha256),
          ]
        }),
      "tables": .object(tables.mapValues(\.json)),
      "digest": .string(digest),
      "metrics": .object(metrics),
      "leaks": .array(leaks.map { .string($0) }),
      "caveats": .array(caveats.map { .string($0) }),
      "omitted": .array(omitted.map { .string($0) }),
      "warnings": .array(warnings.map { .string($0) }),
      "open_orders": .array(openOrders),
      "environment": .object(environment),
    ]
    if !files.isEmpty {
      document["files"] = .object(files.mapValues { ["sha256": .string($0)] })
    }
    return .object(document)
  }

  /// Reads `manifest.json` of a run directory.
  ///
  /// The digest is the one that the tables give; `statedDigest` is the one that is written.
  ///
  /// - Throws: `damaged` where it is none of this format.
  public init(readingFrom directory: String) throws(JournalError) {
    self = try Manifest.read(directory).manifest
  }

  static func read(
    _ directory: String
  ) throws(JournalError) -> (manifest: Manifest, statedDigest: String) {
    let path = "\(directory)/\(fileName)"
    let bytes = try onFile { () throws(BytesError) in try FileIO.readAll(path) }
    let object = JSONObject(try JSONValue(parsing: bytes, place: path), place: path)
    let format = try object.string("format")
    guard format == Manifest.format else {
      throw .damaged("\(path): format", found: format, needed: Manifest.format)
    }
    let word = try object.string("status")
    guard let status = RunStatus(rawValue: word) else {
      throw .damaged(
        "\(path): status", found: word, needed: "running, complete, failed or interrupted")
    }
    var manifest = Manifest(
      status: status, name: try object.string("name"), seed: try object.int("seed"),
      specSHA256: try object.string("spec_sha256"))
    for input in try object.objects("inputs") {
      manifest.inputs.append(
        InputRecord(
          instrument: try input.string("instrument"), file: try input.string("file"),
          rows: try input.int("rows"), sha256: try input.string("sha256")))
    }
    manifest.files = try readFiles(object)
    manifest.metrics = try object.members("metrics")
    manifest.leaks = try object.strings("leaks")
    manifest.caveats = try object.strings("caveats")
    manifest.omitted = try object.strings("omitted")
    manifest.warnings = try object.strings("warnings")
    manifest.openOrders = try object.array("open_orders")
    manifest.environment = try object.members("environment")
    let sizes = manifest.environment.removeValue(forKey: "tables")
    manifest.tables = try TableRecord.read(object)
    for name in manifest.tables.keys {
      manifest.tables[name]?.frames = sizes?[name]?["frames"]?.intValue ?? 0
      manifest.tables[name]?.compressedBytes = sizes?[name]?["compressed_bytes"]?.intValue ?? 0
    }
    return (manifest, try object.string("digest"))
  }
}

extension Manifest {
  /// Reads the member `files`, which a manifest written before there was one has not.
  private static func readFiles(_ document: JSONObject) throws(JournalError) -> [String: String] {
    guard document.value["files"] != nil else { return [:] }
    var files: [String: String] = [:]
    for (name, value) in try document.members("files") {
      let place = "\(document.place): files.\(name)"
      guard !name.contains("/") else {
        throw .damaged(place, found: name, needed: "a file in the directory itself")
      }
      files[name] = try JSONObject(value, place: place).string("sha256")
    }
    return files
  }
}

extension TableRecord {
  var json: JSONValue {
    [
      "file": .string(file), "rows": .int(rows), "sha256": .string(sha256),
      "columns": .array(
        columns.map {
          [
            "name": .string($0.name), "type": .string($0.type.rawValue), "unit": .string($0.unit),
            "nullable": .bool($0.isNullable),
          ]
        }),
    ]
  }

  /// Reads the member `tables`.
  static func read(_ document: JSONObject) throws(JournalError) -> [String: TableRecord] {
    var tables: [String: TableRecord] = [:]
    let place = "\(document.place): tables"
    for (name, value) in try document.members("tables") {
      let object = JSONObject(value, place: "\(place).\(name)")
      var record = TableRecord(
        file: try object.string("file"), rows: try object.int("rows"),
        sha256: try object.string("sha256"), columns: [])
      // A file named here is read and, with --force, removed: it must lie in the directory itself.
      guard record.file == Table.fileName(of: name), !name.contains("/") else {
        throw .damaged("\(object.place).file", found: record.file, needed: "\(name).csv.zst")
      }
      for column in try object.objects("columns") {
        let word = try column.string("type")
        guard let type = CellType(rawValue: word) else {
          throw .damaged("\(column.place).type", found: word, needed: "int, float or text")
        }
        record.columns.append(
          Column(
            try column.string("name"), type, unit: try column.string("unit"),
            isNullable: try column.bool("nullable")))
      }
      tables[name] = record
    }
    return tables
  }
}
