import Bytes
import Glibc
import Journal
import Testing

struct RunVerificationTests {
  @Test func aGoodRunHasNoFindingsAndEachRowIsVisitedInOrder() throws {
    let scratch = Scratch()
    let run = try SampleRun(at: scratch.file("a"))
    var visited: [String: [Int]] = [:]
    let verification = try RunVerification(
      run.path, tables: [SampleRun.equity, SampleRun.orders]
    ) { (table, row) throws(JournalError) in
      visited[table, default: []].append(try row.int(0) ?? -1)
      return []
    }
    #expect(verification.findings == [])
    #expect(verification.manifest == run.manifest)
    #expect(visited == ["equity": Array(0..<1500), "orders": Array(0..<10)])
  }

  @Test func whatTheCallerFindsInARowIsKept() throws {
    let scratch = Scratch()
    let run = try SampleRun(at: scratch.file("a"), rows: 30)
    let verification = try RunVerification(run.path) { (table, row) throws(JournalError) in
      row.row == 3 ? [Finding(place: row.place(0), found: "x", needed: "y")] : []
    }
    #expect(
      verification.findings.map(\.description) == [
        "\(run.path)/equity.csv.zst:3:bar: was x, y is needed",
        "\(run.path)/orders.csv.zst:3:seq: was x, y is needed",
      ])
  }

  /// Kinds of damage, and what is found in DIR for each.
  enum Damage {
    case status, digest, spec, noSpec, noTable, tornTable, changedByte, missingRow, changedCell
    case notANumber, notCanonical, intInFloatColumn, emptyCell, extraCell, header,
      tableNotInManifest
    case columnNotInManifest, noManifest, notAWholeNumber, badText
  }

  @Test(
    arguments: [
      (.status, ["manifest.json: status: was interrupted, complete is needed"]),
      (.digest, ["manifest.json: digest: was x, "]),
      (.spec, ["spec.yaml: was SHA-256 "]),
      (.noSpec, ["DIR/spec.yaml: was missing, the spec of the run is needed"]),
      (.noManifest, ["DIR/manifest.json: was missing, the manifest of a run is needed"]),
      (.noTable, ["DIR/equity.csv.zst: was missing, a table of the manifest is needed"]),
      (.tornTable, ["DIR/equity.csv.zst: was 20 bytes of an unfinished frame at byte "]),
      (.changedByte, ["DIR/equity.csv.zst: byte 34: was Restored data doesn't match checksum, "]),
      (
        .missingRow,
        [
          "DIR/equity.csv.zst: was 2 rows, 3 is needed", "DIR/equity.csv.zst: was SHA-256 ",
        ]
      ),
      (.changedCell, ["DIR/equity.csv.zst: was SHA-256 "]),
      (
        .notANumber,
        [
          "DIR/equity.csv.zst:2:cash: was nan, a number is needed",
          "DIR/equity.csv.zst: was SHA-256 ",
        ]
      ),
      (
        .notCanonical,
        [
          "DIR/equity.csv.zst:2:cash: was 100.140, 100.14 is needed",
          "DIR/equity.csv.zst: was SHA-256 ",
        ]
      ),
      (
        .intInFloatColumn,
        [
          "DIR/equity.csv.zst:2:cash: was 100, 100.0 is needed", "DIR/equity.csv.zst: was SHA-256 ",
        ]
      ),
      (
        .emptyCell,
        [
          "DIR/equity.csv.zst:2:cash: was empty, a value is needed",
          "DIR/equity.csv.zst: was SHA-256 ",
        ]
      ),
      (
        .notAWholeNumber,
        [
          "DIR/equity.csv.zst:2:bar: was 1.0, a whole number is needed",
          "DIR/equity.csv.zst: was SHA-256 ",
        ]
      ),
      (.extraCell, ["DIR/equity.csv.zst:2: was 5 cells, 4 is needed"]),
      (
        .badText,
        [
          "DIR/equity.csv.zst:2:ts: was \u{fffd}, UTF-8 is needed",
          "DIR/equity.csv.zst: was SHA-256 ",
        ]
      ),
      (
        .header, ["DIR/equity.csv.zst:0: was bar,ts,money,drawdown, bar,ts,cash,drawdown is needed"]
      ),
      (
        .tableNotInManifest,
        [
          "manifest.json: tables.orders: was missing, a table of this name is needed"
        ]
      ),
      (
        .columnNotInManifest,
        [
          "manifest.json: tables.orders.columns: was seq, seq,reason is needed",
          "DIR/orders.csv.zst:0: was seq,reason, seq is needed",
        ]
      ),
    ] as [(Damage, [String])])
  func eachKindOfDamageIsFoundAtItsPlace(damage: Damage, expected: [String]) throws {
    let scratch = Scratch()
    let run = try SampleRun(at: scratch.file("a"), rows: 3) { [100, 100.14, 0.5][$0] }
    let table = "\(run.path)/equity.csv.zst"
    let header = "bar,ts,cash,drawdown\n"
    let ts = "2024-01-01T00:00:00.000Z"
    let third = "2,\(ts),0.5,-0.5\n"
    func rewrite(_ second: String) throws {
      try writeFrames([header, "0,\(ts),100.0,\n" + second + third], to: table)
    }
    func rewrite(_ manifest: JSONValue) throws {
      try FileIO.writeAtomically(Array(manifest.text.utf8), to: "\(run.path)/manifest.json")
    }
    var manifest = run.manifest
    let bytes = try FileIO.readAll(table)
    switch damage {
    case .status:
      manifest.status = .interrupted
      try rewrite(manifest.json)
    case .digest:
      var members = try #require(manifest.json.objectValue)
      members["digest"] = "x"
      try rewrite(.object(members))
    case .spec: try FileIO.writeAtomically([1], to: "\(run.path)/spec.yaml")
    case .noSpec: try FileIO.remove("\(run.path)/spec.yaml")
    case .noManifest: try FileIO.remove("\(run.path)/manifest.json")
    case .noTable: try FileIO.remove(table)
    case .tornTable:
      let frame = ZstdCompressor().compress(Array("3,x,1.0,\n".utf8))
      try FileIO.writeAtomically(bytes + frame.prefix(20), to: table)
    case .changedByte:
      var changed = bytes
      changed[bytes.count - 1] ^= 1
      try FileIO.writeAtomically(changed, to: table)
    case .missingRow: try rewrite("")
    case .changedCell: try rewrite("1,\(ts),100.15,-1.0\n")
    case .notANumber: try rewrite("1,\(ts),nan,-1.0\n")
    case .notCanonical: try rewrite("1,\(ts),100.140,-1.0\n")
    case .intInFloatColumn: try rewrite("1,\(ts),100,-1.0\n")
    case .emptyCell: try rewrite("1,\(ts),,-1.0\n")
    case .notAWholeNumber: try rewrite("1.0,\(ts),100.14,-1.0\n")
    case .extraCell: try rewrite("1,\(ts),100.14,-1.0,\n")
    case .badText:
      let compressor = ZstdCompressor()
      try FileIO.writeAtomically(
        compressor.compress(Array(header.utf8))
          + compressor.compress(
            Array("0,\(ts),100.0,\n1,".utf8) + [0xff] + Array(",100.14,-1.0\n\(third)".utf8)),
        to: table)
    case .header:
      try writeFrames(["bar,ts,money,drawdown\n", "0,\(ts),100.0,\n"], to: table)
    case .tableNotInManifest:
      manifest.tables["orders"] = nil
      try rewrite(manifest.json)
    case .columnNotInManifest:
      manifest.tables["orders"]?.columns.removeLast()
      try rewrite(manifest.json)
    }
    let findings = try RunVerification(
      run.path, tables: [SampleRun.equity, SampleRun.orders]
    ).findings.map(\.description)
    #expect(findings.count == expected.count, "\(findings)")
    for (finding, expected) in zip(findings, expected) {
      let text = expected.replacing("DIR", with: run.path)
      #expect(finding.hasPrefix(text), "\(finding)")
    }
  }
}
