import Market

/// The orders that targets make, where a spec asks for other than market orders, and those that
/// protect what they open.
extension Broker {
  func exitRule(of instrument: Int) -> ExitRule? {
    exitRules.isEmpty || exitRules[instrument].isEmpty ? nil : exitRules[instrument]
  }

  // MARK: - The order

  /// Whether an instrument's order would have the levels that its type needs.
  func hasLevels(of instrument: Int, _ levels: TargetLevels) -> Bool {
    let type = orderRules[instrument].type
    return !(type.hasLimitPrice && levels[.limit, instrument].isNaN)
      && !(type.hasStopPrice && levels[.stop, instrument].isNaN)
  }

  /// The order of a difference. Its levels are measured from the close: a limit on the side from which
  /// the price has to come, a stop on the other one; the limit of a stop-limit order lies beyond its
  /// stop.
  func targetOrder(of want: Decision.Want, _ levels: TargetLevels) -> Order {
    let instrument = want.instrument
    let side: Side = want.difference > 0 ? .buy : .sell
    var order = Order(
      id: orderCount, instrument: instrument, side: side, quantity: abs(want.difference),
      type: execution.fill == .nextOpen ? .market : .marketOnClose, decidedAtBar: bar)
    guard !orderRules.isEmpty else { return order }
    let rule = orderRules[instrument]
    order.timeInForce = rule.timeInForce
    guard rule.type != .market else { return order }
    order.type = rule.type
    let close = quotes[instrument].price
    let limit = levels[.limit, instrument]
    let stop = rule.unit.price(levels[.stop, instrument], from: close, sign: side.sign)
    switch rule.type {
    case .limit:
      order.limitPrice = rule.unit.price(limit, from: close, sign: -side.sign)
    case .stop: order.stopPrice = stop
    case .stopLimit:
      order.stopPrice = stop
      order.limitPrice = rule.unit.price(limit, from: stop, sign: side.sign)
    case .market, .marketOnOpen, .marketOnClose, .trailingStop: break
    }
    let tick = ticks[instrument]
    order.limitPrice = order.limitPrice.map { TickRule.limit($0, side: side, tick: tick) }
    order.stopPrice = order.stopPrice.map { TickRule.against($0, side: side, tick: tick) }
    return order
  }

  /// Whether the prices of an order are prices.
  func hasPrices(_ order: Order) -> Bool {
    let isSigned = allowsSignedPrices[order.instrument]
    if let price = order.limitPrice, !OrderCheck.isPrice(price, isSigned: isSigned) {
      return false
    }
    if let price = order.stopPrice, !OrderCheck.isPrice(price, isSigned: isSigned) { return false }
    return true
  }

  // MARK: - What protects it

  /// Whether all exits that are asked for have a level that makes sense: a distance above 0, or a
  /// price on the right side of where the entry will be.
  func canProtect(
    _ exit: ExitRule, of instrument: Int, isLong: Bool, levels: TargetLevels
  ) -> Bool {
    let sign: Double = isLong ? 1 : -1
    let entry = entryPrice(of: instrument, isLong: isLong, levels)
    func isSound(_ kind: TargetLevels.Kind, below most: Double, sign: Double) -> Bool {
      let level = levels[kind, instrument]
      if exit.unit == .price {
        return OrderCheck.isPrice(level, isSigned: allowsSignedPrices[instrument])
          && sign * (level - entry) > 0
      }
      return level > 0 && level.isFinite && (exit.unit != .fraction || level < most)
    }
    return !(exit.hasStopLoss && !isSound(.stopLoss, below: 1, sign: -sign))
      && !(exit.hasTakeProfit && !isSound(.takeProfit, below: .infinity, sign: sign))
      && !(exit.hasTrailingStop && !isSound(.trailingStop, below: 1, sign: -sign))
  }

  /// Where an entry is expected: at its limit or stop, else at the close.
  private func entryPrice(
    of instrument: Int, isLong: Bool, _ levels: TargetLevels
  ) -> Double {
    let close = quotes[instrument].price
    guard !orderRules.isEmpty else { return close }
    let rule = orderRules[instrument]
    let sign: Double = isLong ? 1 : -1
    switch rule.type {
    case .limit: return rule.unit.price(levels[.limit, instrument], from: close, sign: -sign)
    case .stop, .stopLimit:
      return rule.unit.price(levels[.stop, instrument], from: close, sign: sign)
    case .market, .marketOnOpen, .marketOnClose, .trailingStop: return close
    }
  }

  /// Adds a target order, and the exits of the part of it that opens or raises a position.
  mutating func submit(
    _ entry: WorkingOrder, with exit: ExitRule, of want: Decision.Want, _ levels: TargetLevels
  ) {
    var entry = entry
    let size = abs(want.difference)
    let closes = want.expected * want.difference < 0 ? min(abs(want.expected), size) : 0
    entry.closing = closes
    let opens = size - closes
    entry.hasChildren = opens > 0
    working.append(entry)
    guard opens > 0 else { return }
    let group = exit.hasTakeProfit && (exit.hasStopLoss || exit.hasTrailingStop)
    if exit.hasStopLoss {
      submit(.stop, .stopLoss, levels[.stopLoss, want.instrument], exit, of: entry, opens, group)
    }
    if exit.hasTrailingStop {
      submit(
        .trailingStop, .trailingStop, levels[.trailingStop, want.instrument], exit, of: entry,
        opens, group)
    }
    if exit.hasTakeProfit {
      submit(
        .limit, .takeProfit, levels[.takeProfit, want.instrument], exit, of: entry, opens, group)
    }
  }

  private mutating func submit(
    _ type: OrderType, _ reason: OrderReason, _ level: Double, _ exit: ExitRule,
    of entry: WorkingOrder, _ quantity: Double, _ isGrouped: Bool
  ) {
    let instrument = entry.order.instrument
    let side = entry.order.side.opposite
    orderCount += 1
    var order = Order(
      id: orderCount, instrument: instrument, side: side, quantity: quantity, type: type,
      isReduceOnly: true, decidedAtBar: bar)
    switch (type, exit.unit.distance(level)) {
    case (.trailingStop, let distance): order.trail = distance
    case (_, let distance?): order.distance = distance
    case (.limit, nil):
      order.limitPrice = TickRule.limit(level, side: side, tick: ticks[instrument])
    case (_, nil):
      order.stopPrice = TickRule.against(level, side: side, tick: ticks[instrument])
    }
    report(order, .submitted, quantity: quantity, reason: reason)
    var child = WorkingOrder(
      order: order, reason: reason, remaining: quantity,
      eligibleFromBar: quotes[instrument].barCount + 1 + execution.delayBars)
    child.unreleased = quantity
    child.parentID = entry.order.id
    child.groupID = isGrouped ? entry.order.id : 0
    child.isExit = true
    working.append(child)
  }
}
