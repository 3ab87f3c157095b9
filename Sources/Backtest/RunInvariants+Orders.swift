import Journal
import Market

/// The lives of orders, as rows of `orders` and `fills` tell them.
struct OrderBook {
  struct Working {
    let id: Int
    let bar: Int
    let instrument: String
    let side: String
    let type: String
    /// For which it was submitted.
    let reason: String
    /// Units asked for.
    let submitted: Double
    var remaining: Double
    /// NaN of orders without one, and of exits that no entry has set yet.
    var limit: Double
  }
  /// A fill whose event of its order has not come yet.
  struct PendingFill {
    let orderID: Int
    let quantity: Double
    let sequence: Int
    let place: String
  }

  private var live: [Int: Working] = [:]
  private var submitted = 0
  private(set) var fillWithoutEvent: PendingFill?

  /// Orders that wait, in the order of submission.
  var working: [Working] { live.values.sorted { $0.id < $1.id } }

  /// The bar that submitted a working order; nil where there is none.
  func bar(ofOrder id: Int) -> Int? { live[id]?.bar }

  /// Takes a row of `orders`.
  ///
  /// - Returns: what is wrong with it.
  mutating func take(_ row: TableReader) throws(JournalError) -> Finding? {
    let id = try row.whole(OrderColumns.id)
    let quantity = try row.double(OrderColumns.quantity)
    guard let kind = OrderEventKind(name: row.text(OrderColumns.event)) else { return nil }
    let isFilling = kind == .filled || kind == .partlyFilled
    if let pending = fillWithoutEvent {
      fillWithoutEvent = nil
      guard isFilling, pending.orderID == id else {
        return row.finding(
          OrderColumns.event,
          needed: "the event of order \(pending.orderID) behind its fill, seq \(pending.sequence),")
      }
      guard pending.quantity == quantity else {
        return row.finding(
          OrderColumns.quantity, needed: "\(logText(pending.quantity)), that of its fill,")
      }
    } else if isFilling {
      return row.finding(
        OrderColumns.event, needed: "an event that needs no fill, or one before it")
    }
    if kind == .submitted { return try submit(id, quantity, row) }
    guard let order = live[id] else {
      return row.finding(
        OrderColumns.id, needed: "an order that was submitted and has not ended")
    }
    if let finding = mismatch(order, row) { return finding }
    live[id]?.limit = try row.double(OrderColumns.limitPrice)
    return end(order, kind, quantity, row)
  }

  private mutating func submit(
    _ id: Int, _ quantity: Double, _ row: TableReader
  ) throws(JournalError) -> Finding? {
    let needed = submitted + 1
    submitted = max(submitted, id)
    live[id] = Working(
      id: id, bar: try row.whole(OrderColumns.bar), instrument: row.text(OrderColumns.instrument),
      side: row.text(OrderColumns.side), type: row.text(OrderColumns.type),
      reason: row.text(OrderColumns.reason),
      submitted: quantity,
      remaining: quantity,
      limit: try row.double(OrderColumns.limitPrice))
    return id == needed
      ? nil : row.finding(OrderColumns.id, needed: "\(needed), the next in order of submission,")
  }

  private func mismatch(_ order: Working, _ row: TableReader) -> Finding? {
    let columns = [
      (OrderColumns.instrument, order.instrument), (OrderColumns.side, order.side),
      (OrderColumns.type, order.type),
    ]
    for (column, needed) in columns where row.text(column) != needed {
      return row.finding(column, needed: "\(needed), as submitted,")
    }
    return nil
  }

  /// Takes an event behind the submission; all but a part of a fill is the order's last.
  private mutating func end(
    _ order: Working, _ kind: OrderEventKind, _ quantity: Double, _ row: TableReader
  ) -> Finding? {
    switch kind {
    case .partlyFilled:
      return order.remaining > 0
        ? nil : row.finding(OrderColumns.event, needed: "filled, nothing is left of the order,")
    case .filled:
      live[order.id] = nil
      // What a fill could not take is dropped only where a limit cut it.
      let reason = row.text(OrderColumns.reason)
      let isCut = OrderReason.allCases.contains { $0.isCut && $0.name == reason }
      return order.remaining == 0 || isCut
        ? nil
        : row.finding(
          OrderColumns.event, needed: "partly_filled, \(logText(order.remaining)) are left,")
    case .cancelled, .replaced, .expired, .rejected:
      live[order.id] = nil
      return quantity == order.remaining
        ? nil
        : row.finding(
          OrderColumns.quantity, needed: "\(logText(order.remaining)), what is left of the order,")
    case .amended:
      live[order.id]?.remaining = quantity
      return nil
    case .submitted, .triggered, .released: return nil
    }
  }

  /// Takes a row of `fills` and says what is wrong with it; `barsToFill` are the bars from the
  /// submission of an order to the first that may fill it.
  mutating func fill(
    _ fill: Fill, _ row: TableReader, barsToFill: Int
  ) throws(JournalError) -> [Finding] {
    var findings: [Finding] = []
    if let pending = fillWithoutEvent {
      findings.append(
        row.finding(
          FillColumns.orderID,
          needed: "the event of order \(pending.orderID) behind its fill, seq \(pending.sequence),")
      )
    }
    fillWithoutEvent = PendingFill(
      orderID: fill.orderID, quantity: fill.quantity, sequence: fill.sequence,
      place: row.place())
    guard let order = live[fill.orderID] else {
      findings.append(
        row.finding(
          FillColumns.orderID, needed: "an order that was submitted and has not ended"))
      return findings
    }
    let columns = [(FillColumns.instrument, order.instrument), (FillColumns.side, order.side)]
    for (column, needed) in columns where row.text(column) != needed {
      findings.append(row.finding(column, needed: "\(needed), as ordered,"))
    }
    // A margin call knows no delay.
    let bars = order.reason == OrderReason.marginCall.name ? 1 : barsToFill
    if fill.bar < order.bar + bars {
      findings.append(
        row.finding(
          FillColumns.bar,
          needed: "a bar not before \(order.bar + bars) for an order of bar \(order.bar)"))
    }
    // An exit takes with it what rounding would leave of a position.
    if fill.quantity > order.remaining + 1e-12 * order.submitted {
      findings.append(
        row.finding(
          FillColumns.quantity,
          needed: "at most \(logText(order.remaining)), what is left of the order,"))
    }
    if fill.side.sign * (fill.price - order.limit) > 0 {
      findings.append(
        row.finding(
          FillColumns.price, needed: "\(logText(order.limit)) or better, the limit of the order,"))
    }
    live[fill.orderID]?.remaining -= fill.quantity
    return findings
  }
}
