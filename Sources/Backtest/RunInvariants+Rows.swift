import Bytes
import Journal
import Market
import Simulation
import WalkForward

/// The rules that a table keeps by itself, row by row, given the times of the bars.
///
/// `equity` has a row for each bar and comes before the other tables; its times are what theirs are held
/// against.
struct RowInvariants {
  private let instruments: Set<String>
  private let horizons: [Int]
  private let fees: FeeSchedule
  /// Whether some price is not yet money of the account.
  private let hasFactors: Bool
  private let hasQuantiles: Bool
  private let isEnsemble: Bool
  /// When each bar closed, in milliseconds.
  private var times: [Int] = []
  /// Nothing is held against the times of an `equity` that is damaged itself.
  private var timesAreGood = true
  private var peakEquity: Double
  /// The bar of the newest row of each table, in the order of `LogTable`.
  private var lastBars = Array(repeating: -1, count: LogTable.allCases.count)
  private var lastHorizon = -1
  private var lastRefit = 0
  private var lastUpdate = -1
  private var lastTrainedThrough = -1

  init(_ spec: RunSpec) {
    instruments = Set(spec.instruments.map(\.name))
    horizons = spec.learning?.target.horizons ?? []
    fees = spec.execution.settings.fees
    peakEquity = spec.execution.settings.cash
    hasFactors = spec.instruments.contains { $0.multiplier != 1 || $0.rate != nil }
    let network = spec.learning?.network
    hasQuantiles = (network?.training.loss.outputsPerLabel ?? 1) > 1
    isEnsemble = (network?.ensemble ?? 1) > 1
  }

  /// What is wrong with the next row of a table.
  mutating func findings(
    _ table: LogTable, _ row: TableReader
  ) throws(JournalError) -> [Finding] {
    var found = RowFindings(row)
    if table.hasBar { try checkStamp(table, &found) }
    switch table {
    case .losses: try checkLoss(&found)
    case .training: try checkTraining(&found)
    case .fitted: try checkFitted(&found)
    case .forecasts: try checkForecast(&found)
    case .scores: try checkScore(&found)
    case .orders: try checkOrder(&found)
    case .actions: try checkAction(&found)
    case .fills: try checkFill(&found)
    case .trades: try checkTrade(&found)
    case .flows: checkFlow(&found)
    case .equity: try checkEquity(&found)
    case .positions: try checkPosition(&found)
    }
    if table == .equity, !found.findings.isEmpty { timesAreGood = false }
    if table.hasBar { lastBars[table.rawValue] = try row.whole(table.index("bar")) }
    return found.findings
  }

  // MARK: - Time

  private func checkStamp(_ table: LogTable, _ found: inout RowFindings) throws(JournalError) {
    let columns = StampColumns(table)
    let bar = try found.row.whole(columns.bar)
    let time = try found.row.whole(columns.milliseconds)
    let last = lastBars[table.rawValue]
    try checkText(columns.text, of: time, &found)
    switch table {
    case .equity:
      found.require(bar == last + 1, columns.bar, "\(last + 1)")
      if let before = times.last, last >= 0 {
        found.require(
          time > before, columns.milliseconds, "a time after \(before), that of the bar before")
      }
    case .training: found.require(bar > last, columns.bar, "a bar after \(last)")
    default: found.require(bar >= last, columns.bar, "a bar not before \(last)")
    }
    if table != .equity { try checkTime(columns.milliseconds, ofBar: columns.bar, &found) }
  }

  /// Requires the time of a bar that `equity` has.
  private func checkTime(
    _ column: Int, ofBar barColumn: Int, _ found: inout RowFindings
  ) throws(JournalError) {
    guard timesAreGood else { return }
    let bar = try found.row.whole(barColumn)
    guard times.indices.contains(bar) else {
      return found.require(false, barColumn, "a bar of equity, which has \(times.count),")
    }
    found.require(
      try found.row.whole(column) == times[bar], column, "\(times[bar]), the time of bar \(bar),")
  }

  private func checkText(
    _ column: Int, of milliseconds: Int, _ found: inout RowFindings
  ) throws(JournalError) {
    guard Timestamp.range.contains(Int64(milliseconds)) else {
      return found.require(false, column - 1, "a time within the years 0 to 9999")
    }
    let text = Timestamp(milliseconds: Int64(milliseconds)).iso8601
    found.require(found.row.bytes(column).elementsEqual(text.utf8), column, text)
  }

