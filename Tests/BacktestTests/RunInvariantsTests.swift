import Backtest
import Bytes
import Journal
import Testing

/// The number in a cell; a cell that holds none fails the test that reads it.
private func number(_ text: String) -> Double { Double(text) ?? .nan }
private func whole(_ text: String) -> Int { Int(text) ?? .min / 2 }

@Suite struct RunInvariantsTests {
  private static let manifestTables = [
    "training", "forecasts", "scores", "orders", "fills", "trades", "flows", "equity", "positions",
  ]

  /// A good run, made once a test and then damaged.
  private let scratch = Scratch()
  private var run: String { scratch.file("run") }

  private func findings() throws -> [String] {
    try RunInvariants(checking: run).findings.map {
      $0.description.replacing("\(run)/", with: "")
    }
  }

  @Test(arguments: [
    SampleSpec.network(),
    SampleSpec.network(horizon: 0),
    SampleSpec.network(horizon: 1),
    SampleSpec.network(execution: ["fill: next_open"]),
    SampleSpec.network(execution: ["fill: this_close"]),
    SampleSpec.network(execution: ["fill: next_open", "delay_bars: 3"]),
    SampleSpec.network(execution: ["fill: next_close", "max_leverage: 0.7"]),
    SampleSpec.network(execution: ["fill: this_close", "max_leverage: 0.7"]),
    SampleSpec.network(weight: "100 * forecast", unit: "units"),
    SampleSpec.network(weight: "10000 * sign(forecast)", unit: "notional"),
    // Leverage that ruins: orders are rejected, cancelled and only lower exposure.
    SampleSpec.network(
      weight: "90 * sign(forecast)", execution: ["fill: next_close", "max_leverage: 300"]),
  ])
  func aRunThatWasNotTouchedHasNoFindings(spec: String) throws {
    let manifest = try SampleSpec.run(spec, in: run)
    #expect(manifest.status == .complete)
    let checked = try RunInvariants(checking: run)
    #expect(checked.findings == [])
    #expect(checked.rows == manifest.tables.values.reduce(0) { $0 + $1.rows })
    #expect(checked.rows > 300)
  }

