import Foundation
import Bytes
import Journal
import Performance
import Testing

@testable import Backtest

/// Specs of runs that have something the others lack.
private enum Runs {
  static func rule(
    _ position: String, bars: Int = 40, more: String = "fee_bps: 1, slippage_bps: 2"
  ) -> String {
    """
    name: rule
    generate: { kind: random_walk, series: 1, bars: \(bars), start: 100, seed: 5 }
    positions: { unit: units, X: \(position) }
    execution: { cash: 1000, fill: next_close\(more.isEmpty ? "" : ", \(more)") }

    """
  }

  static let all = [
    "network": SampleSpec.network(),
    "two horizons of quantiles": SampleSpec.network()
      .replacing("horizon: 2 }", with: "horizons: [3, 1] }")
      .replacing("batch: 8", with: "batch: 8, loss: quantile, quantiles: [0.1, 0.5, 0.9]"),
    "ensemble": SampleSpec.network().replacing("lookback: 3", with: "lookback: 3, ensemble: 2"),
    "rule": rule("sign(diff(X.close)) * 3"),
    "one bar": rule("1", bars: 2) + "span: { to: 2000-01-01 }\n",
    "two bars": rule("1", bars: 2),
    "no trades": rule("1"),
    "nothing decided": rule("X.close / 0"),
    "constant equity": rule("0"),
    "ruined": rule("300 * sign(diff(X.close))", more: "max_leverage: 1000"),
    "too few bars for a forecast": SampleSpec.network(
      generate: "{ kind: coint_path, bars: 12, start: 100, delta: 0.2, sigma: 0.5, seed: 1 }"),
  ]
}

extension String {
  fileprivate func replacing(_ text: String, with other: String) -> String {
    guard let range = self.firstRange(of: text) else { preconditionFailure("no \(text)") }
    return replacingCharacters(in: range, with: other)
  }
}

@Suite struct LoggedRunTests {
  private let scratch = Scratch()

  @Test(arguments: Runs.all.keys.sorted())
  func figuresFromTheLogsAreThoseOfTheManifest(name: String) throws {
    let text = try #require(Runs.all[name])
    let manifest = try SampleSpec.run(text, in: scratch.file("run"))
    let run = try LoggedRun(readingFrom: scratch.file("run"))
    #expect(run.mismatches == [])
    // Nothing is left out of the comparison but what only the run itself knows.
    let figures = run.figures.json
    #expect(Set(manifest.metrics.keys).subtracting(figures.keys).isSubset(of: ["washout"]))
    #expect(figures["net_profit"] == manifest.metrics["net_profit"])
    #expect(figures["undefined"] == manifest.metrics["undefined"])
    let intervals = run.intervals(resamples: 5, level: 0.9)
    #expect(
      (intervals.sharpe.low.value == nil) == (run.figures.returns.tested.sharpe.value == nil))
    for value in run.rollingSharpe(window: 2) { #expect(value.isFinite || value.isNaN) }
  }

  @Test func runsThatDifferInKindAreWhatTheyAreCalled() throws {
    func run(_ name: String) throws -> RunFigures {
      let folder = scratch.file("kind-\(name)")
      try SampleSpec.run(try #require(Runs.all[name]), in: folder)
      return try LoggedRun(readingFrom: folder).figures
    }
    #expect(try run("ruined").returns.ruinedAtBar != nil)
    #expect(try run("no trades").trades.report.count == 0)
    #expect(try run("rule").trades.report.count > 5)
    #expect(try run("nothing decided").returns.tested.bars == .value(0))
    #expect(try run("one bar").returns.whole.bars == .value(1))
    #expect(
      try run("constant equity").returns.tested.sharpe == .undefined("returns do not vary"))
    let horizons = try run("two horizons of quantiles").horizons
    #expect(horizons.map(\.report.horizon) == [3, 1])
    #expect(horizons[1].report.pinballLoss.value != nil)
    #expect(try run("ensemble").horizons[0].ensembleSpread.value ?? 0 > 0)
  }

  @Test func whatNoLogHoldsComesFromTheManifest() throws {
    let folder = scratch.file("run")
    let manifest = try SampleSpec.run(SampleSpec.network(), in: folder)
    let run = try LoggedRun(readingFrom: folder)
    #expect(run.takenFromManifest == ["mase", "oracle_skill", "skill_share_of_oracle"])
    let mase = try #require(run.figures.horizons[0].report.mase.value)
    #expect(mase == manifest.metrics["mase"]?.doubleValue)
  }

  @Test(
    arguments: [
      ("equity", 40, "equity", "123456.5", "skewness"),
      ("fills", 3, "fee", "7.25", "fees"),
      ("trades", 2, "pnl", "1e6", "best_trade"),
      ("trades", 1, "mae", "-0.875", "worst_mae"),
      ("scores", 5, "forecast", "9.0", "rmse"),
      ("fills", 1, "ambiguous", "1", "ambiguous_fills"),
    ])
  func aChangedCellIsFound(
    table: String, row: Int, column: String, value: String, figure: String
  ) throws {
    let folder = scratch.file("run")
    try SampleSpec.run(SampleSpec.network(), in: folder)
    var text = try TableText(table, of: folder)
    text[row, column] = value
    try text.write()
    let names = try LoggedRun(readingFrom: folder).mismatches.map(\.name)
    #expect(names.contains(figure), "\(names)")
  }

  @Test func anOrderBeforeTheTestedSpanIsFound() throws {
    let folder = scratch.file("run")
    var manifest = try SampleSpec.run(Runs.rule("sign(diff(X.close))"), in: folder)
    let bars = try #require(manifest.metrics["bars"]?.doubleValue)
    manifest.metrics["bars"] = .number(bars - 5)
    try FileIO.writeAtomically(
      Array(manifest.json.text.utf8), to: "\(folder)/\(Manifest.fileName)")
    let run = try LoggedRun(readingFrom: folder)
    let found = try #require(run.mismatches.first)
    #expect(found.name == "bars")
    #expect(found.logs == .string("tested from bar 2 or before"))
    #expect(found.manifest == .string("tested from bar 7"))
  }

  @Test func whatIsNoCompleteRunIsRefused() throws {
    let folder = scratch.file("run")
    #expect("\(failure(of: folder))".hasSuffix("open failed: No such file or directory"))
    try FileIO.makeDirectories(folder)
    #expect(
      "\(failure(of: folder))"
        == "\(folder) holds no manifest.json, the directory of a run is needed")
    var manifest = try SampleSpec.run(Runs.rule("1"), in: folder)
    manifest.status = .interrupted
    try FileIO.writeAtomically(
      Array(manifest.json.text.utf8), to: "\(folder)/\(Manifest.fileName)")
    #expect("\(failure(of: folder))" == "\(folder): status was interrupted, complete is needed")
  }

  @Test func aTornTableIsDamage() throws {
    let folder = scratch.file("run")
    try SampleSpec.run(Runs.rule("1"), in: folder)
    let file = "\(folder)/equity.csv.zst"
    try FileIO.writeAtomically(Array(try FileIO.readAll(file).dropLast(3)), to: file)
    guard case .journal(.damaged(let finding)) = failure(of: folder) as? RunFailure else {
      Issue.record("\(failure(of: folder))")
      return
    }
    #expect(finding.needed == "a whole frame")
  }

  private func failure(of folder: String) -> any Error {
    do {
      _ = try LoggedRun(readingFrom: folder)
    } catch {
      return error
    }
    return CancellationError()
  }
}
