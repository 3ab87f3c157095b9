import Market

/// Rule 12: what a company does to its shares, before the open of its day.
extension Broker {
  /// Applies an action before the open of the instrument's bar.
  ///
  /// A split changes holdings, the prices paid for them, and quantities and prices of waiting orders. A
  /// dividend is paid to, or owed by, who held the close before; one of the day of a split goes first.
  ///
  /// - Parameters:
  ///   - action: with a ratio or an amount above 0.
  ///   - instrument: that has a bar at this step, not yet opened.
  public mutating func apply(_ action: CorporateAction.Kind, to instrument: Int) {
    precondition(stage == .open, "actions take effect before the open phase")
    precondition(!hasBar(instrument), "actions take effect before the instrument's open")
    var record = AppliedAction(
      bar: bar, time: now, instrument: instrument, kind: action,
      quantityBefore: position(of: instrument), quantityAfter: position(of: instrument))
    switch action {
    case .split(let ratio):
      precondition(ratio > 0 && ratio.isFinite, "the ratio of a split is above 0")
      record.quantityAfter = account.split(instrument, ratio: ratio)
      quotes[instrument].price /= ratio
      liquidity?.split(instrument, ratio: ratio)
      returns?.split(instrument, ratio: ratio)
      outbox.append(.action(record))
      for index in working.indices where working[index].order.instrument == instrument {
        working[index].split(ratio: ratio, tick: ticks[instrument])
        report(
          working[index].order, .amended, quantity: working[index].remaining, reason: .split)
      }
    case .dividend(let amount):
      precondition(amount > 0 && amount.isFinite, "a dividend is above 0")
      outbox.append(.action(record))
      guard record.quantityBefore != 0 else { return }
      // In another currency it is paid at the latest known rate, that of the close before.
      let money = record.quantityBefore * amount * quotes[instrument].factor
      book(Flow(bar: bar, time: now, instrument: instrument, kind: .dividend, amount: money))
    }
  }
}

extension WorkingOrder {
  /// So many units take the place of one. Prices are rounded to the tick as those of new orders are.
  mutating func split(ratio: Double, tick: Double) {
    order.quantity *= ratio
    remaining *= ratio
    filled *= ratio
    unreleased *= ratio
    closing *= ratio
    let side = order.side
    order.limitPrice = order.limitPrice.map { TickRule.limit($0 / ratio, side: side, tick: tick) }
    order.stopPrice = order.stopPrice.map { TickRule.against($0 / ratio, side: side, tick: tick) }
    if case .amount(let amount) = order.trail { order.trail = .amount(amount / ratio) }
    if case .amount(let amount) = order.distance { order.distance = .amount(amount / ratio) }
  }
}