  @Test func theSampleFillsEveryTable() throws {
    let manifest = try SampleSpec.run(SampleSpec.network(), in: run)
    for name in Self.manifestTables { #expect((manifest.tables[name]?.rows ?? 0) > 0, "\(name)") }
  }

  /// One cell changed, and the first finding that has to come of it.
  struct Damage: CustomTestStringConvertible, Sendable {
    var table: String
    var row: Int
    var column: String
    /// The new text, from the old.
    var change: @Sendable (String) -> String
    /// Where it is found, if not in that cell.
    var place: String?
    /// Part of what is said to be needed.
    var needed: String

    init(
      _ table: String, _ row: Int, _ column: String,
      to change: @escaping @Sendable (String) -> String,
      at place: String? = nil, needed: String
    ) {
      self.table = table
      self.row = row
      self.column = column
      self.change = change
      self.place = place
      self.needed = needed
    }

    init(
      _ table: String, _ row: Int, _ column: String, to text: String, at place: String? = nil,
      needed: String
    ) {
      self.init(table, row, column, to: { _ in text }, at: place, needed: needed)
    }

    var testDescription: String { "\(table):\(row):\(column) \(needed)" }
  }

  private static let next: @Sendable (String) -> String = { "\(whole($0) + 1)" }
  private static let previous: @Sendable (String) -> String = { "\(whole($0) - 1)" }
  /// The next double: the least that can be wrong.
  private static let nudged: @Sendable (String) -> String = { "\(number($0).nextUp)" }
  private static let tripled: @Sendable (String) -> String = { "\(number($0) * 3)" }
  private static let negated: @Sendable (String) -> String = { "\(-number($0))" }

  static let damages: [Damage] = [
    // Time.
    Damage("equity", 9, "bar", to: next, needed: "8 is needed"),
    Damage(
      "equity", 9, "ts_ms", to: next, at: "equity.csv.zst:9:ts", needed: "2000-01-09T00:00:00.001Z"),
    Damage("equity", 9, "ts", to: "2000-01-09T00:00:00.001Z", needed: "2000-01-09T00:00:00.000Z"),
    Damage("training", 3, "bar", to: "0", needed: "a bar after"),
    Damage("orders", 5, "bar", to: "0", needed: "a bar not before"),
    Damage("fills", 5, "bar", to: "100000", needed: "a bar of equity, which has 160,"),
    Damage("fills", 5, "ts_ms", to: next, at: "fills.csv.zst:5:ts", needed: "Z is needed"),
    Damage("flows", 5, "bar", to: next, at: "flows.csv.zst:5:ts_ms", needed: "the time of bar"),
    // Account.
    Damage(
      "equity", 50, "cash", to: nudged, at: "equity.csv.zst:50:equity",
      needed: "cash + position_value"),
    Damage("equity", 50, "equity", to: nudged, needed: "cash + position_value"),
    Damage("equity", 50, "drawdown", to: nudged, needed: "its highest so far, less 1"),
    Damage("equity", 50, "gross_exposure", to: "0.5", needed: "the size of net_exposure"),
    Damage("equity", 50, "net_exposure", to: nudged, needed: "position_value"),
    Damage("equity", 3, "gross_exposure", to: "7.5", needed: "0.0 with 0 positions"),
    Damage(
      "flows", 2, "amount", to: tripled, at: "equity.csv.zst:3:cash",
      needed: "what fills, fees and flows leave"),
    Damage("flows", 2, "kind", to: "gift", needed: "one of interest, borrow, dividend"),
    Damage("fills", 1, "value", to: nudged, needed: "quantity times price"),
    Damage("trades", 1, "ambiguous", to: "2", needed: "0 or 1"),
    // Orders and fills.
    Damage("orders", 1, "seq", to: "2", needed: "1, counted over orders and fills"),
    Damage("orders", 1, "event", to: "vanished", needed: "an event of an order"),
    Damage("orders", 1, "event", to: "filled", needed: "an event that needs no fill"),
    Damage("orders", 1, "order_id", to: "7", needed: "1, the next in order of submission"),
    Damage("orders", 1, "instrument", to: "Z", needed: "an instrument of the spec"),
    Damage("orders", 1, "side", to: "long", needed: "buy or sell"),
    Damage("orders", 1, "reason", to: "whim", needed: "a known reason"),
    Damage("orders", 1, "quantity", to: negated, needed: "more than 0.0"),
    Damage(
      "orders", 1, "quantity", to: "0.001", at: "fills.csv.zst:1:quantity",
      needed: "at most 0.001, what is left of the order"),
    Damage(
      "orders", 1, "quantity", to: tripled, at: "orders.csv.zst:3:event", needed: "partly_filled, "),
    Damage("orders", 3, "quantity", to: nudged, needed: "that of its fill"),
    Damage(
      "orders", 3, "event", to: "cancelled", needed: "the event of order 1 behind its fill, seq 3,"),
    Damage("orders", 3, "type", to: "market", needed: "market_on_close, as submitted,"),
    Damage("fills", 1, "order_id", to: "2", at: "fills.csv.zst:1:instrument", needed: "as ordered"),
    Damage(
      "fills", 1, "order_id", to: "77", needed: "an order that was submitted and has not ended"),
    Damage("fills", 1, "quantity", to: "-1.0", needed: "more than 0.0"),
    Damage("fills", 1, "fee", to: nudged, needed: "1.0 bps of the traded value"),
    Damage("fills", 1, "slippage", to: "-1.0", needed: "at least 0.0"),
    Damage(
      "fills", 1, "slippage", to: tripled, at: "manifest.json: metrics.slippage",
      needed: "as the logs have it"),
    Damage("fills", 1, "phase", to: "noon", needed: "open, path or close"),
    Damage("fills", 1, "ambiguous", to: "2", needed: "0 or 1"),
    // Trades.
    Damage("trades", 4, "trade_id", to: "5", needed: "4 is needed"),
    Damage(
      "trades", 4, "side", to: { $0 == "long" ? "short" : "long" }, at: "trades.csv.zst:4:pnl",
      needed: "what quantity, prices and fees give"),
    Damage(
      "trades", 4, "quantity", to: tripled, at: "trades.csv.zst:4:pnl", needed: "what quantity"),
    Damage("trades", 4, "pnl", to: nudged, needed: "what quantity, prices and fees give"),
    Damage("trades", 4, "return", to: nudged, needed: "pnl over entry value"),
    Damage("trades", 4, "mae", to: "0.5", needed: "at most 0.0"),
    Damage("trades", 4, "mfe", to: "-0.5", needed: "at least 0.0"),
    Damage("trades", 4, "bars_held", to: next, needed: "is needed"),
    Damage("trades", 4, "entry_order_id", to: next, needed: "that of the oldest units"),
    Damage(
      "trades", 4, "exit_order_id", to: "0", at: "fills.csv.zst",
      needed: "trades of all units that a fill closes"),
    // Positions.
    Damage(
      "positions", 1, "quantity", to: nudged, at: "positions.csv.zst:1:unrealised_pnl",
      needed: "quantity times mark less average price"),
    Damage(
      "positions", 1, "unrealised_pnl", to: nudged, needed: "quantity times mark less average price"
    ),
    Damage("positions", 1, "instrument", to: "Y", needed: "X with "),
    // Learning.
    Damage("training", 3, "refit", to: "4", needed: "3 is needed"),
    Damage("training", 3, "samples", to: "0", needed: "at least 1"),
    Damage("forecasts", 9, "horizon", to: "3", needed: "a horizon of the spec (2)"),
    Damage(
      "forecasts", 9, "trained_through_bar", to: { "\(whole($0) + 4)" },
      needed: "which made the forecast"),
    Damage(
      "forecasts", 9, "trained_through_bar", to: previous, needed: "that of the forecast before"),
    Damage("forecasts", 9, "trained_through_ts_ms", to: next, needed: "the time of bar"),
    Damage("forecasts", 9, "refit", to: next, needed: "the newest refit of training"),
    Damage("forecasts", 9, "forecast", to: nudged, at: "scores.csv.zst", needed: "as in forecasts"),
    Damage(
      "forecasts", 9, "naive", to: nudged, at: "scores.csv.zst", needed: "the naive forecast of bar"
    ),
    Damage(
      "scores", 9, "horizon", to: "1", needed: "a horizon of the spec (2)"),
    Damage("scores", 9, "made_at_bar", to: next, needed: "bar less horizon"),
    Damage("scores", 9, "naive", to: nudged, needed: "as in forecasts"),
    Damage("scores", 9, "mean", to: nudged, needed: "as in forecasts"),
    Damage("scores", 9, "actual", to: nudged, needed: "the naive forecast of bar"),
  ]

  @Test(arguments: damages)
  func oneWrongCellIsFound(damage: Damage) throws {
    try SampleSpec.run(SampleSpec.network(), in: run)
    var table = try TableText(damage.table, of: run)
    let before = table[damage.row, damage.column]
    table[damage.row, damage.column] = damage.change(before)
    #expect(before != table[damage.row, damage.column], "the damage changes the cell")
    try table.write()
    let findings = try findings()
    let place = damage.place ?? "\(damage.table).csv.zst:\(damage.row):\(damage.column)"
    let first = try #require(findings.first, "nothing was found")
    #expect(first.hasPrefix(place) && first.contains(damage.needed), "\(findings)")
  }

  /// Cells changed together, so that each table is good by itself.
  @Test func aChangedFillPriceIsFoundInCash() throws {
    try SampleSpec.run(SampleSpec.network(), in: run)
    var fills = try TableText("fills", of: run)
    let price = number(fills[2, "price"]) + 0.01
    fills[2, "price"] = "\(price)"
    fills[2, "value"] = "\(number(fills[2, "quantity"]) * price)"
    fills[2, "fee"] = "\(abs(number(fills[2, "quantity"]) * price) * 1 / 1e4)"
    try fills.write()
    let bar = whole(fills[2, "bar"])
    #expect(try findings().first?.hasPrefix("equity.csv.zst:\(bar + 1):cash: was ") == true)
  }

  @Test func aRowThatIsMissingLeavesAGap() throws {
    try SampleSpec.run(SampleSpec.network(), in: run)
    for (name, place) in [
      ("equity", "equity.csv.zst:30:bar: was 30, 29 is needed"),
      ("orders", "fills.csv.zst:15:seq: was 45, 44, "), ("fills", "orders.csv.zst:"),
      ("flows", "equity.csv.zst:"), ("trades", "trades.csv.zst:30:trade_id: was 31, 30 is needed"),
      ("training", "training.csv.zst:30:refit: was 31, 30 is needed"),
      ("forecasts", "scores.csv.zst:"),
    ] {
      let good = try TableText(name, of: run)
      var table = good
      table.rows.remove(at: 29)
      try table.write()
      let first = try #require(try findings().first, "\(name)")
      #expect(first.hasPrefix(place), "\(first)")
      try good.write()
    }
    #expect(try findings() == [])
  }

  @Test func aScoreThatStandsTwiceIsFound() throws {
    try SampleSpec.run(SampleSpec.network(), in: run)
    var scores = try TableText("scores", of: run)
    scores.rows.insert(scores.rows[9], at: 10)
    try scores.write()
    #expect(
      try findings().contains {
        $0.hasPrefix("scores.csv.zst:11:made_at_bar: was ")
          && $0.hasSuffix("a bar with a forecast not yet scored is needed")
      })
  }