  // MARK: - Learning

  /// Updates are counted within epochs, epochs within refits, all without a gap but where a fit
  /// begins again.
  private mutating func checkLoss(_ found: inout RowFindings) throws(JournalError) {
    let refit = try found.row.whole(LossColumns.refit)
    let epoch = try found.row.whole(LossColumns.epoch)
    let update = try found.row.whole(LossColumns.update)
    found.require(refit >= lastRefit, LossColumns.refit, "a refit not before \(lastRefit)")
    found.require(epoch >= 0, LossColumns.epoch, "at least 0")
    found.require(
      update == 0 || refit == lastRefit && update == lastUpdate + 1, LossColumns.update,
      "0, or \(lastUpdate + 1) of refit \(lastRefit)")
    (lastRefit, lastUpdate) = (refit, update)
  }

  private func checkFitted(_ found: inout RowFindings) throws(JournalError) {
    checkHorizon(FittedColumns.horizon, try found.row.whole(FittedColumns.horizon), &found)
    found.require(
      try found.row.whole(FittedColumns.refit) >= 1, FittedColumns.refit, "at least 1")
    try checkUncertainty(.fitted, &found)
  }

  /// Quantiles and spreads stand where the spec asks for them.
  private func checkUncertainty(
    _ table: LogTable, _ found: inout RowFindings
  ) throws(JournalError) {
    let columns = UncertaintyColumns(table)
    for column in [columns.lower, columns.upper] {
      let needed = hasQuantiles ? "a quantile" : "nothing, as there are no quantiles,"
      found.require(found.row.isMissing(column) != hasQuantiles, column, needed)
    }
    if hasQuantiles {
      let lower = try found.row.double(columns.lower)
      found.require(
        try found.row.double(columns.upper) >= lower, columns.upper,
        "at least \(logText(lower)), the lower end,")
    }
    let spread = try found.row.double(columns.spread)
    found.require(
      isEnsemble ? spread >= 0 : spread.isNaN, columns.spread,
      isEnsemble ? "at least 0.0" : "nothing, as there is one model,")
  }

  private func checkTraining(_ found: inout RowFindings) throws(JournalError) {
    let refit = try found.row.whole(TrainingColumns.refit)
    let number = found.row.row
    found.require(refit == number, TrainingColumns.refit, "\(number)")
    found.require(
      try found.row.whole(TrainingColumns.samples) >= 1, TrainingColumns.samples, "at least 1")
    let start = found.row.text(TrainingColumns.start)
    found.require(
      Refit.Start(rawValue: start) != nil, TrainingColumns.start,
      SpecSection.oneOf(Refit.Start.allCases.map(\.rawValue)))
    if !found.row.isMissing(TrainingColumns.bestEpoch) {
      let best = try found.row.whole(TrainingColumns.bestEpoch)
      found.require(best >= 1, TrainingColumns.bestEpoch, "at least 1")
    }
  }

  private mutating func checkForecast(_ found: inout RowFindings) throws(JournalError) {
    typealias Columns = ForecastColumns
    let bar = try found.row.whole(Columns.bar)
    let horizon = try found.row.whole(Columns.horizon)
    let trained = try found.row.whole(Columns.trainedThroughBar)
    checkHorizon(Columns.horizon, horizon, &found)
    if bar == lastBars[LogTable.forecasts.rawValue] {
      found.require(
        (horizons.firstIndex(of: lastHorizon) ?? -1) < (horizons.firstIndex(of: horizon) ?? 0),
        Columns.horizon, "a horizon behind \(lastHorizon) in the spec")
    }
    found.require(
      trained <= bar, Columns.trainedThroughBar, "a bar not after \(bar), which made the forecast,")
    found.require(
      trained < bar + horizon, Columns.trainedThroughBar,
      "a bar before \(bar + horizon), which is forecast,")
    found.require(
      trained >= lastTrainedThrough, Columns.trainedThroughBar,
      "a bar not before \(lastTrainedThrough), that of the forecast before,")
    try checkTime(Columns.trainedThroughTime, ofBar: Columns.trainedThroughBar, &found)
    try checkUncertainty(.forecasts, &found)
    lastHorizon = horizon
    lastTrainedThrough = max(lastTrainedThrough, trained)
  }

