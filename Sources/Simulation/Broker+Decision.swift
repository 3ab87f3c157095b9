import Market

/// Room for one decision, kept for its storage.
struct Decision: Sendable {
  /// A difference to order.
  struct Want {
    let instrument: Int
    /// Units held once orders that cannot be recalled have arrived.
    let expected: Double
    /// Units, negative to sell.
    let difference: Double
  }

  /// In the order of instruments.
  var wants: [Want] = []
  /// `Want.expected` of each instrument; empty where no order is under way.
  var expected: [Double] = []
}

/// From position to order.
extension Broker {
  /// The share of a position below which a difference to its target is rounding, not an order:
  /// held + (target − held) need not be the target to the last bit. Closing is always whole.
  private static let rounding = 1e-12

  /// Turns the values of the position expressions into orders.
  ///
  /// For each instrument with a bar at this step and a value: the target is the value (units),
  /// value / close (notional) or value · equity / close (weight), with the close and equity of this
  /// step. A target order still waiting is cancelled; then target − held, if not zero, is ordered.
  /// Sells go before buys, then the order of instruments.
  ///
  /// An order that a delay keeps under way cannot be recalled: it is left alone, and the difference
  /// is taken to what will be held once it has arrived. Without a delay there is none.
  ///
  /// - Parameter values: one for each instrument; NaN, or a target that is not finite, is null and
  ///   changes nothing.
  public mutating func decide(_ values: [Double]) {
    precondition(stage == .decide, "a step decides after its close, and once")
    precondition(values.count == lastValues.count, "there is one value for each instrument")
    stage = .decided
    guard mayTrade else { return }
    let equity = self.equity
    if !working.isEmpty { recallWaitingOrders(values, equity: equity) }
    collectWants(values, equity: equity)
    if !decision.wants.isEmpty { submitWants(equity: equity) }
  }

  @inline(__always)
  private mutating func collectWants(_ values: [Double], equity: Double) {
    for instrument in values.indices {
      let value = values[instrument]
      if let target = target(value, of: instrument, equity: equity) {
        want(target, of: instrument, value: value)
      }
    }
    if !decision.expected.isEmpty { decision.expected.removeAll(keepingCapacity: true) }
  }

  // Kept out of the loop over all instruments, most of which mostly want nothing.
  @inline(never)
  private mutating func want(_ target: Double, of instrument: Int, value: Double) {
    if targets.rebalance == .onChange { lastValues[instrument] = value }
    let expected =
      decision.expected.isEmpty ? position(of: instrument) : decision.expected[instrument]
    var difference = target - expected
    let lot = lots[instrument]
    // Closing is always whole.
    if lot > 0, target != 0 {
      difference =
        (difference < 0 ? -1 : 1) * LotRule.quantity(abs(difference), lot: lot)
    }
    if difference != 0, abs(difference) > Self.rounding * max(abs(target), abs(expected)) {
      decision.wants.append(
        .init(instrument: instrument, expected: expected, difference: difference))
    }
  }

  @inline(never)
  private mutating func submitWants(equity: Double) {
    for index in decision.wants.indices where decision.wants[index].difference < 0 {
      submit(decision.wants[index], equity: equity)
    }
    for index in decision.wants.indices where decision.wants[index].difference > 0 {
      submit(decision.wants[index], equity: equity)
    }
    decision.wants.removeAll(keepingCapacity: true)
    if execution.fill == .thisClose { matchThisClose() }
  }

  /// The units that a value asks for; nil where it changes nothing.
  private func target(_ value: Double, of instrument: Int, equity: Double) -> Double? {
    guard !value.isNaN, hasBar(instrument) else { return nil }
    if targets.rebalance == .onChange, value == lastValues[instrument] { return nil }
    let close = quotes[instrument].unitValue
    let target: Double
    switch targets.unit {
    case .units: target = value
    case .notional: target = value / close
    case .weight: target = value * equity / close
    }
    precondition(
      targets.unit == .units || !allowsSignedPrices[instrument],
      "an instrument with signed prices is traded in units")
    return target.isFinite ? target : nil
  }

  /// Cancels the waiting target orders of instruments with a new target, and counts in those that a delay
  /// keeps under way, in the order in which they will be filled.
  @inline(never)
  private mutating func recallWaitingOrders(_ values: [Double], equity: Double) {
    var kept = 0
    for index in working.indices {
      let order = working[index]
      let instrument = order.order.instrument
      if order.reason != .rebalance {
        // The strategy's own orders are its own to recall.
      } else if quotes[instrument].barCount < order.eligibleFromBar {
        if decision.expected.isEmpty {
          decision.expected.append(contentsOf: account.positions.lazy.map(\.quantity))
        }
        decision.expected[instrument] += order.order.side.sign * order.remaining
      } else if target(values[instrument], of: instrument, equity: equity) != nil {
        report(order.order, .replaced, quantity: order.remaining, reason: .replaced)
        continue
      }
      working[kept] = order
      kept += 1
    }
    working.removeLast(working.count - kept)
  }

  private mutating func submit(_ want: Decision.Want, equity: Double) {
    orderCount += 1
    let order = Order(
      id: orderCount, instrument: want.instrument, side: want.difference > 0 ? .buy : .sell,
      quantity: abs(want.difference), type: execution.fill == .nextOpen ? .market : .marketOnClose,
      decidedAtBar: bar)
    report(order, .submitted, quantity: order.quantity, reason: .rebalance)
    if equity <= 0, abs(want.expected + want.difference) >= abs(want.expected) {
      report(order, .rejected, quantity: order.quantity, reason: .ruined)
      return
    }
    let nextBars = execution.fill == .thisClose ? 0 : 1
    working.append(
      WorkingOrder(
        order: order, reason: .rebalance, remaining: order.quantity,
        eligibleFromBar: quotes[want.instrument].barCount + nextBars + execution.delayBars))
  }
}
