import Bytes

/// The differences of two runs, or of a run and a golden, table by table.
///
/// The tables come in the order in which one follows from another, so that the first is where a
/// difference began. The rows themselves are read: what the manifests say of them is not trusted.
public struct RunDifference: Equatable, Sendable {
  public let labelA: String
  public let labelB: String
  /// Doubles that may lie between two numbers that count as equal.
  public let toleranceUlps: UInt64
  /// The tables that differ, the furthest upstream first.
  public private(set) var tables: [TableDifference] = []
  /// Columns at the right that one side alone has.
  public private(set) var addedColumns: [AddedColumns] = []
  /// Tables that were compared, or are missing on one side.
  public private(set) var tableCount = 0

  /// Whether no value differs; columns may have been added.
  public var isEmpty: Bool { tables.isEmpty }

  /// Compares every table of either side.
  ///
  /// `order` names tables from upstream to downstream; others follow in byte order.
  ///
  /// - Throws: where a file that is there cannot be read at all.
  public init(
    _ a: RunTables, _ b: RunTables, order: [String] = [], ulps: UInt64 = 0
  ) throws(JournalError) {
    labelA = a.label
    labelB = b.label
    toleranceUlps = ulps
    let names = Set(a.tables.keys).union(b.tables.keys)
    let rest = names.subtracting(order).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for name in order.filter(names.contains) + rest {
      tableCount += 1
      var comparison = TableComparison(name, a, b, toleranceUlps: ulps)
      try comparison.run()
      if let difference = comparison.difference { tables.append(difference) }
      if let added = comparison.addedColumns { addedColumns.append(added) }
    }
  }
}

/// One table of two sides, read in step.
private struct TableComparison {
  let name: String
  let a: RunTables
  let b: RunTables
  let toleranceUlps: UInt64
  var difference: TableDifference?
  var addedColumns: AddedColumns?

  init(_ name: String, _ a: RunTables, _ b: RunTables, toleranceUlps: UInt64) {
    self.name = name
    self.a = a
    self.b = b
    self.toleranceUlps = toleranceUlps
  }

  mutating func run() throws(JournalError) {
    guard let recordA = a.tables[name], let recordB = b.tables[name] else {
      let inA = a.tables[name] == nil
      difference = TableDifference(
        name, .missingTable(inA: inA), rowsA: a.tables[name]?.rows ?? 0,
        rowsB: b.tables[name]?.rows ?? 0)
      return
    }
    let fileA = a.file(recordA)
    let fileB = b.file(recordB)
    if a.keepsDigestAlone(recordA) || b.keepsDigestAlone(recordB) {
      if recordA.sha256 != recordB.sha256 {
        difference = TableDifference(
          name, .digest(a: recordA.sha256, b: recordB.sha256), rowsA: recordA.rows,
          rowsB: recordB.rows)
      }
      return
    }
    guard let readerA = try open(fileA, inA: true), let readerB = try open(fileB, inA: false) else {
      return
    }
    let shared = compareHeaders(readerA.header, readerB.header)
    // A column is of floats if both sides say so; its numbers have a distance.
    let isFloat = (0..<shared).map { index in
      [recordA, recordB].allSatisfy {
        index < $0.columns.count && $0.columns[index].type == .float
      }
    }
    try compareRows(readerA, readerB, isFloat)
    if case .cell(let row, _, _, _, _) = difference?.kind {
      let rows = try context(fileA, fileB, row)
      difference?.context = rows
    }
  }

  private mutating func open(_ file: String, inA: Bool) throws(JournalError) -> TableReader? {
    do throws(JournalError) {
      return try TableReader(file, isTolerant: true)
    } catch .damaged(let finding) {
      note(.unreadable(inA: inA, problem: finding.description))
      return nil
    } catch .file(let cause) where cause.isMissingFile {
      note(.unreadable(inA: inA, problem: cause.description))
      return nil
    }
  }

  /// Keeps the first difference.
  private mutating func note(_ kind: TableDifference.Kind) {
    if difference == nil { difference = TableDifference(name, kind, rowsA: 0, rowsB: 0) }
  }

  /// - Returns: how many columns from the left are compared.
  private mutating func compareHeaders(_ headerA: [String], _ headerB: [String]) -> Int {
    let shared = min(headerA.count, headerB.count)
    for index in 0..<shared where headerA[index] != headerB[index] {
      note(.header(column: index + 1, a: headerA[index], b: headerB[index]))
      return index
    }
    if headerA.count != headerB.count {
      let longer = headerA.count > shared ? headerA : headerB
      addedColumns = AddedColumns(
        table: name, columns: Array(longer[shared...]), inA: headerA.count > shared)
    }
    return shared
  }

  private mutating func compareRows(
    _ readerA: TableReader, _ readerB: TableReader, _ isFloat: [Bool]
  ) throws(JournalError) {
    var differing = 0
    var largest: UInt64?
    while true {
      let hasA = try next(readerA, inA: true)
      let hasB = try next(readerB, inA: false)
      guard hasA && hasB else {
        if hasA != hasB {
          note(.missingRows(inA: !hasA, from: hasA ? readerA.row : readerB.row))
          while try next(hasA ? readerA : readerB, inA: hasA) {}
        }
        break
      }
      var rowDiffers = false
      for (column, isFloat) in isFloat.enumerated() {
        guard !readerA.hasSameCell(column, as: readerB) else { continue }
        let distance = isFloat ? distance(readerA, readerB, column) : nil
        largest = distance.map { max($0, largest ?? 0) } ?? largest
        if let distance, toleranceUlps > 0, distance <= toleranceUlps { continue }
        rowDiffers = true
        note(
          .cell(
            row: readerA.row, column: readerA.header[column], a: readerA.text(column),
            b: readerB.text(column), ulps: distance))
      }
      differing += rowDiffers ? 1 : 0
    }
    difference?.rowsA = readerA.row
    difference?.rowsB = readerB.row
    difference?.differingRows = differing
    difference?.largestUlps = largest
  }

  private mutating func next(_ reader: TableReader, inA: Bool) throws(JournalError) -> Bool {
    guard reader.end == nil else { return false }
    do throws(JournalError) {
      if try reader.next() { return true }
      if let problem = reader.end?.problem { note(.unreadable(inA: inA, problem: problem)) }
    } catch .damaged(let finding) {
      note(.unreadable(inA: inA, problem: finding.description))
    }
    return false
  }

  private func distance(_ a: TableReader, _ b: TableReader, _ column: Int) -> UInt64? {
    guard let valueA = a.withCell(column, NumberText.readDouble),
      let valueB = b.withCell(column, NumberText.readDouble)
    else { return nil }
    return ulps(from: valueA, to: valueB)
  }

  /// Reads the rows around a difference again: they were not kept, so that equal rows cost little.
  private func context(
    _ fileA: String, _ fileB: String, _ row: Int
  ) throws(JournalError) -> [TableDifference.ContextRow] {
    var rows: [TableDifference.ContextRow] = []
    let readerA = try TableReader(fileA, isTolerant: true)
    while readerA.row < row, try readerA.next() {
      if readerA.row >= row - 3 {
        rows.append(
          .init(row: readerA.row, side: readerA.row == row ? .a : .both, text: readerA.line))
      }
    }
    let readerB = try TableReader(fileB, isTolerant: true)
    while readerB.row < row, try readerB.next() {}
    rows.append(.init(row: row, side: .b, text: readerB.line))
    return rows
  }
}