  private func checkScore(_ found: inout RowFindings) throws(JournalError) {
    typealias Columns = ScoreColumns
    let horizon = try found.row.whole(Columns.horizon)
    let maturity = try found.row.whole(Columns.bar) - horizon
    checkHorizon(Columns.horizon, horizon, &found)
    found.require(
      try found.row.whole(Columns.madeAtBar) == maturity, Columns.madeAtBar,
      "\(maturity), bar less horizon,")
    try checkUncertainty(.scores, &found)
  }

  private func checkHorizon(_ column: Int, _ horizon: Int, _ found: inout RowFindings) {
    found.require(
      horizons.contains(horizon), column,
      "a horizon of the spec (\(horizons.map(String.init).joined(separator: ", ")))")
  }

  // MARK: - Trading

  private func checkOrder(_ found: inout RowFindings) throws(JournalError) {
    checkInstrument(OrderColumns.instrument, &found)
    checkSide(OrderColumns.side, ["buy", "sell"], &found)
    let kind = found.row.text(OrderColumns.event)
    found.require(OrderEventKind(name: kind) != nil, OrderColumns.event, "an event of an order")
    found.require(
      try found.row.double(OrderColumns.quantity) > 0, OrderColumns.quantity, "more than 0.0")
    if !found.row.isMissing(OrderColumns.reason) {
      let reason = found.row.text(OrderColumns.reason)
      found.require(
        OrderReason.allCases.contains { $0.name == reason }, OrderColumns.reason, "a known reason")
    }
  }

  private func checkFill(_ found: inout RowFindings) throws(JournalError) {
    typealias Columns = FillColumns
    checkInstrument(Columns.instrument, &found)
    checkSide(Columns.side, ["buy", "sell"], &found)
    let quantity = try found.row.double(Columns.quantity)
    found.require(quantity > 0, Columns.quantity, "more than 0.0")
    let price = try found.row.double(Columns.price)
    let value = try found.row.double(Columns.value)
    found.require(
      value == quantity * price || hasFactors, Columns.value,
      "\(logText(quantity * price)), quantity times price,")
    if fees.isFlatRate {
      try found.require(
        Columns.fee, equals: abs(value) * fees.takerBps / 1e4,
        "\(logText(fees.takerBps)) bps of the traded value")
    } else {
      found.require(try found.row.double(Columns.fee) >= 0, Columns.fee, "at least 0.0")
    }
    found.require(
      try found.row.double(Columns.slippage) >= 0, Columns.slippage, "at least 0.0")
    let phase = found.row.text(Columns.phase)
    found.require(
      ["open", "path", "close"].contains(phase), Columns.phase, "open, path or close")
    found.require(
      (0...1).contains(try found.row.whole(Columns.ambiguous)), Columns.ambiguous, "0 or 1")
  }

  private func checkTrade(_ found: inout RowFindings) throws(JournalError) {
    typealias Columns = TradeColumns
    checkInstrument(Columns.instrument, &found)
    checkSide(Columns.side, ["long", "short"], &found)
    let number = found.row.row
    found.require(try found.row.whole(Columns.id) == number, Columns.id, "\(number)")
    let entryTime = try found.row.whole(Columns.entryTime)
    let exitTime = try found.row.whole(Columns.exitTime)
    try checkText(Columns.entryTime + 1, of: entryTime, &found)
    try checkText(Columns.exitTime + 1, of: exitTime, &found)
    found.require(
      entryTime <= exitTime, Columns.exitTime, "a time not before \(entryTime), the entry,")
    let quantity = try found.row.double(Columns.quantity)
    found.require(quantity > 0, Columns.quantity, "more than 0.0")
    let entry = try found.row.double(Columns.entryPrice)
    let exit = try found.row.double(Columns.exitPrice)
    let fees = try found.row.double(Columns.fees)
    let sign: Double = found.row.text(Columns.side) == "long" ? 1 : -1
    // With a multiplier or a currency rate the prices alone do not say it; the ledger does.
    if !hasFactors {
      try found.require(
        Columns.pnl, equals: sign * quantity * (exit - entry) - fees,
        "what quantity, prices and fees give")
      let value = entry * quantity
      let pnl = try found.row.double(Columns.pnl)
      try found.require(
        Columns.returnFraction, equals: value > 0 ? pnl / value : .nan, "pnl over entry value")
    }
    found.require(
      (0...1).contains(try found.row.whole(Columns.ambiguous)), Columns.ambiguous, "0 or 1")
    if try found.row.double(Columns.mae) > 0 { found.require(false, Columns.mae, "at most 0.0") }
    if try found.row.double(Columns.mfe) < 0 { found.require(false, Columns.mfe, "at least 0.0") }
  }

