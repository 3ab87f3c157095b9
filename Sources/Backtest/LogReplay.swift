import Journal
import Market
import WalkForward

/// Turns the rows of a run's logs back into the events that they came from, as far as figures need them.
struct LogReplay {
  private let directory: String
  private let instruments: [String: Int]
  /// Bars from the one that decides to the first that may fill.
  private let barsToFill: Int
  /// The first bar at which an order could fill, by the first one submitted; nil without an order.
  private(set) var firstFillableBar: Int?
  /// When each bar closed.
  private(set) var times: [Timestamp] = []

  init(_ directory: String, spec: RunSpec) {
    self.directory = directory
    instruments = Dictionary(
      spec.instruments.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    barsToFill = spec.execution.settings.fill == .thisClose ? 0 : 1
  }

  /// Hands all that figures depend on to `metrics`.
  ///
  /// - Throws: where a table is missing, torn, or holds what no log does.
  mutating func run(
    _ metrics: RunMetrics, testedFromBar: Int
  ) throws(JournalError) -> RunMetrics {
    var metrics = metrics
    // Sums of one table do not depend on the rows of another.
    try readForecasts(&metrics)
    try readScores(&metrics)
    try readFirstOrder()
    try readFills(&metrics)
    try readTrades(&metrics)
    try readEquity(&metrics, testedFromBar)
    return metrics
  }

  private func readForecasts(_ metrics: inout RunMetrics) throws(JournalError) {
    let rows = try LoggedRows(directory, .forecasts)
    let (bar, horizon) = (try rows.column("bar"), try rows.column("horizon"))
    let (value, spread) = (try rows.column("forecast"), try rows.column("spread"))
    while try rows.next() {
      let forecast = Forecast(
        bar: try rows.whole(bar), horizon: try rows.whole(horizon), trainedThroughBar: 0, refit: 1,
        value: try rows.number(value), naive: .nan, mean: .nan, spread: try rows.number(spread))
      let time = Timestamp(milliseconds: 0)
      metrics.add(.forecast(forecast, time: time, trainedThrough: time))
    }
  }

  private func readScores(_ metrics: inout RunMetrics) throws(JournalError) {
    let rows = try LoggedRows(directory, .scores)
    let (bar, madeAt) = (try rows.column("bar"), try rows.column("made_at_bar"))
    let (horizon, value) = (try rows.column("horizon"), try rows.column("forecast"))
    let (naive, mean) = (try rows.column("naive"), try rows.column("mean"))
    let (lower, upper) = (try rows.column("lower"), try rows.column("upper"))
    let actual = try rows.column("actual")
    while try rows.next() {
      guard metrics.hasHorizon(try rows.whole(horizon)) else {
        throw rows.damage(horizon, needed: "a horizon of the run")
      }
      let forecast = Forecast(
        bar: try rows.whole(madeAt), horizon: try rows.whole(horizon), trainedThroughBar: 0,
        refit: 1, value: try rows.number(value), naive: try rows.number(naive),
        mean: try rows.number(mean), lower: try rows.number(lower), upper: try rows.number(upper))
      metrics.add(
        .score(
          Score(bar: try rows.whole(bar), forecast: forecast, actual: try rows.number(actual)),
          time: Timestamp(milliseconds: 0), oracle: nil, scale: .nan))
    }
  }

  private mutating func readFirstOrder() throws(JournalError) {
    let rows = try LoggedRows(directory, .orders)
    let bar = try rows.column("bar")
    if try rows.next() { firstFillableBar = try rows.whole(bar) + barsToFill }
  }

  private func readFills(_ metrics: inout RunMetrics) throws(JournalError) {
    let rows = try LoggedRows(directory, .fills)
    let (bar, instrument) = (try rows.column("bar"), try rows.column("instrument"))
    let (quantity, price) = (try rows.column("quantity"), try rows.column("price"))
    let (fee, slippage) = (try rows.column("fee"), try rows.column("slippage"))
    let ambiguous = try rows.column("ambiguous")
    // Runs of the first version do not have it: their prices were money of the account.
    let value = rows.columnIfAny("value")
    while try rows.next() {
      metrics.add(
        .fill(
          Fill(
            sequence: rows.row, bar: try rows.whole(bar), time: Timestamp(milliseconds: 0),
            orderID: 0, instrument: try self.instrument(rows, instrument), side: .buy,
            quantity: try rows.number(quantity), price: try rows.number(price),
            fee: try rows.number(fee), slippage: try rows.number(slippage), phase: .open,
            isAmbiguous: try rows.whole(ambiguous) != 0,
            value: try value.map { column throws(JournalError) in try rows.number(column) })))
    }
  }

  private func readTrades(_ metrics: inout RunMetrics) throws(JournalError) {
    let rows = try LoggedRows(directory, .trades)
    let (instrument, side) = (try rows.column("instrument"), try rows.column("side"))
    let (entryTime, exitTime) = (try rows.column("entry_ts_ms"), try rows.column("exit_ts_ms"))
    let (quantity, fees) = (try rows.column("quantity"), try rows.column("fees"))
    let (entry, exit) = (try rows.column("entry_price"), try rows.column("exit_price"))
    let (pnl, held) = (try rows.column("pnl"), try rows.column("bars_held"))
    let (mae, mfe) = (try rows.column("mae"), try rows.column("mfe"))
    let reason = try rows.column("exit_reason")
    // Runs of the first version do not have it.
    let ambiguous = rows.columnIfAny("ambiguous")
    let reasons = Dictionary(uniqueKeysWithValues: OrderReason.allCases.map { ($0.name, $0) })
    while try rows.next() {
      guard let exitReason = reasons[rows.text(reason)] else {
        throw rows.damage(reason, needed: "a reason of this version")
      }
      let isLong = rows.text(side) == TradeSide.long.name
      guard isLong || rows.text(side) == TradeSide.short.name else {
        throw rows.damage(side, needed: "long or short")
      }
      let (adverse, favourable) = (try rows.number(mae), try rows.number(mfe))
      let trade = Trade(
        id: rows.row, instrument: try self.instrument(rows, instrument),
        side: isLong ? .long : .short, entryTime: try rows.time(entryTime),
        exitTime: try rows.time(exitTime), quantity: try rows.number(quantity),
        entryPrice: try rows.number(entry), exitPrice: try rows.number(exit),
        fees: try rows.number(fees), pnl: try rows.number(pnl), returnFraction: nil,
        barsHeld: try rows.whole(held), mae: adverse.isNaN ? nil : adverse,
        mfe: favourable.isNaN ? nil : favourable, entryOrderID: 0, exitOrderID: 0,
        exitReason: exitReason,
        isAmbiguous: try ambiguous.map { column throws(JournalError) in try rows.whole(column) != 0
        }
          ?? false)
      metrics.add(.trade(trade, bar: 0))
    }
  }

  private mutating func readEquity(
    _ metrics: inout RunMetrics, _ testedFromBar: Int
  ) throws(JournalError) {
    let rows = try LoggedRows(directory, .equity)
    let (bar, time) = (try rows.column("bar"), try rows.column("ts_ms"))
    let (cash, value) = (try rows.column("cash"), try rows.column("position_value"))
    let (equity, drawdown) = (try rows.column("equity"), try rows.column("drawdown"))
    let (gross, net) = (try rows.column("gross_exposure"), try rows.column("net_exposure"))
    while try rows.next() {
      let point = EquityPoint(
        bar: try rows.whole(bar), time: try rows.time(time), cash: try rows.number(cash),
        positionValue: try rows.number(value), equity: try rows.number(equity),
        drawdown: try rows.number(drawdown), grossExposure: try rows.number(gross),
        netExposure: try rows.number(net))
      guard point.bar == rows.row - 1 else { throw rows.damage(bar, needed: "\(rows.row - 1)") }
      guard times.last.map({ $0 < point.time }) ?? true else {
        throw rows.damage(time, needed: "a time after that of the bar before")
      }
      times.append(point.time)
      metrics.add(
        .equity(
          point, hasPosition: point.grossExposure != 0, orderCouldFill: point.bar >= testedFromBar))
    }
  }

  private func instrument(_ rows: LoggedRows, _ column: Int) throws(JournalError) -> Int {
    guard let index = instruments[rows.text(column)] else {
      throw rows.damage(column, needed: "an instrument of the run")
    }
    return index
  }
}

/// The rows of a table whose columns are found by their names, so that runs of other versions are read.
private struct LoggedRows {
  private let reader: TableReader

