import Bytes
import Journal
import Market
import Simulation
import Testing

@testable import Backtest

// Runs whose targets are made by every type of order, protected by exits and sized in every unit: the
// laws hold, the logs explain themselves, and a run goes on from any bar with the same bits.

/// A spec that trades two indices, or a pair with a model, by the sections given.
private struct OrderRun: CustomTestStringConvertible, Sendable {
  var testDescription: String
  /// From `positions` on.
  var trading: String
  var hasModel = false

  init(_ name: String, _ trading: String, hasModel: Bool = false) {
    testDescription = name
    self.trading = trading
    self.hasModel = hasModel
  }

  static func rule(_ name: String, _ more: String, settings: String = "unit: weight") -> OrderRun {
    OrderRun(
      name,
      """
      positions:
        \(settings)
        SP500: where(SP500.close > sma(SP500.close, 5), 0.6, -0.6)
        NASDAQ: where(NASDAQ.close > lag(NASDAQ.close, 3), 0.5, -0.5)
      \(more)
      """)
  }

  static let all: [OrderRun] = [
    rule("limit", "orders: { SP500: { type: limit, limit: 0.002 } }"),
    rule(
      "limit of a day",
      "orders: { SP500: { type: limit, limit: 0.002, time_in_force: day }, NASDAQ: { type: limit, limit: 3, unit: distance, time_in_force: ioc } }",
      settings: "rebalance: on_change"),
    rule(
      "stop",
      "orders: { SP500: { type: stop, stop: 0.003 }, NASDAQ: { type: stop, stop: 5, unit: distance } }"
    ),
    rule(
      "stop limit",
      "orders: { SP500: { type: stop_limit, stop: 0.003, limit: 0.001, time_in_force: gtd, good_for: 3 } }",
      settings: "rebalance: on_change"),
    rule(
      "price of an expression",
      "orders: { SP500: { type: limit, unit: price, limit: 'SP500.close - 0.3 * sign(SP500.close - sma(SP500.close, 5)) * std(SP500.close, 5)' } }"
    ),
    rule(
      "at open and close",
      "orders: { SP500: { type: market_on_open }, NASDAQ: { type: market_on_close } }"),
    rule(
      "bracket",
      "exits: { SP500: { stop_loss: 0.006, take_profit: 0.009 }, NASDAQ: { stop_loss: 8, take_profit: 20, unit: distance } }",
      settings: "rebalance: on_change"),
    rule("bracket at every bar", "exits: { SP500: { stop_loss: 0.006, take_profit: 0.009 } }"),
    rule(
      "trailing",
      "exits: { SP500: { trailing_stop: 0.008 }, NASDAQ: { trailing_stop: 0.01, take_profit: 0.03 } }",
      settings: "rebalance: on_change"),
    rule(
      "limit with bracket",
      """
      orders: { SP500: { type: limit, limit: 0.002 }, NASDAQ: { type: stop, stop: 0.002 } }
      exits: { SP500: { stop_loss: 0.006, take_profit: 0.009 }, NASDAQ: { trailing_stop: 0.01 } }
      """),
    rule(
      "risk",
      "exits: { SP500: { stop_loss: 0.01 }, NASDAQ: { stop_loss: 'std(NASDAQ.close, 10)', unit: distance } }",
      settings: "unit: risk\n  rebalance: on_change"),
    rule(
      "volatility", "",
      settings:
        "unit: volatility\n  volatility_target: 0.15\n  volatility_window: 10\n  rebalance_band: 0.05"
    ),
    OrderRun(
      "kelly",
      """
      positions:
        unit: kelly
        volatility_window: 20
        kelly_fraction: 0.5
        kelly_cap: 1.5
        on_null: flat
        SP500: sma(diff(log(SP500.close)), 15)
      exits: { SP500: { trailing_stop: 0.02 } }
      """),
    OrderRun(
      "pair",
      """
      positions:
        unit: notional
        rebalance: on_change
        legs: all_or_none
        X: 20000 * sign(forecast)
        Y: -20000 * sign(forecast) / hedge_ratio(Y, X)
      """, hasModel: true),
  ]

