import Market

/// What ends positions whatever the strategy wants: too little margin, too deep a drawdown.
extension Broker {
  /// Rule 10: equity at the bar's adverse extremes, the low for what is held long and the high for what
  /// is short, must cover the margin of the positions held there. Else every waiting order is cancelled
  /// and all positions are closed, in the order of instruments, at their next opens and with doubled
  /// slippage; until that is done nothing else is ordered.
  ///
  /// The positions are those left by the path: what it closed is no risk at the extreme, and what is to
  /// be closed at the close still was.
  mutating func testMargin(_ margin: Double) {
    if isLiquidating { isLiquidating = working.contains { $0.reason == .marginCall } }
    guard !isLiquidating else { return }
    var adverse = Exposure()
    for index in quotes.indices where position(of: index) != 0 {
      let held = position(of: index)
      let price = hasBar(index) ? (held > 0 ? lows[index] : highs[index]) : quotes[index].price
      adverse.add(held * (price * quotes[index].factor))
    }
    guard adverse.gross > 0, cash + adverse.net < margin * adverse.gross else { return }
    isLiquidating = true
    marginCallCount += 1
    closeAll(.marketOnOpen, .marginCall, delayBars: 0)
  }

  /// Ends all trading where equity at the close lies too far below its peak: waiting orders are
  /// cancelled, and positions closed by the usual orders.
  mutating func testDrawdown(_ most: Double) {
    guard stoppedAtBar < 0, equity <= account.peakEquity * (1 - most) else { return }
    stoppedAtBar = bar
    closeAll(
      execution.fill == .nextOpen ? .market : .marketOnClose, .drawdownStop,
      delayBars: execution.delayBars)
  }

  /// Whether the strategy's own orders are taken.
  var mayTrade: Bool { stoppedAtBar < 0 && !isLiquidating }

  private mutating func closeAll(_ type: OrderType, _ reason: OrderReason, delayBars: Int) {
    // What closes positions already is left to do so.
    for index in working.indices
    where !working[index].hasEnded && working[index].reason != .marginCall {
      end(index, .cancelled, reason)
    }
    removeEndedOrders()
    let waitsForNextBar = type == .marketOnOpen || execution.fill != .thisClose
    for index in quotes.indices where position(of: index) != 0 {
      if working.contains(where: { $0.order.instrument == index }) { continue }
      let held = position(of: index)
      orderCount += 1
      let order = Order(
        id: orderCount, instrument: index, side: held > 0 ? .sell : .buy, quantity: abs(held),
        type: type, isReduceOnly: true, decidedAtBar: bar)
      report(order, .submitted, quantity: order.quantity, reason: reason)
      if !waitsForNextBar { meetsThisClose = true }
      working.append(
        WorkingOrder(
          order: order, reason: reason, remaining: order.quantity,
          eligibleFromBar: quotes[index].barCount + (waitsForNextBar ? 1 : 0) + delayBars))
    }
  }
}
