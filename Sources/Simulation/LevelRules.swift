import Market

/// Rule 2: a limit order fills at the open where that is better than its limit; else at its limit
/// where the bar goes beyond it. A price that only touches the limit fills nothing: nobody knows
/// how many stood in the queue before. `touch` lets it.
enum LimitRule {
  static func isReached(by price: Double, limit: Double, side: Side, touch: Bool) -> Bool {
    switch side {
    case .buy: price < limit || (touch && price == limit)
    case .sell: price > limit || (touch && price == limit)
    }
  }
}

/// Rule 3: a stop order fills at the open where that is at its stop or beyond; else at its stop
/// where the bar reaches it. Slippage comes on top.
enum StopRule {
  static func isReached(by price: Double, stop: Double, side: Side) -> Bool {
    side == .buy ? price >= stop : price <= stop
  }
}

/// Rule 4: what a stop-limit order does at the moment at which its stop is reached within a bar.
enum StopLimitRule {
  enum Outcome: Equatable {
    /// At the price it met, slippage added, but never past the limit.
    case fills
    /// At its limit, on the bar's way to its close.
    case waitsForClose
    /// Nothing more in this bar.
    case rests
  }

  /// - Parameters:
  ///   - price: at which the stop was reached.
  ///   - limit: of the order.
  ///   - extreme: of the bar on the side of the stop, the high of a buy.
  ///   - close: of the bar.
  ///   - side: of the order.
  ///   - touch: whether a touch fills a limit order.
  /// - Returns: what becomes of the order in this bar.
  static func outcome(
    at price: Double, limit: Double, extreme: Double, close: Double, side: Side, touch: Bool
  ) -> Outcome {
    if price == limit {
      // Only a price that went on proves that the limit was traded through.
      return StopRule.isReached(by: extreme, stop: price, side: side) && extreme != price
        ? .fills : .rests
    }
    if LimitRule.isReached(by: price, limit: limit, side: side, touch: false) { return .fills }
    // The limit lies behind the stop: only a close beyond it proves that the price came back.
    return LimitRule.isReached(by: close, limit: limit, side: side, touch: touch)
      ? .waitsForClose : .rests
  }
}

/// Rule 5: a trailing stop stands where the bars before this one have put it. The bar is tested
/// against that first; then its extreme moves the stop, which never goes back.
enum TrailingRule {
  /// Where a stop stands that has seen `extreme`, the highest price for a sell.
  static func stop(after extreme: Double, trail: Trail, side: Side, tick: Double) -> Double {
    let distance =
      switch trail {
      case .amount(let amount): amount
      case .fraction(let fraction): abs(extreme) * fraction
      }
    return TickRule.against(extreme + side.sign * distance, side: side, tick: tick)
  }

  static func moved(
    _ stop: Double, by extreme: Double, trail: Trail, side: Side, tick: Double
  ) -> Double {
    let next = self.stop(after: extreme, trail: trail, side: side, tick: tick)
    return side == .buy ? min(stop, next) : max(stop, next)
  }
}
