import Market

/// What a fill costs beside its reference price: as the settings say, at the rates of this step.
struct Costs {
  let fees: FeeSchedule
  let slippageBps: Double
  let slippageTicks: Double
  /// The rates that the volume traded before this step gives; without tiers always the same.
  var rates: FeeTier

  init(_ execution: ExecutionSettings) {
    fees = execution.fees
    slippageBps = execution.slippageBps
    slippageTicks = execution.slippageTicks
    rates = fees.rates(volume: 0)
  }

  /// Rule 9: the price paid or received, the reference moved against the trader.
  ///
  /// The move is a share of the reference's size, so that it is against the trader where prices
  /// are negative, too. For positive prices this is reference · (1 ± bps / 10000). Ticks of slippage
  /// and the rounding to a tick follow where the instrument has one.
  ///
  /// - Parameters:
  ///   - reference: the price that the order met.
  ///   - side: of the order.
  ///   - tick: of the instrument, 0 for none.
  ///   - scale: how many times the usual slippage is paid.
  ///   - impact: the order's own, a share of the reference.
  /// - Returns: the price of the fill.
  func price(
    reference: Double, side: Side, tick: Double, scale: Double = 1, impact: Double = 0
  ) -> Double {
    var slippage = abs(reference) * (scale * slippageBps) / 1e4
    // Beyond all liquidity a price is worth nothing; it does not turn its sign.
    if impact > 0 { slippage = min(slippage + abs(reference) * impact, abs(reference)) }
    let price = reference + side.sign * slippage
    guard tick > 0 else { return price }
    return TickRule.against(
      price + side.sign * (scale * slippageTicks * tick), side: side, tick: tick)
  }

  /// The fee of a fill.
  ///
  /// - Parameters:
  ///   - value: money that it trades.
  ///   - quantity: units.
  ///   - order: before the fill.
  ///   - isMaker: whether the order had waited for the price.
  /// - Returns: money, at least 0.
  func fee(value: Double, quantity: Double, of order: WorkingOrder, isMaker: Bool) -> Double {
    let owed = owed(value: value, quantity: quantity, of: order, isMaker: isMaker)
    guard fees.minimum > 0 else { return owed }
    // What is left of the least fee may be rounded below zero.
    return max(0, max(fees.minimum, order.feesOwed + owed) - order.feesPaid)
  }

  /// The fee of a fill but for the least that its order pays.
  func owed(value: Double, quantity: Double, of order: WorkingOrder, isMaker: Bool) -> Double {
    let share = abs(value) * (isMaker ? rates.makerBps : rates.takerBps) / 1e4
    guard fees.perUnit > 0 || fees.perOrder > 0 else { return share }
    return share + fees.perUnit * quantity + (order.filled == 0 ? fees.perOrder : 0)
  }

  /// Equity lost for each unit that is traded; `price` and `reference` are money a unit.
  func perUnit(price: Double, reference: Double, isMaker: Bool) -> Double {
    abs(price - reference) + abs(price) * (isMaker ? rates.makerBps : rates.takerBps) / 1e4
      + fees.perUnit
  }

  /// The most that a fill of an order costs however small it is.
  func fixed(of order: WorkingOrder) -> Double {
    guard fees.perOrder > 0 || fees.minimum > 0 else { return 0 }
    return (order.filled == 0 ? fees.perOrder : 0) + max(0, fees.minimum - order.feesPaid)
  }
}
