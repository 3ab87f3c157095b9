import Market
import Numerics
import Simulation
import Testing

@testable import Backtest

// The laws hold for every strategy that ships: nothing put out up to a bar depends on data after it.
// Models are kept small here; the laws do not depend on their size.

/// Every strategy that is honest, short enough for a test.
private let honest: [(name: String, settings: [String])] = [
  (
    "sp500-nasdaq-lstm",
    [
      "span={ from: 1999-01-04, to: 1999-12-31 }", "walk_forward.first=60",
      "walk_forward.window=60", "model.hidden=[5]", "model.lookback=8",
      "positions.NASDAQ=0.5 * clip(forecast / std(forecast, 20), -1, 1)",
      "positions.SP500=-0.5 * clip(forecast / std(forecast, 20), -1, 1)",
    ]
  ),
  (
    "coint-lstm",
    [
      "generate.bars=220", "walk_forward.first=60", "walk_forward.window=60", "model.hidden=[5]",
      "model.lookback=8", "positions.X=0.5 * clip(forecast / std(forecast, 20), -1, 1)",
      "positions.Y=-0.5 * clip(forecast / std(forecast, 20), -1, 1)",
    ]
  ),
  (
    "random-walk-lstm",
    [
      "generate.bars=220", "walk_forward.first=60", "walk_forward.window=60", "model.hidden=[5]",
      "model.lookback=8", "positions.X=0.5 * clip(forecast / std(forecast, 20), -1, 1)",
      "positions.Y=-0.5 * clip(forecast / std(forecast, 20), -1, 1)",
    ]
  ),
  ("tutorial-lstm", ["model.hidden=[8]"]),
  ("sma-cross", ["span={ from: 1999-01-04, to: 2000-12-31 }"]),
  ("buy-and-hold", ["span={ from: 1999-01-04, to: 1999-12-31 }"]),
  // A split of MSFT and dividends of both.
  ("stocks-pair", ["span={ from: 2002-06-03, to: 2003-12-31 }"]),
  ("bracket-breakout", ["span={ from: 1999-01-04, to: 2000-06-30 }"]),
  (
    "pair-all-or-none",
    ["generate.bars=260", "walk_forward.first=60", "walk_forward.window=60", "model.lookback=8"]
  ),
]

@Test(arguments: honest.indices)
func noStrategySeesTheFuture(_ index: Int) throws {
  let (name, settings) = honest[index]
  var spec = try strategy(name, settings: settings)
  for fill in [FillPolicy.nextOpen, .nextClose, .thisClose] {
    spec.execution.settings.fill = fill
    let audit = try Audit(PreparedRun(spec, variant: .detected), seed: 3)
    let findings = try audit.run(cuts: 4)
    #expect(findings == [], "\(name) at \(fill.rawValue)")
  }
}

@Test func theAuditCriesOutOverTheLeakyTutorial() throws {
  let spec = try strategy("tutorial-lstm-leaky", settings: ["model.hidden=[8]"])
  let findings = try Audit(PreparedRun(spec, variant: .detected)).run(cuts: 3)
  #expect(Set(findings.map(\.change)) == [.ended, .replacedAfter, .replacedWithin, .oneReplaced])
  let first = try #require(findings.first)
  #expect(first.description.contains("the bars end there"))
}

@Test func theAuditCriesOutOverAPlantedScalerOfTheWholeSeries() throws {
  let spec = try strategy(
    "tutorial-lstm",
    settings: [
      "model.hidden=[8]", "training.scaler_fit=all", "training.allow_leaks=true",
    ])
  let findings = try Audit(PreparedRun(spec, variant: .detected)).run(cuts: 3)
  #expect(findings.contains { $0.change == .ended })
  #expect(findings.contains { $0.change == .replacedAfter })
  #expect(findings.allSatisfy { ["forecast", "refit"].contains($0.output) })
}

@Test func aFillAtTheCloseThatDecidedPassesTheAudit() throws {
  // A run whose position depends on its own bar's close, filled at that close, is honest by the
  // letter: the audit must not cry out over it, or it would be of no use.
  var spec = try strategy("sma-cross", settings: ["span={ from: 1999-01-04, to: 2000-06-30 }"])
  spec.execution.settings.fill = .thisClose
  #expect(try Audit(PreparedRun(spec, variant: .detected)).run(cuts: 5) == [])
}

@Test func aTraceTellsOutputsOfTheOpenFromThoseOfTheClose() throws {
  let spec = try strategy("tutorial-lstm", settings: ["model.hidden=[8]"])
  var engine = try PreparedRun(spec, variant: .detected).makeEngine()
  var trace = EventTrace()
  while try engine.step({ trace.add($0) }) {}
  let last = try #require(trace.entries.last { $0.isOfOpen })
  let open = trace.throughOpen(of: last.bar)
  #expect(open.last == last)
  #expect(open.count < trace.through(last.bar).count)
  #expect(trace.through(last.bar).count < trace.entries.count || engine.bar == last.bar)
}

@Test func theAuditChangesActionsAfterTheCutAndNoneBefore() throws {
  let prepared = try PreparedRun(
    strategy("stocks-pair", settings: ["span={ from: 2002-06-03, to: 2003-12-31 }"]),
    variant: .detected)
  let market = AuditMarket(
    series: try prepared.series()[1], actions: prepared.actions[1], detail: nil)
  // The close of the split's own day: the split is known at its open, all later actions are not.
  let cut = try #require(market.series.bars.first { $0.time.iso8601.hasPrefix("2003-02-18") }).time
  for change in Audit.Change.allCases {
    let changed = market.changed(
      change, after: cut, PhiloxStream(seed: 1, purpose: .resampling, layer: 0))
    #expect(changed.actions.first == market.actions.first)
    #expect(changed.actions.first?.isSplit == true)
    let later = changed.actions.dropFirst()
    #expect(later.isEmpty == (change == .ended))
    #expect(later.allSatisfy { $0.time >= cut })
    #expect(zip(later, later.dropFirst()).allSatisfy { $0.time < $1.time })
  }
}

@Test func theAuditMakesFinerBarsThatMakeUpTheirBar() {
  let day = Timestamp.millisecondsPerDay
  func bar(_ time: Int64, _ price: Double) -> Bar {
    Bar(
      time: Timestamp(milliseconds: time), open: price, high: price + 1, low: price - 1,
      close: price + 0.5, volume: 1)
  }
  let bars = (1...9).map { bar($0 * day, 100 + Double($0)) }
  let finer = (1...27).map { bar($0 * day / 3, 100) }
  let market = AuditMarket(
    series: BarSeries(instrument: Instrument(name: "X"), bars: bars), actions: [], detail: finer)
  let cut = bars[4].time
  for change in [Audit.Change.replacedAfter, .replacedWithin] {
    let changed = market.changed(
      change, after: cut, PhiloxStream(seed: 1, purpose: .resampling, layer: 0))
    let detail = changed.detail ?? []
    #expect(detail.map(\.time) == finer.map(\.time))
    let kept = change == .replacedAfter ? 15 : 12
    #expect(detail[..<kept] == finer[..<kept])
    for index in (kept / 3)..<9 {
      #expect(changed.series.bars[index] != bars[index])
      #expect(changed.series.bars[index].isMadeUp(of: detail[(3 * index)..<(3 * index + 3)]))
    }
  }
}
