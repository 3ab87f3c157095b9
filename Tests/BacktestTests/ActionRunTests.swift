import Bytes
import Journal
import Market
import Testing

@testable import Backtest

// Runs on instruments with splits, dividends, calendars and finer bars.

private let short = ["span={ from: 2002-06-03, to: 2003-12-31 }"]

private func run(_ spec: RunSpec, _ folder: String) throws -> Manifest {
  try RunSession(
    starting: PreparedRun(spec, variant: .detected), options: RunOptions(folder: folder)
  ).run()
}

@Test func aPairOfRawStocksRunsAndVerifies() throws {
  let scratch = try ScratchFolder()
  let manifest = try run(strategy("stocks-pair", settings: short), scratch.path + "/run")
  #expect(manifest.status == .complete)
  #expect(try RunInvariants(checking: scratch.path + "/run").findings == [])
  // Of IBM 7 dividends, of MSFT a split, then 2.
  let actions = try TableText("actions", of: scratch.path + "/run")
  #expect(actions.rows.count == 9)
  let split = try #require(actions.rows.firstIndex { $0.contains("split") }) + 1
  #expect(actions[split, "instrument"] == "MSFT" && actions[split, "ts"].hasPrefix("2003-02-18"))
  #expect(actions[split, "ts"].hasSuffix("T21:00:00.000Z"), "the close of New York in winter")
  #expect(
    manifest.inputs.map(\.instrument) == [
      "IBM", "MSFT", "data.IBM.calendar", "data.IBM.actions", "data.MSFT.actions",
    ])
  #expect(manifest.inputs.map(\.rows) == [3270, 3270, 0, 52, 38])
  #expect(manifest.omitted == ["participation"])
  #expect(manifest.warnings == [])
  #expect(manifest.metrics["bars_per_year_basis"]?.stringValue == "sessions")
  #expect(abs((manifest.metrics["bars_per_year"]?.doubleValue ?? 0) - 251.55) < 0.001)
}

@Test func verifyHoldsDividendsAgainstTheFlowsThatPaidThem() throws {
  let scratch = try ScratchFolder()
  let folder = scratch.path + "/run"
  _ = try run(strategy("stocks-pair", settings: short), folder)
  let actions = try TableText("actions", of: folder)
  let flows = try TableText("flows", of: folder)
  let paid = try #require(flows.rows.firstIndex { $0.contains("dividend") }) + 1
  let row =
    try #require(
      actions.rows.firstIndex {
        $0.contains("dividend") && $0.contains(flows[paid, "ts"])
          && $0.contains(flows[paid, "instrument"])
      }) + 1
  func findings(_ change: (inout TableText) -> Void) throws -> [String] {
    var changed = actions
    change(&changed)
    try changed.write()
    return try RunInvariants(checking: folder).findings.map(\.description)
  }
  let raised = try findings { $0[row, "amount"] = "10.0" }
  #expect(raised.first?.contains("flows.csv.zst:\(paid):amount") == true, "\(raised)")
  let dropped = try findings { $0.rows.remove(at: row - 1) }
  #expect(dropped.first?.contains("a dividend that actions have") == true, "\(dropped)")
  #expect(try findings { _ in } == [])
}

/// A buyer of MSFT at the first open who holds has, after the split, twice the units and in all what the
/// price and the dividends earned: no split is a loss, and no dividend is lost.
@Test func holdersKeepTheirMoneyThroughSplitsAndDividends() throws {
  let scratch = try ScratchFolder()
  let spec = try RunSpec(
    yaml: Array(
      """
      name: hold
      span: { from: 2003-02-12, to: 2003-02-21 }
      data:
        MSFT:
          file: market/msft.csv
          format: yahoo
          actions: market/msft-actions.csv
      positions: { unit: units, rebalance: on_change, MSFT: "100" }
      execution: { cash: 10000, fill: next_open }
      """.utf8), file: "hold.yaml", folder: repository + "fixtures")
  let folder = scratch.path + "/run"
  let manifest = try run(spec, folder)
  #expect(try RunInvariants(checking: folder).findings == [])
  let fills = try TableText("fills", of: folder)
  #expect(fills.rows.count == 1)
  let positions = try TableText("positions", of: folder)
  #expect(positions[1, "quantity"] == "200.0")
  let flows = try TableText("flows", of: folder)
  #expect(flows.rows.count == 1 && flows[1, "kind"] == "dividend" && flows[1, "amount"] == "16.0")
  let equity = try TableText("equity", of: folder)
  let price = try #require(Double(fills[1, "price"]))
  let mark = try #require(Double(positions[1, "mark_price"]))
  let last = try #require(Double(equity[equity.rows.count, "equity"]))
  #expect(abs(last - (10_000 - 100 * price + 200 * mark + 16)) < 1e-9)
  #expect(manifest.omitted == ["fee", "slippage", "borrow", "participation"])
}

