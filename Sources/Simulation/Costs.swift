import Market

/// What a fill costs beside its reference price.
struct Costs {
  let feeBps: Double
  let slippageBps: Double
  let slippageTicks: Double

  /// Rule 9: the price paid or received, the reference moved against the trader.
  ///
  /// The move is a share of the reference's size, so that it is against the trader where prices
  /// are negative, too. For positive prices this is reference · (1 ± bps / 10000). Ticks of slippage
  /// and the rounding to a tick follow where the instrument has one.
  func price(reference: Double, side: Side, tick: Double) -> Double {
    let price = reference + side.sign * (abs(reference) * slippageBps / 1e4)
    guard tick > 0 else { return price }
    return TickRule.against(price + side.sign * (slippageTicks * tick), side: side, tick: tick)
  }

  func fee(quantity: Double, price: Double) -> Double {
    abs(quantity * price) * feeBps / 1e4
  }

  /// Money lost against the reference price.
  func slippage(quantity: Double, price: Double, reference: Double) -> Double {
    quantity * abs(price - reference)
  }

  /// Equity lost for each unit that is traded.
  func perUnit(price: Double, reference: Double) -> Double {
    abs(price - reference) + fee(quantity: 1, price: price)
  }
}
