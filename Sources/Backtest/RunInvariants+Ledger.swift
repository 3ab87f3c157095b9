import Journal
import Market
import Simulation

/// Explains the account by what happened: walks `orders` and `fills` in the order of `seq`, with
/// `flows`, `trades` and `equity` beside them.
///
/// 1. `seq` counts without a gap over both tables, and time never goes back.
/// 2. An order is submitted once, has at most one last event, and is followed by its fills: after
///    its own bar, on its own side, never more than was ordered.
/// 3. Starting cash, fills, fees and flows give the cash of each bar to the last bit.
/// 4. Trades close the oldest units first, at the prices of the fills.
/// 5. Splits change what is held, and nothing else but fills does.
/// 6. What is held and waits at the end is what `positions` and the manifest list.
struct LedgerInvariants {
  private(set) var findings: [Finding] = []
  let directory: String
  let manifest: Manifest
  let instruments: [String]
  private let indexOfInstrument: [String: Int]
  /// Whether a price of it is not yet money of the account.
  private let isConverted: [Bool]
  /// Bars from the one that submits an order to the first that may fill it.
  private let barsToFill: Int

  private let orders: LogRows
  private let fills: LogRows
  private let flows: LogRows
  private let equity: LogRows
  /// Nil where the spec names no file of actions.
  private let actions: LogRows?

  private var sequence = 0
  private var bar = 0
  private var book = OrderBook()
  private var cash: CashLedger
  private var lots: TradedLots
  private(set) var quantities: [Double]
  private var lastEquity: (positionValue: Double, equity: Double)?
  private var totals = (fees: 0.0, slippage: 0.0, tradedValue: 0.0)