@Test func dividendsAreLeftOutWhereATradedAssetHasNoFileOfThem() throws {
  func omitted(_ data: String, _ positions: String) throws -> Bool {
    let spec = try RunSpec(
      yaml: Array(
        """
        name: hold
        span: { from: 2006-01-01, to: 2006-03-01 }
        data: { \(data) }
        positions: { \(positions) }
        execution: { cash: 10000 }
        """.utf8), file: "hold.yaml", folder: repository + "fixtures/market")
    return try PreparedRun(spec, variant: .detected).statements.omitted.contains("dividends")
  }
  let with = "MSFT: { file: msft.csv, format: yahoo, actions: msft-actions.csv }"
  let without = "IBM: { file: ibm.csv, format: yahoo }"
  let index = "SP500: { file: sp500.csv, format: yahoo, kind: index }"
  #expect(try !omitted(with, "MSFT: 1"))
  #expect(try omitted(without, "IBM: 1"))
  #expect(try omitted("\(with), \(without)", "MSFT: 1, IBM: 1"))
  #expect(try !omitted("\(with), \(without)", "MSFT: 1"))
  #expect(try !omitted("\(with), \(index)", "MSFT: 1, SP500: 1"))
  #expect(try omitted(index, "SP500: 1"))
}

@Test func expressionsReadAdjustedPricesAndFillsRawOnes() throws {
  var spec = try strategy("stocks-pair", settings: ["span={ from: 2003-02-10, to: 2003-02-21 }"])
  spec.positions.positions = []
  var engine = try PreparedRun(spec, variant: .detected).makeEngine()
  var closes: [(raw: Double, seen: Double)] = []
  while try engine.step({ _ in }) {
    closes.append((engine.panel.bars[1].close, engine.panel.value(of: .close, 1)))
  }
  let split = try #require(closes.firstIndex { $0.seen > 1.5 * $0.raw })
  #expect(closes[..<split].allSatisfy { $0.raw == $0.seen })
  #expect(closes[split].seen == 2 * closes[split].raw)
  let factor = 2 * (closes[split].raw / (closes[split].raw - 0.08))
  #expect(abs(engine.panel.factor(of: 1) / factor - 1) < 1e-15)
}

