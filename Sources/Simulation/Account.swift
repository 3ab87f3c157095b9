import Bytes
import Market

/// Cash, positions, and the lots they consist of.
///
/// What must always be true: an instrument has lots exactly when its quantity is not 0; a single
/// lot holds exactly the size of the position, and several sum to it but for rounding.
@usableFromInline
struct Account: Sendable {
  @usableFromInline private(set) var ledger: CashLedger
  /// One for each instrument.
  @usableFromInline var positions: [Position]
  /// Sum of the profit of closed trades, net of their fees.
  private(set) var realisedPnl: Double = 0
  /// Highest equity at the close of a step so far, the starting cash included.
  @usableFromInline var peakEquity: Double
  private(set) var tradeCount = 0

  init(cash: Double, instruments: Int) {
    ledger = CashLedger(cash: cash)
    peakEquity = cash
    positions = Array(repeating: Position(), count: instruments)
  }

  /// Takes note of the range of a whole bar, for the excursions of the lots held through it.
  @inlinable
  mutating func see(high: Double, low: Double, of instrument: Int) {
    positions[instrument].lots.see(high: high, low: low)
  }

  mutating func book(_ flow: Flow) { ledger.book(flow) }

  // Inlined: a row that is returned by a call and copied on stalls on its own stores.
  @inlinable
  @inline(__always)
  mutating func point(bar: Int, time: Timestamp, exposure: Exposure) -> EquityPoint {
    let equity = ledger.cash + exposure.net
    peakEquity = max(peakEquity, equity)
    return EquityPoint(
      bar: bar, time: time, cash: ledger.cash, positionValue: exposure.net, equity: equity,
      drawdown: equity == peakEquity ? 0 : equity / peakEquity - 1, grossExposure: exposure.gross,
      netExposure: exposure.net)
  }

  /// Books a fill: cash, quantity and lots; the trades that it closes are appended to `outbox`.
  ///
  /// - Parameters:
  ///   - fill: what happened.
  ///   - reference: the price before slippage, the last that the closed lots have seen.
  ///   - factor: money that a unit is worth for each 1 of its price.
  ///   - reason: of the order.
  ///   - outbox: takes the trades.
  mutating func book(
    _ fill: Fill, reference: Double, factor: Double, reason: OrderReason,
    to outbox: inout [BrokerEvent]
  ) {
    let instrument = fill.instrument
    let held = positions[instrument].quantity
    let after = fill.side.position(after: held, trading: fill.quantity)
    ledger.book(fill)
    positions[instrument].quantity = after

    var opened = fill.quantity
    var openedFee = fill.fee
    if held != 0, (held > 0) != (fill.side == .buy) {
      let keepsSide = after != 0 && (after > 0) == (held > 0)
      var closing = Closing(
        fill: fill, side: held > 0 ? .long : .short, reference: reference, factor: factor,
        reason: reason)
      if keepsSide {
        reduce(to: abs(after), by: &closing, outbox: &outbox)
      } else {
        closeAll(isFlip: after != 0, by: &closing, outbox: &outbox)
      }
      opened = keepsSide ? 0 : abs(after)
      openedFee = max(0, closing.feeLeft)
    }
    if opened > 0 {
      positions[instrument].lots.append(
        Lot(
          quantity: opened, price: fill.price, fee: openedFee, bar: fill.bar, time: fill.time,
          orderID: fill.orderID, factor: factor, isAmbiguous: fill.isAmbiguous))
    }
  }

  /// Each open position, in the order of instruments.
  func openPositions(at quotes: [Quote]) -> [OpenPosition] {
    positions.indices.filter { positions[$0].quantity != 0 }.map { index in
      let quantity = positions[index].quantity
      let mark = quotes[index].price
      let average = positions[index].lots.averagePrice
      return OpenPosition(
        instrument: index, quantity: quantity, averagePrice: average, markPrice: mark,
        unrealisedPnl: quantity
          * (quotes[index].unitValue - positions[index].lots.averageCost),
        value: quantity * quotes[index].unitValue)
    }
  }

