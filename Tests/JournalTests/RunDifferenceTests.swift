import Bytes
import Journal
import Testing

struct RunDifferenceTests {
  private let scratch = Scratch()
  private let order = ["orders", "equity"]

  private func tables(_ run: SampleRun) throws -> RunTables {
    var tables = try RunTables(readingFrom: run.path)
    tables.label = String(run.path.split(separator: "/").last ?? "")
    return tables
  }

  private func difference(
    _ a: SampleRun, _ b: SampleRun, ulps: UInt64 = 0
  ) throws -> RunDifference {
    try RunDifference(tables(a), tables(b), order: order, ulps: ulps)
  }

  @Test func equalRunsHaveNoDifference() throws {
    let difference = try difference(
      SampleRun(at: scratch.file("a")), SampleRun(at: scratch.file("b")))
    #expect(difference.isEmpty)
    #expect(difference.text == "a and b: 2 tables are equal\n")
    #expect(difference.json["equal"] == true)
  }

  @Test func theFirstDifferenceIsShownWithItsDistanceAndThreeRowsBefore() throws {
    let a = try SampleRun(at: scratch.file("a"), rows: 12) { 100 + Double($0) }
    let b = try SampleRun(at: scratch.file("b"), rows: 12) {
      $0 == 9 ? 109.0.nextUp.nextUp : $0 == 11 ? 111.0.nextDown : 100 + Double($0)
    }
    let difference = try difference(a, b)
    #expect(difference.tables.map(\.table) == ["equity"])
    #expect(
      difference.tables.first?.kind
        == .cell(row: 10, column: "cash", a: "109.0", b: "109.00000000000003", ulps: 2))
    #expect(
      difference.text == """
        A: a
        B: b
        the first difference is in equity:
          row 10, column cash was 109.0 in A and 109.00000000000003 in B (2 ulps apart)
             7 | 6,2024-01-01T00:00:00.000Z,106.0,-0.16666666666666666
             8 | 7,2024-01-01T00:00:00.000Z,107.0,-0.14285714285714285
             9 | 8,2024-01-01T00:00:00.000Z,108.0,
          A 10 | 9,2024-01-01T00:00:00.000Z,109.0,-0.1111111111111111
          B 10 | 9,2024-01-01T00:00:00.000Z,109.00000000000003,-0.1111111111111111
          2 of 12 rows differ, at most 2 ulps apart

        """)
    #expect(difference.json["first"]?["row"] == 10)
    #expect(difference.json["first"]?["ulps"] == 2)
    #expect(difference.json["first"]?["kind"] == "cell")

    #expect(try self.difference(a, b, ulps: 2).isEmpty)
    #expect(
      try self.difference(a, b, ulps: 2).text == "a and b: 2 tables are equal within 2 ulps\n")
    let within = try self.difference(a, b, ulps: 1)
    #expect(within.tables.first?.differingRows == 1)
  }

  @Test func theTableFurthestUpstreamComesFirst() throws {
    let a = try SampleRun(at: scratch.file("a"), rows: 3)
    let b = try SampleRun(at: scratch.file("b"), rows: 3) { Double($0) }
    try writeFrames(["seq,reason\n", "0,other\n"], to: "\(b.path)/orders.csv.zst")
    let difference = try difference(a, b)
    #expect(difference.tables.map(\.table) == ["orders", "equity"])
    #expect(
      difference.tables[0].summary
        == "row 1, column reason was because, 0 in A and other in B")
    #expect(difference.tables[0].rowsA == 10)
    #expect(difference.tables[0].rowsB == 1)
    #expect(difference.text.contains("  1 of 1 rows differ; A has 10 rows, B 1\nequity: row 1, "))
  }

  @Test func aMissingValueHasNoDistance() throws {
    let a = try SampleRun(at: scratch.file("a"), rows: 2)
    let b = try SampleRun(at: scratch.file("b"), rows: 2)
    let ts = "2024-01-01T00:00:00.000Z"
    let rows = "0,\(ts),100.0,-0.5\n1,\(ts),\(100 + 1 / 7.0),-1.0\n"
    try writeFrames(["bar,ts,cash,drawdown\n", rows], to: "\(b.path)/equity.csv.zst")
    let difference = try difference(a, b, ulps: .max)
    #expect(
      difference.tables.map(\.summary)
        == ["row 1, column drawdown was empty in A and -0.5 in B"])
  }

  @Test func columnsAddedAtTheRightAreReportedApart() throws {
    let wide = Table(
      "orders",
      SampleRun.orders.columns + [Column("extra", .int), Column("more", .float, isNullable: true)])
    let a = try SampleRun(at: scratch.file("a"), rows: 2)
    let b = try SampleRun(at: scratch.file("b"), rows: 2, orders: wide)
    let difference = try difference(a, b)
    #expect(difference.isEmpty)
    #expect(
      difference.text
        == "a and b: 2 tables are equal\norders: columns added at the right in B: extra,more\n")
    #expect(try self.difference(b, a).addedColumns.map(\.inA) == [true])
    #expect(difference.json["added_columns"]?.arrayValue?.count == 1)
  }

  @Test func aRenamedColumnIsADifference() throws {
    let other = Table("orders", [Column("seq", .int), Column("cause", .text, isNullable: true)])
    let a = try SampleRun(at: scratch.file("a"), rows: 2)
    let b = try SampleRun(at: scratch.file("b"), rows: 2, orders: other)
    #expect(
      try difference(a, b).tables.map(\.summary) == ["column 2 was reason in A and cause in B"])
  }

  @Test func missingRowsAndTablesAreDifferences() throws {
    let a = try SampleRun(at: scratch.file("a"), rows: 5)
    let b = try SampleRun(at: scratch.file("b"), rows: 3)
    let rows = try difference(a, b)
    #expect(rows.tables.map(\.summary) == ["B ends before row 4"])
    #expect(rows.tables.first?.rowsA == 5)
    var second = try tables(a)
    second.tables["orders"] = nil
    let missing = try RunDifference(tables(a), second, order: order)
    #expect(missing.tables.map(\.summary) == ["B does not have the table"])
    #expect(missing.tables.map(\.table) == ["orders"])
  }

  @Test func aRunWhoseTableIsGoneIsADifferenceThoughItsManifestIsEqual() throws {
    let a = try SampleRun(at: scratch.file("a"), rows: 5)
    let b = try SampleRun(at: scratch.file("b"), rows: 5)
    let path = "\(b.path)/equity.csv.zst"
    try FileIO.remove(path)
    #expect(
      try difference(a, b).tables.map(\.summary)
        == ["B cannot be read further: \(path): open failed: No such file or directory"])
  }

  @Test func aTornTableIsComparedUpToItsEnd() throws {
    let a = try SampleRun(at: scratch.file("a"))
    let b = try SampleRun(at: scratch.file("b"))
    let path = "\(b.path)/equity.csv.zst"
    try FileIO.writeAtomically(Array(try FileIO.readAll(path).dropLast(5)), to: path)
    let difference = try difference(a, b)
    #expect(difference.tables.count == 1)
    #expect(difference.tables.first?.rowsB == 1000)
    #expect(difference.tables.first?.rowsA == 1500)
    #expect(
      difference.tables.first?.summary.hasPrefix("B cannot be read further: ") == true)
  }

  @Test(
    arguments: [
      (1.0, 1.0, 0), (1.0, 1.0.nextUp, 1), (0.0, -0.0, 0), (-0.0, .leastNonzeroMagnitude, 1),
      (-.leastNonzeroMagnitude, .leastNonzeroMagnitude, 2),
      (1.0, 2.0, 1 << 52), (-1.0, 1.0, 2 * 1023 << 52),
      (-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude, 2 * (2047 << 52 - 1)),
    ] as [(Double, Double, UInt64)])
  func distancesCountTheDoublesBetween(a: Double, b: Double, expected: UInt64) {
    #expect(ulps(from: a, to: b) == expected)
    #expect(ulps(from: b, to: a) == expected)
  }
}

