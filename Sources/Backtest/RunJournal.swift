import Bytes
import Journal
import Market
import Recurrent
import WalkForward

/// Turns events into rows of the tables of a run directory.
///
/// Listening cannot throw, so the first failure to write is kept and thrown by `check`, which the
/// run calls after each step.
final class RunJournal {
  private let instruments: [[UInt8]]
  /// The tables that are written, in the order of `LogTable`.
  private let tables: [LogTable]
  /// By `LogTable`; nil for tables that the run was not asked for.
  private let writers: [TableWriter?]
  // Checks of exclusive access are left out as in `TableWriter`, for the same reason.
  @exclusivity(unchecked)
  private var failure: JournalError?

  /// Begins the tables of a run in `folder`, or goes on where `positions` says, one a table.
  ///
  /// With a `thread`, frames are compressed and written beside the caller.
  init(
    folder: String, spec: RunSpec, resumingAt positions: [TablePosition]?, thread: FrameThread?
  ) throws(JournalError) {
    instruments = spec.instruments.map { Array($0.name.utf8) }
    tables = LogTable.written(by: spec)
    var writers = LogTable.allCases.map { _ in TableWriter?.none }
    let numbers = NumberTexts()
    for (index, table) in tables.enumerated() {
      let path = folder + "/" + table.table.fileName
      if let positions {
        writers[table.rawValue] = try TableWriter(
          resuming: path, table.table, at: positions[index], thread: thread, numbers: numbers)
      } else {
        writers[table.rawValue] = try TableWriter(
          path, table.table, thread: thread, numbers: numbers)
      }
    }
    self.writers = writers
  }

  /// Throws what went wrong since the start, if anything did.
  func check() throws(JournalError) {
    if let failure { throw failure }
  }

  /// Ends all frames and says how far each table goes.
  func checkpoint() throws(JournalError) -> [TablePosition] {
    var positions: [TablePosition] = []
    for case let writer? in writers { positions.append(try writer.checkpoint()) }
    return positions
  }

  /// Ends all tables with what is known only at the end.
  ///
  /// - Returns: what the manifest keeps of each, by name.
  func finish(
    openPositions: [OpenPosition], fitted: [(forecast: FittedForecast, time: Timestamp)]
  ) throws(JournalError) -> [String: TableRecord] {
    try check()
    for (forecast, time) in fitted { try write(forecast, time) }
    for position in openPositions { try write(position) }
    var records: [String: TableRecord] = [:]
    for table in tables { records[table.name] = try writers[table.rawValue]?.finish() }
    return records
  }

  /// Writes the row of an event.
  func write(_ event: Event) {
    guard failure == nil else { return }
    do throws(JournalError) {
      switch event {
      case .update(let update): try write(update)
      case .refit(let refit, let bar, let time): try write(refit, bar, time)
      case .forecast(let forecast, let time, let trainedThrough):
        try write(forecast, time, trainedThrough)
      case .score(let score, let time, _, _): try write(score, time)
      case .order(let order): try write(order)
      case .fill(let fill): try write(fill)
      case .trade(let trade, _): try write(trade)
      case .flow(let flow): try write(flow)
      case .action(let action): try write(action)
      case .equity(let point, _, _): try write(point)
      }
    } catch {
      failure = error
    }
  }

  private func stamp(_ row: TableWriter, _ bar: Int, _ time: Timestamp) {
    row.append(bar)
    stamp(row, time)
  }

  private func stamp(_ row: TableWriter, _ time: Timestamp) {
    row.append(Int(time.milliseconds))
    time.withISO8601 { row.append(plain: $0) }
  }

  private func write(_ refit: Refit, _ bar: Int, _ time: Timestamp) throws(JournalError) {
    guard let row = writers[LogTable.training.rawValue] else { return }
    row.append(refit.index)
    stamp(row, bar, time)
    row.append(refit.samples)
    row.append(refit.epochs)
    row.append(refit.updates)
    row.append(refit.lossFirst)
    row.append(refit.lossLast)
    row.append(refit.validationLoss)
    row.append(refit.bestEpoch)
    row.append(refit.start.rawValue)
    try row.endRow()
  }

  private func write(_ update: UpdateRecord) throws(JournalError) {
    guard let row = writers[LogTable.losses.rawValue] else { return }
    row.append(update.refit)
    row.append(update.epoch)
    row.append(update.update)
    row.append(update.loss)
    row.append(update.validationLoss)
    row.append(update.gradientNorm)
    try row.endRow()
  }

  private func write(_ forecast: FittedForecast, _ time: Timestamp) throws(JournalError) {
    guard let row = writers[LogTable.fitted.rawValue] else { return }
    stamp(row, forecast.bar, time)
    row.append("target")
    row.append(forecast.horizon)
    row.append(forecast.refit)
    row.append(forecast.value)
    row.append(forecast.lower)
    row.append(forecast.upper)
    row.append(forecast.spread)
    row.append(forecast.actual)
    try row.endRow()
  }