  /// So many units take the place of one.
  ///
  /// - Returns: units held after it.
  mutating func split(_ instrument: Int, ratio: Double) -> Double {
    guard positions[instrument].quantity != 0 else { return 0 }
    positions[instrument].quantity *= ratio
    positions[instrument].lots.split(ratio: ratio)
    return positions[instrument].quantity
  }
}

/// What is held of one instrument.
@usableFromInline
struct Position: Equatable, Sendable {
  /// Units, negative for a short position: the sum of the fills in the order in which they happened, as
  /// `Side.position` adds them.
  @usableFromInline var quantity: Double = 0
  @usableFromInline var lots = LotQueue()
}

/// A fill on its way through the lots that it closes.
private struct Closing {
  let fill: Fill
  /// Of the lots.
  let side: TradeSide
  let reference: Double
  let factor: Double
  let reason: OrderReason
  /// The part of the fill's fee that no trade has taken yet.
  var feeLeft: Double

  init(
    fill: Fill, side: TradeSide, reference: Double, factor: Double, reason: OrderReason
  ) {
    self.fill = fill
    self.side = side
    self.reference = reference
    self.factor = factor
    self.reason = reason
    feeLeft = fill.fee
  }

  /// The share of the fee that falls on `quantity`; the last trade takes what is left, so that the
  /// shares sum to the fee.
  mutating func takeFee(for quantity: Double, isLast: Bool) -> Double {
    let share = isLast ? feeLeft : fill.fee * (quantity / fill.quantity)
    feeLeft -= share
    return share
  }
}

extension Account {
  /// Closes every lot at its own quantity.
  private mutating func closeAll(
    isFlip: Bool, by closing: inout Closing, outbox: inout [BrokerEvent]
  ) {
    let instrument = closing.fill.instrument
    while !positions[instrument].lots.isEmpty {
      let quantity = positions[instrument].lots.first.quantity
      let isLast = !isFlip && positions[instrument].lots.count == 1
      let fee = closing.takeFee(for: quantity, isLast: isLast)
      closeFirst(quantity, exitFee: fee, by: closing, outbox: &outbox)
      positions[instrument].lots.removeFirst()
    }
  }

  /// Closes the oldest lots until `size` units are left.
  ///
  /// The lots' sum and the position are rounded on different ways. So a remainder below 1e-12 of the
  /// fill is rounding, not a trade; and the newest lot, once alone, is set to the position's size.
  private mutating func reduce(
    to size: Double, by closing: inout Closing, outbox: inout [BrokerEvent]
  ) {
    let instrument = closing.fill.instrument
    let rounding = closing.fill.quantity * 1e-12
    var left = closing.fill.quantity
    while left > rounding, positions[instrument].lots.count > 1 {
      let quantity = positions[instrument].lots.first.quantity
      guard quantity <= left + rounding else { break }
      left -= quantity
      let fee = closing.takeFee(for: quantity, isLast: left <= rounding)
      closeFirst(quantity, exitFee: fee, by: closing, outbox: &outbox)
      positions[instrument].lots.removeFirst()
    }
    if left > rounding {
      let quantity = min(left, positions[instrument].lots.first.quantity)
      let fee = closing.takeFee(for: quantity, isLast: true)
      let entryFee = closeFirst(quantity, exitFee: fee, by: closing, outbox: &outbox)
      positions[instrument].lots.first.quantity -= quantity
      positions[instrument].lots.first.fee -= entryFee
    }
    if positions[instrument].lots.count == 1 { positions[instrument].lots.first.quantity = size }
  }

