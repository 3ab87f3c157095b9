import Bytes
import Foundation
import Journal
import Testing

@Suite struct VerifyTests {
  private let scratch = Scratch()
  private let run: String

  init() throws {
    let spec = try scratch.write(SampleSpec.network(), to: "spec.yaml")
    run = scratch.file("run")
    let result = try Tool.run(["run", spec, "--out", run, "--quiet"])
    try #require(result.status == 0, "\(result.err)")
  }

  @Test func aGoodRunIsSaidToBeGoodInOneLine() throws {
    let result = try Tool.run(["verify", run])
    let rows = try manifest(run).tables.values.reduce(0) { $0 + $1.rows }
    #expect(result.status == 0)
    #expect(result.out == "\(run): complete, 9 tables, \(rows) rows, all checks passed\n")
    #expect(result.err == "")
  }

  @Test func findingsAreResultsAndTheirCountIsAMessage() throws {
    var status = try manifest(run)
    status.status = .interrupted
    try FileIO.writeAtomically(Array(status.json.text.utf8), to: "\(run)/manifest.json")
    let result = try Tool.run(["verify", run])
    #expect(result.status == 5)
    #expect(result.out == "manifest.json: status: was interrupted, complete is needed\n")
    #expect(result.err == "\(run): 1 finding\n")
  }

  @Test func findingsAreGivenAsJSON() throws {
    let good = try JSONValue(
      parsing: Array(try Tool.run(["verify", run, "--json"]).out.utf8), place: "out")
    #expect(good["ok"] == .bool(true) && good["findings"] == .array([]))
    try FileIO.remove("\(run)/fills.csv.zst")
    let result = try Tool.run(["verify", run, "--json"])
    #expect(result.status == 5)
    let bad = try JSONValue(parsing: Array(result.out.utf8), place: "out")
    #expect(bad["ok"] == .bool(false))
    #expect(
      bad["findings"]
        == .array([
          [
            "place": .string("\(run)/fills.csv.zst"), "found": "missing",
            "needed": "a table of the manifest",
          ]
        ]))
  }

  @Test func aFolderThatIsNotThereCannotBeRead() throws {
    let result = try Tool.run(["verify", scratch.file("nothing")])
    #expect(result.status == 4)
    #expect(result.err.contains("nothing: verify failed: No such file or directory"))
  }

  @Test func aFolderWithoutAManifestIsNoRun() throws {
    try FileIO.makeDirectories(scratch.file("empty"))
    let result = try Tool.run(["verify", scratch.file("empty")])
    #expect(result.status == 5)
    #expect(result.out.hasSuffix("manifest.json: was missing, the manifest of a run is needed\n"))
    #expect(try FileIO.names(in: scratch.file("empty")) == [], "verifying leaves nothing behind")
  }
}

@Suite struct DiffTests {
  private let scratch = Scratch()

  private func run(_ name: String, _ more: [String] = []) throws -> String {
    let spec = try scratch.write(SampleSpec.network(), to: "spec.yaml")
    let result = try Tool.run(["run", spec, "--out", scratch.file(name), "--quiet"] + more)
    try #require(result.status == 0, "\(result.err)")
    return scratch.file(name)
  }

  @Test func equalRunsAreEqual() throws {
    let (a, b) = (try run("a"), try run("b"))
    let result = try Tool.run(["diff", a, b])
    #expect(result.status == 0)
    #expect(result.out == "\(a) and \(b): 9 tables are equal\n")
  }

  @Test func theTableFurthestUpstreamIsNamedFirst() throws {
    let (a, b) = (try run("a"), try run("b", ["--set", "execution.fee_bps=2"]))
    let result = try Tool.run(["diff", a, b])
    #expect(result.status == 5)
    #expect(result.out.hasPrefix("A: \(a)\nB: \(b)\nthe first difference is in orders:\n"))
    #expect(result.out.contains("\nfills: row 1, column fee was "))
    let json = try JSONValue(
      parsing: Array(try Tool.run(["diff", a, b, "--json"]).out.utf8), place: "out")
    #expect(json["equal"] == .bool(false))
    #expect(json["first"]?["table"] == "orders")
  }

  @Test func aDistanceInUlpsIsTolerated() throws {
    let (a, b) = (try run("a"), try run("b", ["--set", "execution.fee_bps=1.0000000000000002"]))
    #expect(try Tool.run(["diff", a, b]).status == 5)
    #expect(try Tool.run(["diff", a, b, "--ulps", "\(Int.max)"]).status == 0)
    #expect(try Tool.run(["diff", a, b, "--ulps", "-1"]).status == 2)
  }

  @Test func anUnfinishedRunIsComparedAsFarAsItGoes() throws {
    let (a, b) = (try run("a"), try run("b"))
    var unfinished = try manifest(b)
    unfinished.status = .running
    unfinished.tables = [:]
    try FileIO.writeAtomically(Array(unfinished.json.text.utf8), to: "\(b)/manifest.json")
    #expect(try Tool.run(["diff", a, b]).status == 0)
    let bytes = try FileIO.readAll("\(b)/equity.csv.zst")
    try FileIO.writeAtomically(Array(bytes.dropLast(10)), to: "\(b)/equity.csv.zst")
    let result = try Tool.run(["diff", a, b])
    #expect(result.status == 5)
    #expect(result.out.contains("the first difference is in equity:\n"), "\(result.out)")
  }

  @Test func whatIsNotThereCannotBeRead() throws {
    #expect(try Tool.run(["diff", scratch.file("x"), scratch.file("y")]).status == 4)
  }
}