  private func write(
    _ forecast: Forecast, _ time: Timestamp, _ trainedThrough: Timestamp
  ) throws(JournalError) {
    guard let row = writers[LogTable.forecasts.rawValue] else { return }
    stamp(row, forecast.bar, time)
    row.append("target")
    row.append(forecast.horizon)
    row.append(forecast.trainedThroughBar)
    row.append(Int(trainedThrough.milliseconds))
    row.append(forecast.refit)
    row.append(forecast.value)
    row.append(forecast.naive)
    row.append(forecast.mean)
    row.append(forecast.lower)
    row.append(forecast.upper)
    row.append(forecast.spread)
    try row.endRow()
  }

  private func write(_ score: Score, _ time: Timestamp) throws(JournalError) {
    guard let row = writers[LogTable.scores.rawValue] else { return }
    stamp(row, score.bar, time)
    row.append("target")
    row.append(score.forecast.horizon)
    row.append(score.forecast.bar)
    row.append(score.forecast.value)
    row.append(score.forecast.naive)
    row.append(score.forecast.mean)
    row.append(score.actual)
    row.append(score.forecast.lower)
    row.append(score.forecast.upper)
    row.append(score.forecast.spread)
    try row.endRow()
  }

  private func write(_ event: OrderEvent) throws(JournalError) {
    guard let row = writers[LogTable.orders.rawValue] else { return }
    row.append(event.sequence)
    stamp(row, event.bar, event.time)
    row.append(event.order.id)
    row.append(event.kind.name)
    row.append(instruments[event.order.instrument])
    row.append(event.order.side.name)
    row.append(event.order.type.name)
    row.append(event.quantity)
    row.append(event.order.limitPrice)
    row.append(event.order.stopPrice)
    row.append(event.order.timeInForce.name)
    row.append(event.reason?.name)
    try row.endRow()
  }

  private func write(_ fill: Fill) throws(JournalError) {
    guard let row = writers[LogTable.fills.rawValue] else { return }
    row.append(fill.sequence)
    stamp(row, fill.bar, fill.time)
    row.append(fill.orderID)
    row.append(instruments[fill.instrument])
    row.append(fill.side.name)
    row.append(fill.quantity)
    row.append(fill.price)
    row.append(fill.fee)
    row.append(fill.slippage)
    row.append(fill.phase.name)
    row.append(fill.isAmbiguous ? 1 : 0)
    row.append(fill.value)
    try row.endRow()
  }

  private func write(_ trade: Trade) throws(JournalError) {
    guard let row = writers[LogTable.trades.rawValue] else { return }
    row.append(trade.id)
    row.append(instruments[trade.instrument])
    row.append(trade.side.name)
    stamp(row, trade.entryTime)
    stamp(row, trade.exitTime)
    row.append(trade.quantity)
    row.append(trade.entryPrice)
    row.append(trade.exitPrice)
    row.append(trade.fees)
    row.append(trade.pnl)
    row.append(trade.returnFraction)
    row.append(trade.barsHeld)
    // Adding zero makes -0.0 the 0.0 that a reader expects.
    row.append(trade.mae.map { $0 + 0 })
    row.append(trade.mfe.map { $0 + 0 })
    row.append(trade.entryOrderID)
    row.append(trade.exitOrderID)
    row.append(trade.exitReason.name)
    row.append(trade.isAmbiguous ? 1 : 0)
    try row.endRow()
  }

  private func write(_ flow: Flow) throws(JournalError) {
    guard let row = writers[LogTable.flows.rawValue] else { return }
    stamp(row, flow.bar, flow.time)
    if let instrument = flow.instrument {
      row.append(instruments[instrument])
    } else {
      row.appendMissing()
    }
    row.append(flow.kind.name)
    row.append(flow.amount)
    try row.endRow()
  }

  private func write(_ action: AppliedAction) throws(JournalError) {
    guard let row = writers[LogTable.actions.rawValue] else { return }
    stamp(row, action.bar, action.time)
    row.append(instruments[action.instrument])
    switch action.kind {
    case .split(let ratio):
      row.append("split")
      row.append(ratio)
    case .dividend(let amount):
      row.append("dividend")
      row.append(amount)
    }
    row.append(action.quantityBefore)
    row.append(action.quantityAfter)
    try row.endRow()
  }

  private func write(_ point: EquityPoint) throws(JournalError) {
    guard let row = writers[LogTable.equity.rawValue] else { return }
    stamp(row, point.bar, point.time)
    row.append(point.cash)
    row.append(point.positionValue)
    row.append(point.equity)
    row.append(point.drawdown)
    row.append(point.grossExposure)
    row.append(point.netExposure)
    try row.endRow()
  }

  private func write(_ position: OpenPosition) throws(JournalError) {
    guard let row = writers[LogTable.positions.rawValue] else { return }
    row.append(instruments[position.instrument])
    row.append(position.quantity)
    row.append(position.averagePrice)
    row.append(position.markPrice)
    row.append(position.unrealisedPnl)
    row.append(position.value)
    try row.endRow()
  }
}
