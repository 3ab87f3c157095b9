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
  /// Whether a value that has not changed is acted on, too: of legs that go together one has.
  var actsOnAll = false
}

/// From position to order.
extension Broker {
  /// The share of a position below which a difference to its target is rounding, not an order:
  /// held + (target − held) need not be the target to the last bit. Closing is always whole.
  private static let rounding = 1e-12

  /// What a value asks for.
  private struct Target {
    let units: Double
    /// What `on_change` remembers of it.
    let value: Double
  }

  /// Turns the values of the position expressions into orders.
  ///
  /// For each instrument with a bar at this step and a value: the target is made of the value as
  /// `TargetUnit` says, with the close and equity of this step. A target order still waiting is
  /// cancelled; then target − held, if not zero and not within the band, is ordered. Sells go before
  /// buys, then the order of instruments.
  ///
  /// An order that a delay keeps under way cannot be recalled: it is left alone, and the difference
  /// is taken to what will be held once it has arrived. Without a delay there is none.
  ///
  /// - Parameters:
  ///   - values: one for each instrument; NaN, or a target that is not finite, is null.
  ///   - levels: of the orders, where the rules of the instruments have any. Where an order needs one
  ///     that is null, nothing changes; where an exit does, no position is opened or raised.
  public mutating func decide(_ values: [Double], levels: TargetLevels = TargetLevels()) {
    precondition(stage == .decide, "a step decides after its close, and once")
    precondition(values.count == lastValues.count, "there is one value for each instrument")
    stage = .decided
    guard mayTrade else { return }
    let equity = self.equity
    if targets.legs == .allOrNone, targets.rebalance == .onChange {
      decision.actsOnAll = false
      decision.actsOnAll = values.indices.contains {
        target(values[$0], of: $0, equity: equity, levels: levels) != nil
      }
    }
    if !working.isEmpty { recallWaitingOrders(values, equity: equity, levels: levels) }
    collectWants(values, equity: equity, levels: levels)
    if !decision.wants.isEmpty { submitWants(equity: equity, levels: levels) }
  }

  @inline(__always)
  private mutating func collectWants(
    _ values: [Double], equity: Double, levels: TargetLevels
  ) {
    for instrument in values.indices where mayAct(on: values[instrument], instrument) {
      weigh(values[instrument], of: instrument, equity: equity, levels: levels)
    }
    if !decision.expected.isEmpty { decision.expected.removeAll(keepingCapacity: true) }
  }

  /// What `target` asks first.
  @inline(__always)
  private func mayAct(on value: Double, _ instrument: Int) -> Bool {
    hasBar(instrument)
      && (targets.rebalance != .onChange || decision.actsOnAll || value != lastValues[instrument])
  }

  // Kept out of the loop over all instruments, most of which mostly want nothing: what asks the whole
  // broker copies it.
  @inline(never)
  private mutating func weigh(
    _ value: Double, of instrument: Int, equity: Double, levels: TargetLevels
  ) {
    if let target = target(value, of: instrument, equity: equity, levels: levels) {
      want(target, of: instrument, equity: equity, levels: levels)
    }
  }

  private mutating func want(
    _ target: Target, of instrument: Int, equity: Double, levels: TargetLevels
  ) {
    let expected =
      decision.expected.isEmpty ? position(of: instrument) : decision.expected[instrument]
    var units = target.units
    var isHeldBack = false
    if abs(units) > abs(expected) || units * expected < 0,
      let exit = exitRule(of: instrument),
      !canProtect(exit, of: instrument, isLong: units > 0, levels: levels)
    {
      // What cannot be protected is not opened; what the target closes is closed.
      units = units * expected > 0 ? expected : 0
      isHeldBack = true
    }
    if targets.rebalance == .onChange, !isHeldBack { lastValues[instrument] = target.value }
    var difference = units - expected
    let lot = lots[instrument]
    // Closing is always whole.
    if lot > 0, units != 0 {
      difference =
        (difference < 0 ? -1 : 1) * LotRule.quantity(abs(difference), lot: lot)
    }
    guard difference != 0, abs(difference) > Self.rounding * max(abs(units), abs(expected)) else {
      return
    }
    // Closing and turning round are never too little.
    if targets.rebalanceBand > 0, units != 0, units * expected >= 0,
      abs(difference * quotes[instrument].unitValue) <= targets.rebalanceBand * equity
    {
      return
    }
    decision.wants.append(
      .init(instrument: instrument, expected: expected, difference: difference))
  }

