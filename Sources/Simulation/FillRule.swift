import Market

/// What a fill depends on beside its order and price, and what it changes.
struct Holding {
  /// Units of the instrument, negative for a short position.
  var held: Double
  var cash: Double
  /// Of all positions, this one at the price that the order meets.
  var exposure: Exposure
  /// Units that liquidity lets this bar still fill; infinite without a limit.
  var capacity: Double
  /// The price at which `exposure` has the position.
  var mark: Double

  /// The same with the position at another price.
  func marked(at price: Double) -> Holding {
    guard price != mark else { return self }
    var other = self
    other.exposure.remark(held, from: mark, to: price)
    other.mark = price
    return other
  }

  /// Books a fill as `CashLedger` does: the same two roundings.
  mutating func book(
    quantity: Double, side: Side, price: Double, reference: Double, fee: Double
  ) {
    let after = held + side.sign * quantity
    cash -= side.sign * quantity * price
    cash -= fee
    exposure.move(from: held, to: after, price: reference)
    held = after
    capacity = max(0, capacity - quantity)
  }
}

/// How much of an order fills when it meets a price, and at what price.
struct FillRule {
  let costs: Costs
  let maxLeverage: Double
  /// 0 for none, as `lot`.
  let tick: Double
  let lot: Double

  enum Outcome {
    case waits
    /// The order ends without a fill.
    case ends(OrderReason)
    /// What is left of the order waits, or ends for the reason given.
    case fills(Double, price: Double, end: OrderReason?)
  }

  /// 1. Liquidity bounds what this bar fills; the rest waits.
  /// 2. A reduce-only order never passes zero.
  /// 3. With equity at or below zero only what lowers exposure is filled; else what would raise
  ///    gross exposure above the limit is cut, and the rest of the order ends.
  /// 4. What was bounded is rounded down to whole lots.
  ///
  /// - Parameters:
  ///   - working: an order with units to fill.
  ///   - reference: the price that it meets.
  ///   - slips: whether slippage is added: always but for limit orders.
  ///   - holding: the account before the fill.
  /// - Returns: what becomes of the order.
  func outcome(
    of working: WorkingOrder, reference: Double, slips: Bool, holding: Holding
  ) -> Outcome {
    let side = working.order.side
    let wanted = working.available
    var quantity = min(wanted, holding.capacity)
    if lot > 0, quantity < wanted { quantity = LotRule.quantity(quantity, lot: lot) }
    guard quantity > 0 else { return .waits }

    let held = holding.held
    var end: OrderReason?
    if working.order.isReduceOnly {
      let reducible = max(0, -side.sign * held)
      guard reducible > 0 else { return .ends(.reduceOnly) }
      if reducible < quantity || (reducible == quantity && quantity < working.remaining) {
        quantity = reducible
        end = .reduceOnly
      }
    }
    let price = self.price(of: working.order, reference: reference, slips: slips)
    let equity = holding.cash + holding.exposure.net
    if equity <= 0, abs(held + side.sign * quantity) >= abs(held) { return .ends(.ruined) }
    var admissible = holding.exposure.admissible(
      quantity: quantity, side: side, held: held, price: reference,
      costPerUnit: costs.perUnit(price: price, reference: reference), equity: equity,
      maxLeverage: maxLeverage)
    if admissible < quantity {
      end = .cutLeverage
      if lot > 0, admissible != abs(held) {
        admissible = LotRule.quantity(admissible, lot: lot)
      }
    }
    guard admissible > 0 else { return .ends(.cutLeverage) }
    if working.order.timeInForce == .fillOrKill, admissible < working.remaining {
      return .ends(.notImmediate)
    }
    return .fills(admissible, price: price, end: end)
  }

  /// A limit is never passed.
  private func price(of order: Order, reference: Double, slips: Bool) -> Double {
    let price =
      slips
      ? costs.price(reference: reference, side: order.side, tick: tick)
      : TickRule.against(reference, side: order.side, tick: tick)
    guard let limit = order.limitPrice else { return price }
    return order.side == .buy ? min(price, limit) : max(price, limit)
  }
}
