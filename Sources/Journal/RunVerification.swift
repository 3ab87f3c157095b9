import Bytes

/// Checks that a run directory holds what its manifest says.
///
/// Status complete; each table there, its frames whole, its rows, SHA-256 and header those of the
/// manifest, each cell of its column's type, written as a log writes it; the digest that of the
/// tables; `spec.yaml` the one that was run; each file beside the tables that of the manifest. What the values mean is checked by the caller, row by
/// row in the same pass.
public struct RunVerification {
  /// Findings that are kept of one table at most.
  public static let maximumFindingsATable = 20

  public let directory: String
  /// What is not as it should be; empty for a good run.
  public private(set) var findings: [Finding] = []
  /// The run's manifest, where it could be read.
  public private(set) var manifest: Manifest?

  /// Checks everything.
  ///
  /// `tables` are those that the run must have, with at least these columns first; more may follow.
  /// `visit` is handed each row of each table in order, while the table is good so far, and
  /// returns what it finds. The tables come in byte order of their names, but for the one named `first`.
  ///
  /// - Throws: where a file that is there cannot be read at all.
  public init(
    _ directory: String, tables: [Table] = [], first: String? = nil,
    visit: (_ table: String, _ row: TableReader) throws(JournalError) -> [Finding] = {
      (_, _) throws(JournalError) in []
    }
  ) throws(JournalError) {
    self.directory = directory
    let stated: String
    let manifest: Manifest
    do throws(JournalError) {
      (manifest, stated) = try Manifest.read(directory)
    } catch {
      findings.append(try RunVerification.finding(error, needed: "the manifest of a run"))
      return
    }
    self.manifest = manifest
    if manifest.status != .complete {
      add("\(Manifest.fileName): status", found: manifest.status.rawValue, needed: "complete")
    }
    if stated != manifest.digest {
      add("\(Manifest.fileName): digest", found: stated, needed: manifest.digest)
    }
    try check(file: "spec.yaml", is: manifest.specSHA256, "the spec of the run")
    for (name, sha256) in inByteOrder(manifest.files) {
      try check(file: name, is: sha256, "a file of the manifest")
    }
    for table in tables { check(manifest, has: table) }
    let records = inByteOrder(manifest.tables)
    for (name, record) in records.filter({ $0.key == first }) + records.filter({ $0.key != first })
    {
      try check(name, record, visit)
    }
  }

  private mutating func add(_ place: String, found: String, needed: String) {
    findings.append(Finding(place: place, found: found, needed: needed))
  }

  /// Damage and missing files are findings; a file that cannot be read is an error.
  private static func finding(
    _ error: JournalError, needed: String
  ) throws(JournalError) -> Finding {
    switch error {
    case .damaged(let finding): return finding
    case .file(let cause) where cause.isMissingFile:
      return Finding(place: cause.path, found: "missing", needed: needed)
    default: throw error
    }
  }

  /// Checks the SHA-256 of a file that is no table.
  private mutating func check(
    file name: String, is needed: String, _ what: String
  ) throws(JournalError) {
    do throws(BytesError) {
      let sha256 = SHA256.hex(of: try FileIO.readAll("\(directory)/\(name)"))
      if sha256 != needed { add(name, found: "SHA-256 \(sha256)", needed: needed) }
    } catch {
      findings.append(try RunVerification.finding(.file(error), needed: what))
    }
  }

  private mutating func check(_ manifest: Manifest, has table: Table) {
    let place = "\(Manifest.fileName): tables.\(table.name)"
    guard let record = manifest.tables[table.name] else {
      return add(place, found: "missing", needed: "a table of this name")
    }
    if !record.columns.starts(with: table.columns) {
      add(
        "\(place).columns", found: record.columns.map(\.name).joined(separator: ","),
        needed: table.columns.map(\.name).joined(separator: ","))
    }
  }

  private mutating func check(
    _ name: String, _ record: TableRecord,
    _ visit: (String, TableReader) throws(JournalError) -> [Finding]
  ) throws(JournalError) {
    let before = findings.count
    do throws(JournalError) {
      let reader = try TableReader("\(directory)/\(record.file)")
      let names = record.columns.map(\.name)
      if reader.header != names {
        return add(
          "\(reader.path):0", found: reader.header.joined(separator: ","),
          needed: names.joined(separator: ","))
      }
      while try reader.next() {
        guard findings.count - before < RunVerification.maximumFindingsATable else { continue }
        var isGood = true
        for (index, column) in record.columns.enumerated() {
          if let needed = reader.problem(index, column) {
            add(
              reader.place(index), found: reader.isMissing(index) ? "empty" : reader.text(index),
              needed: needed)
            isGood = false
          }
        }
        if isGood { findings.append(contentsOf: try visit(name, reader)) }
      }
      if reader.row != record.rows {
        add(reader.path, found: "\(reader.row) rows", needed: "\(record.rows)")
      }
      if let end = reader.end, end.sha256 != record.sha256 {
        add(reader.path, found: "SHA-256 \(end.sha256)", needed: record.sha256)
      }
    } catch {
      findings.append(try RunVerification.finding(error, needed: "a table of the manifest"))
    }
  }
}

extension TableReader {
  /// What the cell should be, where it is not what a log writes in such a column.
  func problem(_ index: Int, _ column: Column) -> String? {
    if isMissing(index) {
      return column.isNullable ? nil : "a value"
    }
    switch column.type {
    case .int:
      return withCell(index) { cell in
        guard let value = NumberText.readInt(cell) else { return "a whole number" }
        return NumberText.text(value).elementsEqual(cell) ? nil : "\(value)"
      }
    case .float:
      return withCell(index) { cell in
        guard let value = NumberText.readDouble(cell) else { return "a number" }
        let text = NumberText.text(value)
        return text.elementsEqual(cell) ? nil : String(decoding: text, as: UTF8.self)
      }
    case .text:
      return String(validating: bytes(index), as: UTF8.self) == nil ? "UTF-8" : nil
    }
  }
}