  /// Reports the trade that closes `quantity` of the oldest lot.
  ///
  /// - Returns: the entry fee that went with it.
  @discardableResult
  private mutating func closeFirst(
    _ quantity: Double, exitFee: Double, by closing: Closing, outbox: inout [BrokerEvent]
  ) -> Double {
    let fill = closing.fill
    let lot = positions[fill.instrument].lots.first
    let entryFee =
      quantity == lot.quantity ? lot.fee : lot.fee * (quantity / lot.quantity)
    let fees = entryFee + exitFee
    let sign: Double = closing.side == .long ? 1 : -1
    let pnl =
      sign * quantity * (fill.price * closing.factor - lot.price * lot.factor) - fees
    let excursion = closing.side.excursion(
      entry: lot.price, low: min(lot.low, closing.reference, fill.price),
      high: max(lot.high, closing.reference, fill.price))
    let entryValue = lot.price * lot.factor * quantity
    tradeCount += 1
    realisedPnl += pnl
    outbox.append(
      .trade(
        Trade(
          id: tradeCount, instrument: fill.instrument, side: closing.side, entryTime: lot.time,
          exitTime: fill.time, quantity: quantity, entryPrice: lot.price, exitPrice: fill.price,
          fees: fees, pnl: pnl, returnFraction: entryValue > 0 ? pnl / entryValue : nil,
          barsHeld: fill.bar - lot.bar, mae: excursion?.adverse, mfe: excursion?.favourable,
          entryOrderID: lot.orderID, exitOrderID: fill.orderID, exitReason: closing.reason,
          isAmbiguous: lot.isAmbiguous || fill.isAmbiguous)))
    return entryFee
  }
}

extension TradeSide {
  /// How far the price went against and for a trade, as fractions of its entry price; nil where
  /// that is not positive.
  fileprivate func excursion(
    entry: Double, low: Double, high: Double
  ) -> (adverse: Double, favourable: Double)? {
    guard entry > 0 else { return nil }
    let down = min(0, (low - entry) / entry)
    let up = max(0, (high - entry) / entry)
    return self == .long ? (down, up) : (-up, -down)
  }
}

extension Account: Restorable {
  @usableFromInline
  func save(to writer: inout StateWriter) {
    ledger.save(to: &writer)
    for position in positions {
      writer.write(position.quantity)
      position.lots.save(to: &writer)
    }
    writer.write(realisedPnl)
    writer.write(peakEquity)
    writer.write(tradeCount)
  }

  @usableFromInline
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try ledger.restore(from: &reader)
    for index in positions.indices {
      positions[index].quantity = try reader.readDouble()
      try positions[index].lots.restore(from: &reader)
    }
    realisedPnl = try reader.readDouble()
    peakEquity = try reader.readDouble()
    tradeCount = try reader.readInt()
  }
}

extension CashLedger: Restorable {
  public func save(to writer: inout StateWriter) { writer.write(cash) }
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    self = CashLedger(cash: try reader.readDouble())
  }
}

extension LotQueue: Restorable {
  @usableFromInline
  func save(to writer: inout StateWriter) {
    writer.write(count)
    for lot in held {
      writer.write(lot.quantity)
      writer.write(lot.price)
      writer.write(lot.fee)
      writer.write(lot.high)
      writer.write(lot.low)
      writer.write(lot.bar)
      writer.write(Int(lot.time.milliseconds))
      writer.write(lot.orderID)
      writer.write(lot.factor)
      writer.write(lot.isAmbiguous)
    }
  }

  @usableFromInline
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    let count = try reader.readInt()
    guard count >= 0 else { throw StateError("a count of lots was \(count), at least 0 is needed") }
    self = LotQueue()
    for _ in 0..<count {
      append(
        Lot(
          quantity: try reader.readDouble(), price: try reader.readDouble(),
          fee: try reader.readDouble(), high: try reader.readDouble(),
          low: try reader.readDouble(), bar: try reader.readInt(),
          time: Timestamp(milliseconds: Int64(try reader.readInt())),
          orderID: try reader.readInt(), factor: try reader.readDouble(),
          isAmbiguous: try reader.readBool()))
    }
  }
}