  init(_ directory: String, _ table: LogTable) throws(JournalError) {
    reader = try TableReader("\(directory)/\(table.table.fileName)")
  }

  /// From 1.
  var row: Int { reader.row }

  func next() throws(JournalError) -> Bool { try reader.next() }

  func column(_ name: String) throws(JournalError) -> Int {
    guard let index = reader.column(name) else {
      throw .damaged(
        "\(reader.path):0", found: reader.header.joined(separator: ","), needed: "a column \(name)")
    }
    return index
  }

  func columnIfAny(_ name: String) -> Int? { reader.column(name) }

  func text(_ column: Int) -> String { reader.text(column) }

  func whole(_ column: Int) throws(JournalError) -> Int {
    guard let value = try reader.int(column) else {
      throw damage(column, needed: "a whole number")
    }
    return value
  }

  /// NaN where it is missing.
  func number(_ column: Int) throws(JournalError) -> Double { try reader.double(column) }

  func time(_ column: Int) throws(JournalError) -> Timestamp {
    let milliseconds = try whole(column)
    guard Timestamp.range.contains(Int64(milliseconds)) else {
      throw damage(column, needed: "a time within the years 0 to 9999")
    }
    return Timestamp(milliseconds: Int64(milliseconds))
  }

  func damage(_ column: Int, needed: String) -> JournalError {
    .damaged(reader.finding(column, needed: needed))
  }
}