@Test func aRunWithActionsAndFinerBarsGoesOnAfterAStop() throws {
  let scratch = try ScratchFolder()
  // Each day in two finer bars, a few of them missing.
  let span = TimeSpan(
    from: CivilDate(year: 2002, month: 12, day: 2), to: CivilDate(year: 2003, month: 12, day: 31))
  var coarse = try BarStream(
    BarFile(path: repository + "fixtures/market/msft.csv", format: .yahoo))
  var finer: [Bar] = []
  var missing = 0
  while let bar = try coarse.next() {
    guard bar.time.day % 17 != 0 else {
      if span.contains(bar.time) { missing += 1 }
      continue
    }
    var morning = bar
    morning.time.milliseconds -= 6 * 3_600_000
    (morning.high, morning.low) = (bar.high, min(bar.open, bar.close))
    morning.close = (bar.open + bar.close) / 2
    var evening = bar
    evening.open = morning.close
    evening.high = max(bar.close, morning.close)
    finer += [morning, evening]
  }
  try FileIO.writeAtomically(BarText.bytes(finer), to: scratch.path + "/finer.csv")
  let spec = try RunSpec(
    yaml: Array(
      """
      name: detail
      span: { from: 2002-12-02, to: 2003-12-31 }
      data:
        MSFT:
          file: \(repository)fixtures/market/msft.csv
          format: yahoo
          actions: \(repository)fixtures/market/msft-actions.csv
          detail: { file: finer.csv, format: pawl }
      positions: { MSFT: "where(MSFT.close > sma(MSFT.close, 10), 1, -0.5)" }
      execution: { cash: 10000, path: detail, fee_bps: 1, borrow_bps_year: 30 }
      """.utf8), file: "detail.yaml", folder: scratch.path)
  let whole = try run(spec, scratch.path + "/whole")
  #expect(
    whole.warnings == [
      "\(missing) bars of MSFT were not made up of finer ones, and went the worst way"
    ])
  #expect(missing == 15)
  #expect(whole.inputs.map(\.instrument) == ["MSFT", "data.MSFT.actions", "data.MSFT.detail"])
  #expect(whole.inputs.last?.rows == finer.count)
  for stop in [1, 52, 53, 200] {
    var engine = try PreparedRun(spec, variant: .detected).makeEngine()
    for _ in 0..<stop { #expect(try engine.step { _ in }) }
    var writer = StateWriter()
    engine.save(to: &writer)
    var restored = try PreparedRun(spec, variant: .detected).makeEngine()
    var reader = StateReader(writer.bytes)
    try restored.restore(from: &reader)
    #expect(reader.isAtEnd)
    var (one, other) = (EventTrace(), EventTrace())
    while try engine.step({ one.add($0) }) {}
    while try restored.step({ other.add($0) }) {}
    #expect(one.entries == other.entries, "stopped after \(stop)")
    #expect(!one.entries.isEmpty)
    #expect(restored.detail?.fallbacks == engine.detail?.fallbacks)
  }
  #expect(try Audit(PreparedRun(spec, variant: .detected), seed: 5).run(cuts: 4) == [])
}

@Test func featuresMaySeeTheLastBarAndPositionsMayNot() throws {
  let scratch = try ScratchFolder()
  func days(_ days: [Int64]) -> [Bar] {
    days.map {
      Bar(
        time: Timestamp(milliseconds: ($0 + 1) * 86_400_000 - 1), open: 10 + Double($0),
        high: 10 + Double($0), low: 10 + Double($0), close: 10 + Double($0))
    }
  }
  try FileIO.writeAtomically(
    BarText.bytes(days(Array(0..<12))), to: scratch.path + "/x.csv")
  try FileIO.writeAtomically(
    BarText.bytes(days([1, 2, 5, 6, 9, 10])), to: scratch.path + "/y.csv")
  func nulls(_ rule: String) throws -> (features: [Int], positions: Int) {
    let spec = try RunSpec(
      yaml: Array(
        """
        name: ragged
        data:
          X: { file: x.csv, format: pawl }
          Y: { file: y.csv, format: pawl, fill_missing: \(rule) }
        features: { x: X.close, y: Y.close }
        target: { value: X.close, horizon: 1 }
        model: { forecaster: naive }
        walk_forward: { first: 2 }
        positions: { X: "where(Y.close > 0, 1, 1)" }
        execution: { cash: 10000, fill: next_close }
        """.utf8), file: "ragged.yaml", folder: scratch.path)
    var engine = try PreparedRun(spec, variant: .detected).makeEngine()
    var orders = 0
    var values = 0
    while try engine.step({ event in
      if case .order(let order) = event, order.kind == .submitted { orders += 1 }
    }) {
      if !engine.panel.value(of: .close, 1).isNaN { values += 1 }
    }
    return (engine.learner?.nullCounts ?? [], values)
  }
  // Y has six bars of twelve, and none before the second day.
  #expect(try nulls("none").features == [0, 6])
  #expect(try nulls("last").features == [0, 1])
  #expect(try nulls("last").positions == 6)
}