  @Test func aForecastThatStandsTwiceIsFound() throws {
    try SampleSpec.run(SampleSpec.network(), in: run)
    var forecasts = try TableText("forecasts", of: run)
    forecasts.rows.insert(forecasts.rows[9], at: 10)
    try forecasts.write()
    #expect(
      try findings().first
        == "forecasts.csv.zst:11:horizon: was 2, a horizon behind 2 in the spec is needed")
  }

  @Test func aPositionThatFillsDoNotGiveIsFound() throws {
    try SampleSpec.run(SampleSpec.network(), in: run)
    var positions = try TableText("positions", of: run)
    let last = positions.rows.removeLast()
    try positions.write()
    #expect(try findings().first?.hasPrefix("positions.csv.zst: was 1 rows, Y with ") == true)
    positions.rows += [last, last]
    try positions.write()
    #expect(
      try findings().first?.hasPrefix(
        "positions.csv.zst:3:instrument: was Y, no position that fills do not give is needed")
        == true)
  }

  @Test func figuresAndOpenOrdersOfTheManifestAreThoseOfTheLogs() throws {
    let good = try SampleSpec.run(SampleSpec.network(), in: run)
    #expect(!good.openOrders.isEmpty, "the sample ends with an order that waits")
    for name in ["final_equity", "fees", "slippage", "traded_value", "trades"] {
      var manifest = good
      manifest.metrics[name] = .number(1.5)
      try FileIO.writeAtomically(Array(manifest.json.text.utf8), to: "\(run)/manifest.json")
      let first = try #require(try findings().first, "\(name)")
      #expect(first.hasPrefix("manifest.json: metrics.\(name): was 1.5, "), "\(first)")
    }
    var manifest = good
    manifest.openOrders = []
    try FileIO.writeAtomically(Array(manifest.json.text.utf8), to: "\(run)/manifest.json")
    let first = try #require(try findings().first)
    #expect(first.hasPrefix("manifest.json: open_orders: was none, "), "\(first)")
  }

  @Test func otherStartingCashThanTheSpecSaysIsFound() throws {
    var manifest = try SampleSpec.run(SampleSpec.network(), in: run)
    let text = String(decoding: try FileIO.readAll("\(run)/spec.yaml"), as: UTF8.self)
    let changed = Array(text.replacing("cash: 100000", with: "cash: 100001").utf8)
    manifest.specSHA256 = SHA256.hex(of: changed)
    try FileIO.writeAtomically(changed, to: "\(run)/spec.yaml")
    try FileIO.writeAtomically(Array(manifest.json.text.utf8), to: "\(run)/manifest.json")
    let first = try #require(try findings().first)
    #expect(first.hasPrefix("equity.csv.zst:1:"), "\(first)")
  }

  @Test func findingsOfATableAreBounded() throws {
    try SampleSpec.run(SampleSpec.network(), in: run)
    var equity = try TableText("equity", of: run)
    for row in 1...equity.rows.count { equity[row, "net_exposure"] = "-0.5" }
    try equity.write()
    let findings = try findings()
    #expect(findings.count == 20)
    #expect(findings.allSatisfy { $0.hasPrefix("equity.csv.zst:") })
  }
}
