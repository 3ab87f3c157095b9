import Market

/// What happened on a way through a bar.
enum PathEvent {
  case fill(FillFact)
  case change(OrderChange)
}

/// A fill as it is booked.
struct FillFact {
  /// As it was before.
  let order: WorkingOrder
  let quantity: Double
  let price: Double
  /// The price that the order met.
  let reference: Double
  /// Money of the account that a unit is worth for each 1 of its price.
  let factor: Double
  /// Money, with what of it is the order's whole fee but for the least one.
  let fee: Double
  let owed: Double
  /// Money, the part of the slippage that the order's own impact is.
  let impact: Double
  /// Whether the rest of the order waits.
  let isPart: Bool
  /// Of the order's event.
  let reason: OrderReason?

  init(
    _ order: WorkingOrder, _ fill: FillRule.Fill, reference: Double, rule: FillRule,
    isMaker: Bool = false
  ) {
    self.order = order
    quantity = fill.quantity
    price = fill.price
    self.reference = reference
    factor = rule.factor
    fee = fill.fee
    owed = rule.costs.owed(
      value: fill.quantity * (fill.price * rule.factor), quantity: fill.quantity, of: order,
      isMaker: isMaker)
    impact = fill.impact
    isPart = fill.end == nil && fill.quantity < order.remaining
    reason = fill.end ?? order.fillReason
  }

  /// Money traded.
  var value: Double { quantity * (price * factor) }

  /// Money lost against the price that the order met.
  var slippage: Double { quantity * abs(price * factor - reference * factor) }
}

/// One instrument's bar, and the price's way through it so far: orders that meet a level are
/// filled in the order in which the price comes by.
///
/// A copy is a way not taken yet; the broker takes over what the chosen way has done.
struct PathState {
  private(set) var bar: Bar
  let rule: FillRule
  let touch: Bool
  /// All orders of the instrument, in the order of submission.
  private(set) var orders: [WorkingOrder]
  /// Whether an order may meet the price in this bar.
  private var isLive: [Bool]
  private let isLiveAtFirst: [Bool]
  private(set) var price: Double
  private(set) var holding: Holding
  private(set) var events: [PathEvent] = []
  private var changes: [OrderChange] = []
  var sawHigh: Bool
  var sawLow: Bool

  /// Stands at the open.
  ///
  /// - Parameters:
  ///   - bar: with its whole range.
  ///   - orders: of the instrument, in the order of submission.
  ///   - isLive: whether each may meet the price in this bar.
  ///   - holding: exposure with this position at the open.
  ///   - rule: of the instrument.
  ///   - touch: whether a touch fills a limit order.
  init(
    bar: Bar, orders: [WorkingOrder], isLive: [Bool], holding: Holding, rule: FillRule, touch: Bool
  ) {
    self.bar = bar
    self.orders = orders
    self.isLive = isLive
    isLiveAtFirst = isLive
    self.holding = holding
    self.rule = rule
    self.touch = touch
    price = bar.open
    sawHigh = bar.open >= bar.high
    sawLow = bar.open <= bar.low
  }

  /// What the account is worth at the bar's close, but for other instruments, which no path moves.
  var value: Double { holding.cash + holding.held * (bar.close * holding.factor) }

  /// Goes on with the next of the finer bars that make up a bar: orders meet its open, then its range.
  mutating func enter(_ next: Bar) {
    bar = next
    isLive = isLiveAtFirst
    price = next.open
    sawHigh = next.open >= next.high
    sawLow = next.open <= next.low
  }

  // MARK: - Which order comes next

  /// The first order that fills where the price stands: one that was released behind its level.
  func immediate() -> Int? {
    orders.indices.first { index in
      guard isWaiting(index) else { return false }
      return isReached(orders[index], by: price)
    }
  }

  /// The order that the price meets first on its way up (down) to `end`, nil for none. Of equal
  /// levels a stop comes before a limit that a touch does not fill, then the one submitted first.
  func next(up: Bool, to end: Double) -> Int? {
    var nearest: Int?
    var nearestLevel = 0.0
    for index in orders.indices where isWaiting(index) {
      guard let level = level(orders[index]), isAbove(orders[index]) == up,
        isReached(orders[index], by: end)
      else { continue }
      if let nearest {
        if up ? level > nearestLevel : level < nearestLevel { continue }
        let isTie = level == nearestLevel
        if isTie, isReached(orders[nearest], by: level) || !isReached(orders[index], by: level) {
          continue
        }
      }
      nearest = index
      nearestLevel = level
    }
    return nearest
  }

