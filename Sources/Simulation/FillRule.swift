import Market

/// What a fill depends on beside its order and price, and what it changes. All of it is money of the
/// account but for the quantity, the price `mark` and `capacity`.
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
  /// Money that a unit is worth for each 1 of its price.
  let factor: Double

  /// The same with the position at another price.
  func marked(at price: Double) -> Holding {
    guard price != mark else { return self }
    var other = self
    other.exposure.remark(held, from: mark * factor, to: price * factor)
    other.mark = price
    return other
  }

  /// Books a fill as `CashLedger` does: the same two roundings.
  mutating func book(
    quantity: Double, side: Side, price: Double, reference: Double, fee: Double
  ) {
    let after = side.position(after: held, trading: quantity)
    cash -= side.sign * (quantity * (price * factor))
    cash -= fee
    exposure.move(from: held, to: after, price: reference * factor)
    held = after
    capacity = max(0, capacity - quantity)
  }
}

/// How much of an order fills when it meets a price, and at what price.
struct FillRule {
  let costs: Costs
  let limits: ExposureLimits
  /// 0 for none, as `lot`.
  let tick: Double
  let lot: Double
  /// Money that a unit is worth for each 1 of its price.
  let factor: Double
  let impact: MarketImpact

  /// What fills, and what it costs.
  struct Fill {
    var quantity: Double
    var price: Double
    var fee: Double
    /// Money of the slippage that is the order's own impact.
    var impact: Double
    /// Why what is left of the order ends; nil where it waits.
    var end: OrderReason?
  }

  enum Outcome {
    case waits
    /// The order ends without a fill.
    case ends(OrderReason)
    case fills(Fill)
  }

  /// The share of a position below which what would be left of it is rounding.
  private static let rounding = 1e-12

  /// 1. Liquidity bounds what this bar fills; the rest waits.
  /// 2. A reduce-only order never passes zero.
  /// 3. With equity at or below zero only what lowers exposure is filled; else what would raise
  ///    exposure above a limit is cut, and the rest of the order ends.
  /// 4. What was bounded is rounded down to whole lots.
  ///
  /// - Parameters:
  ///   - working: an order with units to fill.
  ///   - reference: the price that it meets.
  ///   - slips: whether slippage is added: always but for limit orders.
  ///   - isMaker: whether it had waited for the price.
  ///   - holding: the account before the fill.
  /// - Returns: what becomes of the order.
  func outcome(
    of working: WorkingOrder, reference: Double, slips: Bool, isMaker: Bool, holding: Holding
  ) -> Outcome {
    let side = working.order.side
    let wanted = working.available
    var quantity = min(wanted, holding.capacity)
    if lot > 0, quantity < wanted { quantity = LotRule.quantity(quantity, lot: lot) }
    // A price in a currency without a rate, or an impact that nobody knows yet, fills nothing.
    guard quantity > 0, !factor.isNaN, !slips || !impact.isUnknown else { return .waits }

    let held = holding.held
    var end: OrderReason?
    if working.order.isReduceOnly {
      let reducible = max(0, -side.sign * held)
      guard reducible > 0 else { return .ends(.reduceOnly) }
      if reducible < quantity || (reducible == quantity && quantity < working.available) {
        quantity = reducible
        // What still waits for its entry will have something to reduce.
        if working.unreleased == 0 { end = .reduceOnly }
      } else if quantity == working.remaining, reducible > quantity,
        reducible - quantity <= Self.rounding * max(reducible, working.order.quantity)
      {
        // Sums of fills are rounded on different ways, and what an exit closes is what is left of the
        // whole order that it was made for; closing is always whole.
        quantity = reducible
        end = .reduceOnly
      }
    }
    let equity = holding.cash + holding.exposure.net
    if equity <= 0, abs(held + side.sign * quantity) >= abs(held) { return .ends(.ruined) }
    let asked = price(of: working, reference: reference, slips: slips, quantity: quantity)
    let fixed = costs.fixed(of: working)
    let paid = asked * factor
    var (admissible, reason) = limits.cut(
      ExposureDemand(
        quantity: quantity, side: side, held: held, reference: reference * factor, price: paid,
        costPerUnit: costs.perUnit(price: paid, reference: reference * factor, isMaker: isMaker),
        feePerUnit: costs.perUnit(price: paid, reference: paid, isMaker: isMaker),
        equity: equity - fixed, cash: holding.cash - fixed, exposure: holding.exposure))
    if let reason {
      end = reason
      if lot > 0, admissible != abs(held) {
        admissible = LotRule.quantity(admissible, lot: lot)
      }
    }
    guard admissible > 0 else { return .ends(reason ?? .cutLeverage) }
    if working.order.timeInForce == .fillOrKill, admissible < working.remaining {
      return .ends(.notImmediate)
    }
    return .fills(
      fill(working, admissible, reference: reference, slips: slips, isMaker: isMaker, end: end))
  }

  private func fill(
    _ working: WorkingOrder, _ quantity: Double, reference: Double, slips: Bool, isMaker: Bool,
    end: OrderReason?
  ) -> Fill {
    // A part of an order moves the price less than the whole.
    let price = price(of: working, reference: reference, slips: slips, quantity: quantity)
    var fill = Fill(quantity: quantity, price: price, fee: 0, impact: 0, end: end)
    fill.fee = costs.fee(
      value: quantity * (price * factor), quantity: quantity, of: working, isMaker: isMaker)
    if slips, impact != .none {
      let move = abs(reference) * impact.share(quantity)
      fill.impact = min(move, abs(price - reference)) * quantity * abs(factor)
    }
    return fill
  }

  /// A limit is never passed.
  private func price(
    of working: WorkingOrder, reference: Double, slips: Bool, quantity: Double
  ) -> Double {
    let order = working.order
    let price =
      slips
      ? costs.price(
        reference: reference, side: order.side, tick: tick,
        scale: working.reason == .marginCall ? 2 : 1,
        impact: impact.share(quantity))
      : TickRule.against(reference, side: order.side, tick: tick)
    guard let limit = order.limitPrice else { return price }
    return order.side == .buy ? min(price, limit) : max(price, limit)
  }
}
