import Bytes
import Foundation
import Journal
import Testing

@Suite struct MetricsTests {
  private let scratch = Scratch()

  private func run(_ text: String, _ options: [String] = []) throws -> (String, Tool.Result) {
    let spec = try scratch.write(text, to: "spec.yaml")
    let folder = scratch.file("run")
    let result = try Tool.run(["run", spec, "--out", folder, "--force"] + options)
    try #require(result.status == 0, "\(result.err)")
    return (folder, result)
  }

  private func document(_ result: Tool.Result) throws -> JSONValue {
    try JSONValue(parsing: Array(result.out.utf8), place: "out")
  }

  @Test func everyFigureOfTheManifestIsInTheDocument() throws {
    let (folder, _) = try run(SampleSpec.network())
    let result = try Tool.run(["metrics", folder, "--json", "--rolling", "20", "--resamples", "50"])
    #expect(result.status == 0, "\(result.err)")
    let found = try document(result)
    let manifest = try manifest(folder)
    #expect(found["mismatches"] == .array([]))
    #expect(found["digest"]?.stringValue == manifest.digest)
    for (name, value) in manifest.metrics {
      #expect(found["metrics"]?[name] == value, "\(name)")
    }
    let rolling = try #require(found["rolling_sharpe"])
    #expect(rolling["window"]?.intValue == 20)
    let values = try #require(rolling["values"]?.arrayValue)
    #expect(Double(values.count) == manifest.metrics["bars"]?.doubleValue)
    #expect(values.prefix(19).allSatisfy { $0 == .null } && values[19].doubleValue != nil)
    #expect(rolling["greatest"]?["value"]?.doubleValue == values.compactMap(\.doubleValue).max())
    let intervals = try #require(found["intervals"])
    let sharpe = try #require(manifest.metrics["sharpe"]?.doubleValue)
    #expect(intervals["sharpe_low"]?.doubleValue ?? .nan < sharpe)
    #expect(intervals["sharpe_high"]?.doubleValue ?? .nan > sharpe)
    #expect(intervals["seed"]?.intValue == 3)
    #expect(found["from_manifest"] == ["mase", "oracle_skill", "skill_share_of_oracle"])
    #expect(
      try document(Tool.run(["metrics", folder, "--json", "--rolling", "20", "--resamples", "50"]))
        == found)
  }

  @Test func thePageForPeopleHasEveryTable() throws {
    let (folder, _) = try run(SampleSpec.network())
    let result = try Tool.run(["metrics", folder])
    #expect(result.status == 0)
    for text in [
      "network, seed 3: \(folder)\n", "equal to the manifest, figure by figure",
      "P, bars a year: 365, the median step is a day, and bars fall on weekends",
      "Account", "tested span", "whole span", "a year is", "365.25 days", "Costs",
      "ambiguous_profit_share", "Trades", "By instrument", "By exit reason", "mean_mae",
      "Drawdowns, deepest first", "Returns, %", "Jan",
      "Rolling Sharpe ratio of 365 bars: n/a, 365 bars",
      "Intervals: 95.0 % of 1000 resamples, seed 3", "Forecast, horizon", "clark_west_p",
      "in no log, so taken from the manifest: mase", "Without a value (n/a)",
    ] { #expect(result.out.contains(text), "\(text)") }
    for line in result.out.split(separator: "\n") { #expect(line.last != " ") }
  }

  @Test(arguments: [
    ("1", 2, " }\nspan: { to: 2000-01-01"), ("1", 2, ""), ("0", 30, ""), ("X.close / 0", 30, ""),
    ("300 * sign(diff(X.close))", 40, ", max_leverage: 1000"),
  ])
  func anyRunCanBeShown(position: String, bars: Int, more: String) throws {
    let (folder, _) = try run(
      """
      name: rule
      generate: { kind: random_walk, series: 1, bars: \(bars), start: 100, seed: 5 }
      positions: { unit: units, X: \(position) }
      execution: { cash: 1000, fill: next_close\(more) }

      """)
    let page = try Tool.run(["metrics", folder])
    #expect(page.status == 0, "\(page.err)")
    #expect(page.out.contains("equal to the manifest"))
    #expect(try document(Tool.run(["metrics", folder, "--json"]))["mismatches"] == .array([]))
  }

  @Test func aFigureThatTheLogsDoNotGiveIsNamedWithBothValues() throws {
    let (folder, _) = try run(SampleSpec.network())
    var changed = try manifest(folder)
    let sharpe = try #require(changed.metrics["sharpe"]?.doubleValue)
    changed.metrics["sharpe"] = .number(9.5)
    try FileIO.writeAtomically(Array(changed.json.text.utf8), to: "\(folder)/manifest.json")
    let result = try Tool.run(["metrics", folder])
    #expect(result.status == 5)
    #expect(result.err == "\(folder): 1 figure of the manifest differs from the logs\n")
    let line = result.out.split(separator: "\n").last ?? ""
    #expect(line.hasPrefix("sharpe ") && line.contains("\(sharpe)") && line.hasSuffix(" 9.5"))
    let found = try document(Tool.run(["metrics", folder, "--json"]))
    #expect(
      found["mismatches"]
        == .array([["name": "sharpe", "logs": .number(sharpe), "manifest": .number(9.5)]]))
  }

  @Test func whatIsNoRunIsRefusedAsByOtherCommands() throws {
    let missing = try Tool.run(["metrics", scratch.file("nothing")])
    #expect(missing.status == 4)
    #expect(missing.err.contains("nothing: open failed: No such file or directory"))
    try FileIO.makeDirectories(scratch.file("empty"))
    let empty = try Tool.run(["metrics", scratch.file("empty")])
    #expect(empty.status == 2)
    #expect(empty.err.contains("holds no manifest.json, the directory of a run is needed"))
    #expect(try FileIO.names(in: scratch.file("empty")) == [])
    let (folder, _) = try run(SampleSpec.network())
    try FileIO.remove("\(folder)/trades.csv.zst")
    #expect(try Tool.run(["metrics", folder]).status == 4)
  }

  @Test(arguments: [
    (["--rolling", "1"], "--rolling was 1, at least 2 is needed"),
    (["--resamples", "0"], "--resamples was 0, at least 1 and at most 1000000 is needed"),
    (["--level", "1"], "--level was 1.0, above 0 and below 1 is needed"),
  ])
  func aWrongOptionIsNamed(options: [String], message: String) throws {
    let result = try Tool.run(["metrics", scratch.path] + options)
    #expect(result.status == 2)
    #expect(result.err.contains(message))
  }

  @Test func theSensitivityOfARunIsToldAndWrittenBesideIt() throws {
    let (folder, result) = try run(SampleSpec.network(), ["--sensitivity"])
    for text in [
      "Sensitivity: one thing changed", "worst (the run)", "adaptive", "delay, bars",
      "cost, bps a side", "seed, trained anew", "3 (the run)", "break-even cost: ",
      "capacity: n/a, X has no volume",
    ] { #expect(result.out.contains(text), "\(text)") }
    let written = try JSONValue(
      parsing: try FileIO.readAll("\(folder)/sensitivity.json"), place: "sensitivity.json")
    let digest = try manifest(folder).digest
    let again = try run(SampleSpec.network(), ["--sensitivity", "--json", "--threads", "1"]).1
    let whole = try document(again)
    #expect(whole["sensitivity"] == written)
    #expect(whole["digest"]?.stringValue == digest)
    #expect(written["run"]?["net_profit"] == whole["metrics"]?["net_profit"])
    let variants = try #require(written["variants"]?.arrayValue)
    #expect(variants.count == 4 + 4 + 5 + 5)
    for variant in variants where variant["is_spec"] == .bool(true) {
      #expect(variant["net_profit"] == whole["metrics"]?["net_profit"])
      #expect(variant["trades"] == whole["metrics"]?["trades"])
    }
    #expect(try Tool.run(["verify", folder]).status == 0)
    _ = try run(SampleSpec.network())
    #expect(!FileIO.exists("\(folder)/sensitivity.json"), "it belonged to the run before")
  }

  @Test(arguments: [
    (["--seeds", "2"], "--sensitivity was given with --seeds, one run is needed"),
    (["--dry-run"], "--sensitivity was given with --dry-run, one run is needed"),
    (["other.yaml"], "--sensitivity was given with 2 specs, it goes with one"),
  ])
  func sensitivityGoesWithOneRun(options: [String], message: String) throws {
    let result = try Tool.run(["run", "spec.yaml", "--sensitivity"] + options)
    #expect(result.status == 2)
    #expect(result.err.contains(message))
  }
}