  private func checkAction(_ found: inout RowFindings) throws(JournalError) {
    typealias Columns = ActionColumns
    checkInstrument(Columns.instrument, &found)
    let amount = try found.row.double(Columns.amount)
    found.require(amount > 0, Columns.amount, "more than 0.0")
    let before = try found.row.double(Columns.quantityBefore)
    switch found.row.text(Columns.kind) {
    case "split":
      try found.require(Columns.quantityAfter, equals: before * amount, "quantity times ratio")
    case "dividend": try found.require(Columns.quantityAfter, equals: before, "as before")
    default: found.require(false, Columns.kind, "split or dividend")
    }
  }

  private func checkFlow(_ found: inout RowFindings) {
    if !found.row.isMissing(FlowColumns.instrument) {
      checkInstrument(FlowColumns.instrument, &found)
    }
    let kind = found.row.text(FlowColumns.kind)
    found.require(
      FlowKind.allCases.contains { $0.name == kind }, FlowColumns.kind,
      "one of \(FlowKind.allCases.map(\.name).joined(separator: ", "))")
  }

  private func checkInstrument(_ column: Int, _ found: inout RowFindings) {
    found.require(
      instruments.contains(found.row.text(column)), column, "an instrument of the spec")
  }

  private func checkSide(_ column: Int, _ sides: [String], _ found: inout RowFindings) {
    found.require(
      sides.contains(found.row.text(column)), column, sides.joined(separator: " or "))
  }

  // MARK: - Account

  private mutating func checkEquity(_ found: inout RowFindings) throws(JournalError) {
    typealias Columns = EquityColumns
    times.append(try found.row.whole(Columns.bar + 1))
    let cash = try found.row.double(Columns.cash)
    let value = try found.row.double(Columns.positionValue)
    try found.require(Columns.equity, equals: cash + value, "cash + position_value")
    let equity = try found.row.double(Columns.equity)
    peakEquity = max(peakEquity, equity)
    try found.require(
      Columns.drawdown, equals: equity / peakEquity - 1,
      "equity over \(logText(peakEquity)), its highest so far, less 1")
    try found.require(Columns.net, equals: value, "position_value")
    found.require(
      try found.row.double(Columns.gross) >= abs(value), Columns.gross,
      "at least \(logText(abs(value))), the size of net_exposure,")
  }

  private func checkPosition(_ found: inout RowFindings) throws(JournalError) {
    typealias Columns = PositionColumns
    checkInstrument(Columns.instrument, &found)
    let quantity = try found.row.double(Columns.quantity)
    found.require(quantity != 0, Columns.quantity, "a quantity other than 0.0")
    let gain = try found.row.double(Columns.mark) - found.row.double(Columns.average)
    if !hasFactors {
      try found.require(
        Columns.unrealised, equals: quantity * gain, "quantity times mark less average price")
      try found.require(
        Columns.value, equals: quantity * found.row.double(Columns.mark), "quantity times mark")
    }
  }
}

/// Collects what is found in a row.
struct RowFindings {
  let row: TableReader
  private(set) var findings: [Finding] = []

  init(_ row: TableReader) { self.row = row }

  /// Says what a cell has to be unless it is.
  mutating func require(
    _ holds: Bool, _ column: Int, _ needed: @autoclosure () -> String
  ) {
    if !holds { findings.append(row.finding(column, needed: needed())) }
  }

  /// Requires the very number that follows from others, no other bits.
  mutating func require(
    _ column: Int, equals value: Double, _ reason: String = ""
  ) throws(JournalError) {
    let found = try row.double(column)
    require(
      found == value || (found.isNaN && value.isNaN), column,
      logText(value) + (reason.isEmpty ? "" : ", \(reason),"))
  }
}

extension LogTable {
  fileprivate var hasBar: Bool { ![.losses, .trades, .positions].contains(self) }
}

extension OrderEventKind {
  init?(name: String) {
    var kind = OrderEventKind(rawValue: 0)
    while let candidate = kind, candidate.name != name {
      kind = OrderEventKind(rawValue: candidate.rawValue + 1)
    }
    guard let kind else { return nil }
    self = kind
  }
}