  @inline(never)
  private mutating func submitWants(equity: Double, levels: TargetLevels) {
    let bundle = targets.legs == .allOrNone ? orderCount + 1 : 0
    // Legs of which one would be refused are all refused.
    let isRuined =
      bundle != 0 && equity <= 0
      && decision.wants.contains {
        abs($0.expected + $0.difference) >= abs($0.expected)
      }
    for index in decision.wants.indices where decision.wants[index].difference < 0 {
      submit(decision.wants[index], equity: equity, levels, bundle, isRuined: isRuined)
    }
    for index in decision.wants.indices where decision.wants[index].difference > 0 {
      submit(decision.wants[index], equity: equity, levels, bundle, isRuined: isRuined)
    }
    decision.wants.removeAll(keepingCapacity: true)
    if execution.fill == .thisClose { matchThisClose() }
  }

  /// What a value asks for; nil where it changes nothing.
  private func target(
    _ value: Double, of instrument: Int, equity: Double, levels: TargetLevels
  ) -> Target? {
    guard hasBar(instrument) else { return nil }
    let waitsForChange = targets.rebalance == .onChange && !decision.actsOnAll
    if waitsForChange, value == lastValues[instrument] { return nil }
    var target: Target?
    if !value.isNaN {
      target = size(value, of: instrument, equity: equity, levels: levels).map {
        Target(units: $0, value: value)
      }
    }
    if target == nil, targets.onNull == .flat {
      if waitsForChange, lastValues[instrument] == 0 { return nil }
      target = Target(units: 0, value: 0)
    }
    if target != nil, !orderRules.isEmpty, !hasLevels(of: instrument, levels) { return nil }
    return target
  }

  /// Cancels the waiting target orders of instruments with a new target, and counts in those that a delay
  /// keeps under way, in the order in which they will be filled.
  @inline(never)
  private mutating func recallWaitingOrders(
    _ values: [Double], equity: Double, levels: TargetLevels
  ) {
    let replacesBundles =
      targets.legs == .allOrNone
      && values.indices.contains {
        target(values[$0], of: $0, equity: equity, levels: levels) != nil
      }
    var hasEnded = false
    for index in working.indices {
      let order = working[index]
      let instrument = order.order.instrument
      if order.reason != .rebalance || order.hasEnded {
        // The strategy's own orders, and those that protect positions, are not targets.
      } else if isUnderWay(order) {
        if decision.expected.isEmpty {
          decision.expected.append(contentsOf: account.positions.lazy.map(\.quantity))
        }
        decision.expected[instrument] += order.order.side.sign * order.remaining
      } else if order.bundleID != 0
        ? replacesBundles
        : target(values[instrument], of: instrument, equity: equity, levels: levels) != nil
      {
        end(index, .replaced, .replaced)
        hasEnded = true
        // A leg that cannot be decided now is decided once it can be.
        if order.bundleID != 0 { lastValues[instrument] = .nan }
      }
    }
    if hasEnded { removeEndedOrders() }
  }

  /// Whether a delay keeps a target order from being recalled: of legs that go together, any of them.
  private func isUnderWay(_ order: WorkingOrder) -> Bool {
    guard order.bundleID != 0 else {
      return quotes[order.order.instrument].barCount < order.eligibleFromBar
    }
    return execution.delayBars > 0
      && working.contains {
        $0.bundleID == order.bundleID && !$0.hasEnded
          && quotes[$0.order.instrument].barCount < $0.eligibleFromBar
      }
  }

  private mutating func submit(
    _ want: Decision.Want, equity: Double, _ levels: TargetLevels, _ bundle: Int, isRuined: Bool
  ) {
    orderCount += 1
    let order = targetOrder(of: want, levels)
    report(order, .submitted, quantity: order.quantity, reason: .rebalance)
    if isRuined || equity <= 0 && abs(want.expected + want.difference) >= abs(want.expected) {
      report(order, .rejected, quantity: order.quantity, reason: .ruined)
      return
    }
    if order.type.hasLevel, !hasPrices(order) {
      report(order, .rejected, quantity: order.quantity, reason: .badPrice)
      return
    }
    let meetsThisClose =
      execution.fill == .thisClose && (order.type == .market || order.type == .marketOnClose)
    var working = WorkingOrder(
      order: order, reason: .rebalance, remaining: order.quantity,
      eligibleFromBar: quotes[want.instrument].barCount + (meetsThisClose ? 0 : 1)
        + execution.delayBars)
    working.bundleID = bundle
    if !orderRules.isEmpty, let bars = orderRules[want.instrument].goodForBars {
      working.lastBar = working.eligibleFromBar + bars - 1
    }
    if let exit = exitRule(of: want.instrument) {
      submit(working, with: exit, of: want, levels)
    } else {
      self.working.append(working)
    }
  }
}
