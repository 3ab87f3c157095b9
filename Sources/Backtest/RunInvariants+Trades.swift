import Journal
import Market

/// Units held by fill, oldest first, and the rows of `trades` that close them.
///
/// The engine rounds the lots and the position on different ways, so quantities and shares of fees
/// are held to a part in 1e9; prices, times and orders to the last bit.
struct TradedLots {
  private static let tolerance = 1e-9

  private struct Lot {
    let fill: Fill
    var quantity: Double
    /// Of a unit, in the instrument's price and in money of the account.
    var price: Double
    var cost: Double
    /// Units and fee as they were at the entry, but for splits.
    var opened: Double
    let fee: Double
  }

  private let trades: LogRows
  private let instruments: [String]
  private var lots: [[Lot]]
  /// The oldest lot that is held, of each instrument.
  private var heads: [Int]
  private(set) var tradeCount = 0

  init(trades: LogRows, instruments: [String]) {
    self.trades = trades
    self.instruments = instruments
    lots = Array(repeating: [], count: instruments.count)
    heads = Array(repeating: 0, count: instruments.count)
  }

  /// Of the units still held.
  func averagePrice(of instrument: Int) -> Double {
    var value = 0.0
    var quantity = 0.0
    for lot in lots[instrument][heads[instrument]...] {
      value += lot.quantity * lot.price
      quantity += lot.quantity
    }
    return value / quantity
  }

  /// Takes a fill and the trades that it closes, and says what is wrong with them; `held` are the
  /// units before it.
  mutating func take(
    _ fill: Fill, held: Double, place: String
  ) throws(JournalError) -> [Finding] {
    var findings: [Finding] = []
    let after = fill.side.position(after: held, trading: fill.quantity)
    let isClosing = held != 0 && (held > 0) != (fill.side == .buy)
    let flips = after != 0 && (after > 0) != (held > 0)
    var closing = isClosing ? min(fill.quantity, abs(held)) : 0
    let rounding = Self.tolerance * fill.quantity
    while trades.hasRow, try isOf(fill) {
      let row = trades.reader
      let quantity = try row.double(TradeColumns.quantity)
      guard quantity <= closing + rounding, heads[fill.instrument] < lots[fill.instrument].count
      else {
        findings.append(
          row.finding(
            TradeColumns.quantity,
            needed: "at most \(logText(max(0, closing))), what \(place) closes,"))
        try advance()
        continue
      }
      closing -= quantity
      findings += try check(row, closing: quantity, by: fill, isLong: held > 0)
      try advance()
    }
    if closing > rounding {
      findings.append(
        Finding(
          place: place, found: "\(logText(closing)) closed units that no trade has",
          needed: "trades of all units that a fill closes"))
    }
    if isClosing, after == 0 || flips {
      lots[fill.instrument].removeAll(keepingCapacity: true)
      heads[fill.instrument] = 0
    }
    let opened = isClosing ? (flips ? abs(after) : 0) : fill.quantity
    if opened > 0 {
      lots[fill.instrument].append(
        Lot(
          fill: fill, quantity: opened, price: fill.price, cost: fill.value / fill.quantity,
          opened: opened, fee: fill.fee * (opened / fill.quantity)))
    }
    return findings
  }

  /// So many units take the place of one.
  mutating func split(_ instrument: Int, ratio: Double) {
    for index in heads[instrument]..<lots[instrument].count {
      lots[instrument][index].quantity *= ratio
      lots[instrument][index].opened *= ratio
      lots[instrument][index].price /= ratio
      lots[instrument][index].cost /= ratio
    }
  }

  /// Says which trade no fill has closed.
  func finish() throws(JournalError) -> [Finding] {
    guard trades.hasRow else { return [] }
    return [
      trades.reader.finding(TradeColumns.exitOrderID, needed: "an order whose fill closes units")
    ]
  }

  private mutating func advance() throws(JournalError) {
    tradeCount += 1
    try trades.advance()
  }

  private func isOf(_ fill: Fill) throws(JournalError) -> Bool {
    let order = try trades.reader.whole(TradeColumns.exitOrderID)
    let time = try trades.reader.whole(TradeColumns.exitTime)
    return order == fill.orderID && time == Int(fill.time.milliseconds)
  }

  private mutating func check(
    _ row: TableReader, closing quantity: Double, by fill: Fill, isLong: Bool
  ) throws(JournalError) -> [Finding] {
    let head = heads[fill.instrument]
    let lot = lots[fill.instrument][head]
    var found = RowFindings(row)
    let entryTime = Int(lot.fill.time.milliseconds)
    let name = instruments[fill.instrument]
    found.require(
      row.text(TradeColumns.instrument) == name, TradeColumns.instrument, "\(name), as filled,")
    let side = isLong ? "long" : "short"
    found.require(row.text(TradeColumns.side) == side, TradeColumns.side, "\(side), what was held,")
    found.require(
      try row.whole(TradeColumns.entryOrderID) == lot.fill.orderID, TradeColumns.entryOrderID,
      "\(lot.fill.orderID), that of the oldest units,")
    found.require(
      try row.whole(TradeColumns.entryTime) == entryTime, TradeColumns.entryTime,
      "\(entryTime), that of the oldest units,")
    found.require(
      try row.double(TradeColumns.entryPrice) == lot.price, TradeColumns.entryPrice,
      "\(logText(lot.price)), that of the oldest units,")
    found.require(
      try row.double(TradeColumns.exitPrice) == fill.price, TradeColumns.exitPrice,
      "\(logText(fill.price)), that of the fill,")
    let bars = fill.bar - lot.fill.bar
    found.require(try row.whole(TradeColumns.barsHeld) == bars, TradeColumns.barsHeld, "\(bars)")
    let fees =
      lot.fee * (quantity / lot.opened) + fill.fee * (quantity / fill.quantity)
    let feeRounding = Self.tolerance * (1 + lot.fee + fill.fee)
    found.require(
      abs(try row.double(TradeColumns.fees) - fees) <= feeRounding, TradeColumns.fees,
      "\(logText(fees)), the shares of both fees,")
    let exitCost = fill.value / fill.quantity
    let pnl = (isLong ? 1 : -1) * quantity * (exitCost - lot.cost) - fees
    found.require(
      abs(try row.double(TradeColumns.pnl) - pnl)
        <= Self.tolerance * quantity * (abs(exitCost) + abs(lot.cost)) + feeRounding,
      TradeColumns.pnl, "\(logText(pnl)), what its fills brought in,")
    let left = lot.quantity - quantity
    let rounding = Self.tolerance * max(lot.opened, fill.quantity)
    found.require(
      left >= -rounding, TradeColumns.quantity,
      "at most \(logText(lot.quantity)), the oldest units,")
    lots[fill.instrument][head].quantity = left
    if left <= rounding { heads[fill.instrument] += 1 }
    return found.findings
  }
}