  private var bars: String {
    hasModel
      ? """
      generate: { kind: coint_path, bars: 150, start: 100, delta: 0.2, sigma: 0.5, seed: 1 }
      features: { x: diff(X.close), spread: Y.close - X.close }
      target: { value: diff(X.close), horizon: 2 }
      model: { forecaster: ridge, lookback: 3 }
      walk_forward: { train: rolling, window: 40, first: 30, refit_every: 4 }
      """
      : """
      span: { from: 1999-01-04, to: 1999-12-31 }
      data:
        SP500: { file: ../fixtures/market/sp500.csv, format: yahoo, kind: index }
        NASDAQ: { file: ../fixtures/market/nasdaq.csv, format: yahoo, kind: index }
      """
  }

  func spec(
    fill: FillPolicy = .nextOpen, path: PathModel = .worst, execution: String = ""
  ) throws -> RunSpec {
    let text = """
      name: orders
      \(bars)
      \(trading)
      execution:
        cash: 100000
        fee_bps: 0.5
        slippage_bps: 1
        bars_per_year: 252
        fill: \(fill.rawValue)
        path: \(path.rawValue)
        \(execution)

      """
    return try RunSpec(
      yaml: Array(text.utf8), file: "orders.yaml", folder: repository + "strategies")
  }

  func prepared(fill: FillPolicy = .nextOpen, path: PathModel = .worst) throws -> PreparedRun {
    try PreparedRun(spec(fill: fill, path: path), variant: .detected)
  }
}

private let paths: [PathModel] = [.worst, .openHighLowClose, .openLowHighClose, .adaptive]

@Test(arguments: OrderRun.all)
private func noOrderSeesTheFuture(run: OrderRun) throws {
  for fill in FillPolicy.allCases {
    for path in paths {
      let prepared = try run.prepared(fill: fill, path: path)
      let findings = try Audit(prepared, seed: 5).run(cuts: 3)
      #expect(findings == [], "\(fill.rawValue), \(path.rawValue)")
    }
  }
}

@Test(arguments: OrderRun.all)
private func theLogsOfAnyOrderExplainThemselves(run: OrderRun) throws {
  let scratch = try ScratchFolder()
  for fill in FillPolicy.allCases {
    for (number, path) in paths.enumerated() {
      let folder = "\(scratch.path)/\(fill.rawValue)-\(number)"
      let manifest = try RunSession(
        starting: run.prepared(fill: fill, path: path), options: RunOptions(folder: folder)
      ).run()
      #expect(manifest.status == .complete)
      #expect(manifest.tables["fills"]?.rows ?? 0 > 5, "\(fill.rawValue), \(path.rawValue)")
      let checked = try RunInvariants(checking: folder)
      #expect(checked.findings == [], "\(fill.rawValue), \(path.rawValue)")
    }
  }
}

@Test(arguments: OrderRun.all)
private func aRunSavedAtAnyBarGoesOnWithTheSameBits(run: OrderRun) throws {
  for fill in FillPolicy.allCases {
    let prepared = try run.prepared(fill: fill)
    var whole = EventTrace()
    var engine = try prepared.makeEngine()
    while try engine.step({ whole.add($0) }) {}
    var parts = EventTrace()
    var other = try prepared.makeEngine()
    while try other.step({ parts.add($0) }) {
      guard other.bar % 7 == 0 else { continue }
      var writer = StateWriter()
      other.save(to: &writer)
      other = try prepared.makeEngine()
      var reader = StateReader(writer.bytes)
      try other.restore(from: &reader)
      #expect(reader.isAtEnd)
    }
    #expect(parts.entries == whole.entries, "\(fill.rawValue)")
  }
}

@Test func aFillPastTheLimitOfItsOrderIsFound() throws {
  let scratch = try ScratchFolder()
  let folder = scratch.path + "/run"
  let run = try #require(OrderRun.all.first { $0.testDescription == "limit" })
  _ = try RunSession(starting: run.prepared(), options: RunOptions(folder: folder)).run()
  var table = try TableText("fills", of: folder)
  let row = try #require(
    table.rows.indices.first {
      table[$0 + 1, "instrument"] == "SP500" && table[$0 + 1, "side"] == "buy"
    })
  // A row that is sound by itself.
  let value = 9000 * (try #require(Double(table[row + 1, "quantity"])))
  table[row + 1, "price"] = "9000.0"
  table[row + 1, "value"] = "\(value)"
  table[row + 1, "fee"] = "\(value * 0.5 / 1e4)"
  try table.write()
  let findings = try RunInvariants(checking: folder).findings.map(\.description)
  #expect(findings.contains { $0.contains("or better, the limit of the order") })
}