@Test func sessionsWithoutABarAreNamed() throws {
  let scratch = try ScratchFolder()
  var stream = try BarStream(
    BarFile(path: repository + "fixtures/market/ibm.csv", format: .yahoo))
  var bars: [Bar] = []
  while let bar = try stream.next() { bars.append(bar) }
  bars.removeAll { $0.time.iso8601.hasPrefix("2000-03-07") }
  try FileIO.writeAtomically(BarText.bytes(bars), to: scratch.path + "/ibm.csv")
  let spec = try RunSpec(
    yaml: Array(
      """
      name: gap
      calendar: \(repository)fixtures/calendars/nyse.yaml
      span: { to: 2000-06-30 }
      data: { IBM: { file: ibm.csv, format: pawl } }
      positions: { IBM: 1 }
      execution: { cash: 10000 }
      """.utf8), file: "gap.yaml", folder: scratch.path)
  let manifest = try run(spec, scratch.path + "/run")
  #expect(manifest.warnings == ["1 sessions of its calendar had no bar of IBM: 2000-03-07"])
}

@Test func aStoppedRunOfThePairEndsAsIfNeverStopped() throws {
  let scratch = try ScratchFolder()
  let spec = try strategy("stocks-pair", settings: ["span={ to: 2005-12-31 }"])
  let whole = try run(spec, scratch.path + "/whole")
  let options = RunOptions(
    folder: scratch.path + "/stopped",
    environment: ["folder": .string(repository + "strategies/")])
  var asked = 0
  let interrupted = try RunSession(
    starting: PreparedRun(spec, variant: .detected), options: options
  ).run(stopRequested: {
    asked += 1
    // A run without a model looks up after its first bar, and then after every 1024.
    return asked == 2
  })
  #expect(interrupted.status == .interrupted)
  let session = try #require(
    try RunSession.resume(options.folder, variant: .detected, options: options))
  let resumed = try session.run()
  #expect(resumed.digest == whole.digest)
  #expect(resumed.metrics == whole.metrics)
  #expect(resumed.inputs == whole.inputs)
}

@Test func aStockOfAnotherCurrencyIsWorthItsRate() throws {
  let scratch = try ScratchFolder()
  // A euro that moves between 0.8 and 1.5 dollars, as a hundredth of IBM's price happens to.
  var stream = try BarStream(
    BarFile(path: repository + "fixtures/market/ibm.csv", format: .yahoo))
  var rate: [Bar] = []
  while let bar = try stream.next() {
    rate.append(
      Bar(
        time: bar.time, open: bar.open / 100, high: bar.high / 100, low: bar.low / 100,
        close: bar.close / 100))
  }
  try FileIO.writeAtomically(BarText.bytes(rate), to: scratch.path + "/eurusd.csv")
  let spec = try RunSpec(
    yaml: Array(
      """
      name: euro
      span: { from: 2004-10-01, to: 2005-03-31 }
      data:
        MSFT:
          file: \(repository)fixtures/market/msft.csv
          format: yahoo
          actions: \(repository)fixtures/market/msft-actions.csv
          currency: EUR
          multiplier: 10
          tick: 0.05
          lot: 1
        EURUSD: { file: eurusd.csv, format: pawl }
      positions: { unit: units, rebalance: on_change, MSFT: "7" }
      execution:
        cash: 10000
        currency: USD
        rates: { EUR: EURUSD }
        slippage_ticks: 1
      """.utf8), file: "euro.yaml", folder: scratch.path)
  let folder = scratch.path + "/run"
  _ = try run(spec, folder)
  #expect(try RunInvariants(checking: folder).findings == [])
  // 3.08 and 0.08 for each of 70, at the rate of the close before.
  let flows = try TableText("flows", of: folder)
  let paid = try #require(rate.last { $0.time.iso8601 < "2004-11-15" }).close
  let amount = try #require(Double(flows[1, "amount"]))
  #expect(flows.rows.count == 2)
  #expect(abs(amount - 7 * 3.08 * 10 * paid) < 1e-9)
  let fills = try TableText("fills", of: folder)
  let price = try #require(Double(fills[1, "price"]))
  #expect(abs((price / 0.05).rounded() * 0.05 - price) < 1e-12)
  #expect(try Audit(PreparedRun(spec, variant: .detected), seed: 2).run(cuts: 3) == [])
}