  /// Whether a price lies at or beyond the level of an order.
  func reachesAnOrder(at price: Double) -> Bool {
    orders.indices.contains { isWaiting($0) && isReached(orders[$0], by: price) }
  }

  private func isWaiting(_ index: Int) -> Bool { isLive[index] && orders[index].available > 0 }

  private func level(_ order: WorkingOrder) -> Double? {
    switch order.way {
    case .limit(let price), .stop(let price): price
    case .market, .open, .close, .nothing: nil
    }
  }

  /// Whether the price has to rise to it.
  private func isAbove(_ order: WorkingOrder) -> Bool {
    if case .stop = order.way { return order.order.side == .buy }
    return order.order.side == .sell
  }

  private func isReached(_ order: WorkingOrder, by price: Double) -> Bool {
    switch order.way {
    case .limit(let limit):
      LimitRule.isReached(by: price, limit: limit, side: order.order.side, touch: touch)
    case .stop(let stop): StopRule.isReached(by: price, stop: stop, side: order.order.side)
    case .market, .open, .close, .nothing: false
    }
  }

  // MARK: - Going on

  /// Takes the price straight to `end`, meeting what lies on the way.
  mutating func go(to end: Double) {
    while true {
      if let index = immediate() {
        meet(index)
      } else if end != price, let index = next(up: end > price, to: end) {
        go(toLevelOf: index)
      } else {
        price = end
        return
      }
    }
  }

  mutating func go(toLevelOf index: Int) {
    if let level = level(orders[index]) { move(to: level) }
    meet(index)
  }

  private mutating func move(to price: Double) {
    self.price = price
    if price >= bar.high { sawHigh = true }
    if price <= bar.low { sawLow = true }
  }

  /// An order meets the price.
  mutating func meet(_ index: Int) {
    let order = orders[index].order
    guard case .stop = orders[index].way else {
      // Beyond its level it meets a price that is there, as at an open.
      fill(index, slips: false, isMaker: level(orders[index]) == price)
      return
    }
    orders[index].isTriggered = true
    events.append(
      .change(
        OrderChange(
          order: order, kind: .triggered, quantity: orders[index].remaining, reason: .stopReached)))
    orders.endEntry(ofStop: index, changes: &changes)
    reportChanges()
    guard let limit = order.limitPrice else {
      fill(index, slips: true)
      return
    }
    let outcome = StopLimitRule.outcome(
      at: price, limit: limit, extreme: order.side == .buy ? bar.high : bar.low,
      close: bar.close, side: order.side, touch: touch)
    switch outcome {
    case .fills: fill(index, slips: true)
    case .waitsForClose: break
    case .rests: isLive[index] = false
    }
  }

  private mutating func fill(_ index: Int, slips: Bool, isMaker: Bool = false) {
    holding = holding.marked(at: price)
    let outcome = rule.outcome(
      of: orders[index], reference: price, slips: slips, isMaker: isMaker, holding: holding)
    // What this bar leaves of an order waits for the next.
    isLive[index] = false
    switch outcome {
    case .waits: break
    case .ends(let reason):
      orders.end(
        index, reason == .notImmediate ? .expired : .cancelled, reason, &changes)
      reportChanges()
    case .fills(let fill):
      let before = orders[index]
      let fact = FillFact(before, fill, reference: price, rule: rule, isMaker: isMaker)
      let held = holding.held
      holding.book(
        quantity: fill.quantity, side: before.order.side, price: fill.price, reference: price,
        fee: fill.fee)
      events.append(.fill(fact))
      orders[index].take(fact)
      if before.isLinked || orders.contains(where: \.isExit) {
        orders.followFill(
          of: index, quantity: fill.quantity, reference: price,
          held: HeldUnits(before: held, after: holding.held), tick: rule.tick, lot: rule.lot,
          changes: &changes)
        reportChanges()
      }
    }
  }

  private mutating func reportChanges() {
    for change in changes { events.append(.change(change)) }
    changes.removeAll(keepingCapacity: true)
  }
}

extension WorkingOrder {
  /// The difference to a target needs no reason at its fill: that it was ordered says it.
  var fillReason: OrderReason? { reason == .rebalance ? nil : reason }

  mutating func take(_ fill: FillFact) {
    filled += fill.quantity
    feesOwed += fill.owed
    feesPaid += fill.fee
    remaining = fill.isPart ? remaining - fill.quantity : 0
    if !fill.isPart { unreleased = 0 }
  }
}