@Test func theExitsOfASpecNameWhatClosedATrade() throws {
  let run = try #require(OrderRun.all.first { $0.testDescription == "bracket" })
  var reasons: Set<String> = []
  var kinds: Set<String> = []
  var engine = try run.prepared().makeEngine()
  while try engine.step({ event in
    if case .trade(let trade, _) = event { reasons.insert(trade.exitReason.name) }
    if case .order(let order) = event, order.kind == .cancelled {
      kinds.insert(order.reason?.name ?? "")
    }
  }) {}
  #expect(reasons == ["rebalance", "stop_loss", "take_profit"])
  #expect(kinds.isSuperset(of: ["sibling_filled", "position_closed"]))
}

@Test func openOrdersOfTheManifestHaveTheirPrices() throws {
  let scratch = try ScratchFolder()
  let run = OrderRun.rule(
    "far",
    "orders: { SP500: { type: stop_limit, stop: 0.5, limit: 0.1, time_in_force: gtd, good_for: 9 } }"
  )
  let manifest = try RunSession(
    starting: run.prepared(), options: RunOptions(folder: scratch.path + "/run")
  ).run()
  let order = try #require(manifest.openOrders.first { $0["type"]?.stringValue == "stop_limit" })
  let stop = try #require(order["stop_price"]?.doubleValue)
  let limit = try #require(order["limit_price"]?.doubleValue)
  let isBuy = order["side"]?.stringValue == "buy"
  #expect(abs(limit / stop - (isBuy ? 1.1 : 0.9)) < 1e-12)
  #expect(order["time_in_force"]?.stringValue == "gtd")
}

/// The slope of Y on X over rows, in another order of operations.
private func slope(_ rows: [(y: Double, x: Double)]) -> Double {
  let meanY = rows.map(\.y).reduce(0, +) / Double(rows.count)
  let meanX = rows.map(\.x).reduce(0, +) / Double(rows.count)
  let products = rows.map { ($0.y - meanY) * ($0.x - meanX) }.reduce(0, +)
  return products / rows.map { ($0.x - meanX) * ($0.x - meanX) }.reduce(0, +)
}

@Test(arguments: ["expanding", "rolling"])
func aHedgeRatioIsTheSlopeUpToTheBarThatTheRefitWasTrainedThrough(train: String) throws {
  let window = train == "rolling" ? ", window: 40" : ""
  let text = """
    name: pair
    generate: { kind: coint_path, bars: 120, start: 100, delta: 0.2, sigma: 0.5, seed: 1 }
    features: { x: diff(X.close) }
    target: { value: diff(X.close), horizon: 2 }
    model: { forecaster: naive }
    walk_forward: { train: \(train)\(window), first: 30, refit_every: 5 }
    positions: { unit: units, X: "hedge_ratio(Y, X)" }
    execution: { cash: 100000, fill: this_close }

    """
  let spec = try RunSpec(yaml: Array(text.utf8), file: "pair.yaml", folder: "")
  let prepared = try PreparedRun(spec, variant: .detected)
  let series = try prepared.series()
  var engine = try prepared.makeEngine()
  var trained = -1
  var checked = 0
  while try engine.step({ event in
    if case .forecast(let forecast, _, _) = event { trained = forecast.trainedThroughBar }
  }) {
    let held = engine.broker.position(of: 0)
    guard trained >= 0 else {
      #expect(held == 0)
      continue
    }
    var rows = (0...trained).map { (y: series[1].bars[$0].close, x: series[0].bars[$0].close) }
    if train == "rolling" { rows = rows.suffix(40) }
    #expect(abs(held - slope(rows)) < 1e-9 * abs(held), "bar \(engine.bar)")
    checked += 1
  }
  #expect(checked > 60)
}