struct GoldenTests {
  @Test func aGoldenIsRecordedWithItsReasonAndComparedRowByRow() throws {
    let scratch = Scratch()
    let folder = scratch.file("golden/sample")
    let first = try RunTables(readingFrom: SampleRun(at: scratch.file("a"), rows: 5).path)
    let (golden, none) = try Golden.record(
      name: "sample", scenario: "../../sample.yaml", from: first, into: folder, reason: "new")
    #expect(none == nil)
    #expect(golden.history.map(\.reason) == ["new"])
    #expect(try Golden(readingFrom: folder) == golden)
    #expect(
      try FileIO.names(in: folder) == ["equity.csv.zst", "golden.json", "orders.csv.zst"])
    #expect(try Golden.compare(first, with: folder).isEmpty)

    let run = try SampleRun(at: scratch.file("b"), rows: 5) { Double($0) }
    let second = try RunTables(readingFrom: run.path)
    let difference = try Golden.compare(second, with: folder)
    #expect(difference.tables.map(\.table) == ["equity"])
    #expect(
      difference.tables.first?.summary
        == "row 1, column cash was 0.0 in A and 100.0 in B (\(ulps(from: 0, to: 100)) ulps apart)")

    let (changed, change) = try Golden.record(
      name: "sample", scenario: "../../sample.yaml", from: second, into: folder, reason: "better")
    #expect(change?.tables.map(\.table) == ["equity"])
    #expect(changed.history.map(\.reason) == ["new", "better"])
    #expect(changed.history.map(\.digest) == [golden.digest, run.manifest.digest])
    #expect(try Golden.compare(second, with: folder).isEmpty)
  }

  @Test func aGoldenWithoutItsTablesIsComparedByDigest() throws {
    let scratch = Scratch()
    let folder = scratch.file("golden")
    let run = try RunTables(readingFrom: SampleRun(at: scratch.file("a"), rows: 5).path)
    _ = try Golden.record(name: "g", scenario: "s", from: run, into: folder, reason: "new")
    try FileIO.remove("\(folder)/equity.csv.zst")
    #expect(try Golden.compare(run, with: folder).isEmpty)
    let other = try RunTables(
      readingFrom: SampleRun(at: scratch.file("b"), rows: 5) { Double($0) }.path)
    let kinds = try Golden.compare(other, with: folder).tables.map(\.kind)
    #expect(
      kinds == [
        .digest(a: other.tables["equity"]?.sha256 ?? "", b: run.tables["equity"]?.sha256 ?? "")
      ])
  }

  @Test func aGoldenWhoseDigestIsNotItsTablesIsRefused() throws {
    let scratch = Scratch()
    let golden = Golden(name: "g", scenario: "s", tables: [:], history: [])
    var members = try #require(golden.json.objectValue)
    members["digest"] = "x"
    let path = scratch.file("golden.json")
    try FileIO.writeAtomically(Array(JSONValue.object(members).text.utf8), to: path)
    #expect {
      try Golden(readingFrom: scratch.path)
    } throws: { error in
      "\(error)" == "\(path): digest: was x, \(SHA256.hex(of: [])) is needed"
    }
  }
}