  init(_ directory: String, spec: RunSpec, manifest: Manifest) throws(JournalError) {
    self.directory = directory
    self.manifest = manifest
    instruments = spec.instruments.map(\.name)
    indexOfInstrument = Dictionary(
      instruments.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    isConverted = spec.instruments.map { $0.rate != nil || $0.multiplier != 1 }
    barsToFill =
      (spec.execution.settings.fill == .thisClose ? 0 : 1) + spec.execution.settings.delayBars
    cash = CashLedger(cash: spec.execution.settings.cash)
    quantities = Array(repeating: 0, count: instruments.count)
    orders = try LogRows(directory, .orders)
    fills = try LogRows(directory, .fills)
    flows = try LogRows(directory, .flows)
    equity = try LogRows(directory, .equity)
    actions = spec.hasActions ? try LogRows(directory, .actions) : nil
    lots = TradedLots(
      trades: try LogRows(directory, .trades), instruments: instruments)
  }

  mutating func check() throws(JournalError) {
    while equity.hasRow {
      bar = try equity.reader.whole(EquityColumns.bar)
      try takeActions()
      try takeEvents()
      try bookFlows()
      try checkPoint()
      try equity.advance()
    }
    if let fill = book.fillWithoutEvent {
      add(fill.place, found: "no event of order \(fill.orderID)", needed: "one behind its fill")
    }
    for finding in try lots.finish() { add(finding) }
    try checkPositions()
    checkOpenOrders()
    checkMetrics()
  }

  private mutating func add(_ finding: Finding?) {
    guard let finding, findings.count < RunInvariants.maximumFindings else { return }
    findings.append(finding)
  }

  private mutating func add(_ place: String, found: String, needed: String) {
    add(Finding(place: place, found: found, needed: needed))
  }

  // MARK: - Events

  /// Takes the orders and fills up to this bar.
  private mutating func takeEvents() throws(JournalError) {
    while orders.hasRow || fills.hasRow {
      let order = orders.hasRow ? try orders.reader.whole(OrderColumns.sequence) : .max
      let fill = fills.hasRow ? try fills.reader.whole(FillColumns.sequence) : .max
      let isFill = fill < order
      let reader = isFill ? fills.reader : orders.reader
      let barColumn = isFill ? FillColumns.bar : OrderColumns.bar
      let eventBar = try reader.whole(barColumn)
      guard eventBar <= bar else { return }
      if eventBar < bar {
        add(reader.finding(barColumn, needed: "\(bar), where the events before it are,"))
      }
      if min(order, fill) != sequence + 1 {
        add(
          reader.finding(
            isFill ? FillColumns.sequence : OrderColumns.sequence,
            needed: "\(sequence + 1), counted over orders and fills,"))
      }
      sequence = min(order, fill)
      if isFill {
        try takeFill()
        try fills.advance()
      } else {
        add(try book.take(orders.reader))
        try orders.advance()
      }
    }
  }

  private mutating func takeFill() throws(JournalError) {
    let row = fills.reader
    let fill = Fill(
      sequence: sequence, bar: try row.whole(FillColumns.bar),
      time: Timestamp(milliseconds: Int64(try row.whole(FillColumns.milliseconds))),
      orderID: try row.whole(FillColumns.orderID),
      instrument: indexOfInstrument[row.text(FillColumns.instrument)] ?? 0,
      side: row.text(FillColumns.side) == "buy" ? .buy : .sell,
      quantity: try row.double(FillColumns.quantity), price: try row.double(FillColumns.price),
      fee: try row.double(FillColumns.fee), slippage: try row.double(FillColumns.slippage),
      phase: .open, value: try row.double(FillColumns.value))
    let submitted = book.bar(ofOrder: fill.orderID)
    for finding in try book.fill(fill, row, barsToFill: barsToFill) { add(finding) }
    // Orders of this very bar fill behind its flows.
    if submitted == bar { try bookFlows() }
    cash.book(fill)
    totals.fees += fill.fee
    totals.slippage += fill.slippage
    totals.tradedValue += abs(fill.value)
    let held = quantities[fill.instrument]
    quantities[fill.instrument] = fill.side.position(after: held, trading: fill.quantity)
    for finding in try lots.take(fill, held: held, place: row.place(FillColumns.quantity)) {
      add(finding)
    }
  }

  /// Books the flows of this bar.
  private mutating func bookFlows() throws(JournalError) {
    while flows.hasRow, try flows.reader.whole(FlowColumns.bar) <= bar { try bookFlow() }
  }

  private mutating func bookFlow() throws(JournalError) {
    let row = flows.reader
    let kind = FlowKind.allCases.first { $0.name == row.text(FlowColumns.kind) } ?? .interest
    cash.book(
      Flow(
        bar: bar, time: Timestamp(milliseconds: 0), instrument: nil, kind: kind,
        amount: try row.double(FlowColumns.amount)))
    try flows.advance()
  }

  /// Takes the actions of this bar, which come before all else that happens in it.
  private mutating func takeActions() throws(JournalError) {
    guard let actions else { return }
    let row = actions.reader
    while actions.hasRow, try row.whole(ActionColumns.bar) <= bar {
      let index = indexOfInstrument[row.text(ActionColumns.instrument)] ?? 0
      if try row.double(ActionColumns.quantityBefore) != quantities[index] {
        add(
          row.finding(
            ActionColumns.quantityBefore, needed: "\(logText(quantities[index])), what was held,"))
      }
      let amount = try row.double(ActionColumns.amount)
      if row.text(ActionColumns.kind) == "split" {
        lots.split(index, ratio: amount)
      } else if quantities[index] != 0 {
        try takeDividend(of: index, amount * quantities[index])
      }
      quantities[index] = try row.double(ActionColumns.quantityAfter)
      try actions.advance()
    }
    while flows.hasRow, try flows.reader.whole(FlowColumns.bar) <= bar,
      flows.reader.text(FlowColumns.kind) == FlowKind.dividend.name
    {
      add(flows.reader.finding(FlowColumns.kind, needed: "a dividend that actions have, or none"))
      try bookFlow()
    }
  }

  /// Books the payment of a dividend, which is so much in the instrument's currency.
  private mutating func takeDividend(of index: Int, _ amount: Double) throws(JournalError) {
    let row = flows.reader
    let name = instruments[index]
    guard flows.hasRow, try row.whole(FlowColumns.bar) == bar,
      row.text(FlowColumns.kind) == FlowKind.dividend.name,
      row.text(FlowColumns.instrument) == name
    else {
      return add(
        "\(directory)/flows: bar \(bar)", found: "no dividend of \(name)",
        needed: "\(logText(amount)), units held times dividend,")
    }
    let paid = try row.double(FlowColumns.amount)
    if !isConverted[index], abs(paid - amount) > 1e-12 * abs(amount) {
      add(row.finding(FlowColumns.amount, needed: "\(logText(amount)), units held times dividend,"))
    }
    try bookFlow()
  }

  private mutating func checkPoint() throws(JournalError) {
    let row = equity.reader
    let logged = try row.double(EquityColumns.cash)
    if logged != cash.cash {
      add(
        row.finding(
          EquityColumns.cash, needed: "\(logText(cash.cash)), what fills, fees and flows leave,"))
      // So that later bars are judged by their own events.
      cash = CashLedger(cash: logged)
    }
    let value = try row.double(EquityColumns.positionValue)
    let held = quantities.count { $0 != 0 }
    if held == 0, value != 0 {
      add(row.finding(EquityColumns.positionValue, needed: "0.0 without a position"))
    }
    let gross = try row.double(EquityColumns.gross)
    if held <= 1, gross != abs(value) {
      add(
        row.finding(
          EquityColumns.gross, needed: "\(logText(abs(value))) with \(held) positions"))
    }
    lastEquity = (value, try row.double(EquityColumns.equity))
  }

  // MARK: - The end

  private mutating func checkPositions() throws(JournalError) {
    let rows = try LogRows(directory, .positions)
    let row = rows.reader
    var value = 0.0
    for index in quantities.indices where quantities[index] != 0 {
      let needed = "\(instruments[index]) with \(logText(quantities[index])), the sum of its fills,"
      guard rows.hasRow else {
        return add(row.path, found: "\(row.row) rows", needed: needed)
      }
      guard row.text(PositionColumns.instrument) == instruments[index] else {
        return add(row.finding(PositionColumns.instrument, needed: needed))
      }
      let quantity = try row.double(PositionColumns.quantity)
      if quantity != quantities[index] {
        add(row.finding(PositionColumns.quantity, needed: needed))
      }
      let average = try row.double(PositionColumns.average)
      let paid = lots.averagePrice(of: index)
      if abs(average - paid) > 1e-9 * abs(paid) {
        add(
          row.finding(
            PositionColumns.average, needed: "\(logText(paid)), that of the units still held,"))
      }
      value += try row.double(PositionColumns.value)
      try rows.advance()
    }
    if rows.hasRow {
      add(row.finding(PositionColumns.instrument, needed: "no position that fills do not give"))
    }
    if let lastEquity, lastEquity.positionValue != value {
      add(
        row.path, found: "positions worth \(logText(value))",
        needed: "\(logText(lastEquity.positionValue)), the last position_value of equity,")
    }
  }

  private mutating func checkOpenOrders() {
    let listed = manifest.openOrders.map { order in
      "\(order["order_id"]?.intValue ?? 0) over "
        + logText(order["quantity"]?.doubleValue ?? .nan)
    }
    let waiting = book.working.map { "\($0.id) over \(logText($0.remaining))" }
    if listed != waiting {
      func text(_ orders: [String]) -> String {
        orders.isEmpty ? "none" : orders.joined(separator: ", ")
      }
      add(
        "\(directory)/\(Manifest.fileName): open_orders", found: text(listed),
        needed: text(waiting))
    }
  }

  /// Figures of the manifest that are a number of the logs; one that is null is not judged.
  private mutating func checkMetrics() {
    var figures: [(String, JSONValue?, Double)] = [
      ("fees", manifest.metrics["fees"], totals.fees),
      ("slippage", manifest.metrics["slippage"], totals.slippage),
      ("traded_value", manifest.metrics["traded_value"], totals.tradedValue),
      ("trades", manifest.metrics["trades"], Double(lots.tradeCount)),
    ]
    if let equity = lastEquity?.equity {
      figures.append(("final_equity", manifest.metrics["final_equity"], equity))
      figures.append(
        ("whole_span.final_equity", manifest.metrics["whole_span"]?["final_equity"], equity))
    }
    for (name, figure, needed) in figures {
      guard let found = figure?.doubleValue, found != needed else { continue }
      add(
        "\(directory)/\(Manifest.fileName): metrics.\(name)", found: logText(found),
        needed: "\(logText(needed)), as the logs have it,")
    }
  }
}
