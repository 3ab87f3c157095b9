import Market

/// Orders of the strategy's own, beside those that targets make. They are given after the close of a
/// step and meet the instrument's next bar, or a later one with a delay.
extension Broker {
  /// Submits an order: the event `submitted`, then `rejected` where it cannot work.
  @discardableResult
  public mutating func submit(_ request: OrderRequest) -> Receipt {
    submit(request, rejection: nil)
  }

  /// Submits orders of one instrument of which the fill of one cancels the others.
  ///
  /// - Returns: one receipt each; all orders are rejected where one is.
  @discardableResult
  public mutating func submit(oneCancelsOther requests: [OrderRequest]) -> [Receipt] {
    let isOne = requests.allSatisfy { $0.instrument == requests[0].instrument }
    let rejection = isOne ? firstRejection(of: requests) : .badBracket
    let first = orderCount + 1
    return requests.map { submit($0, rejection: rejection, group: first) }
  }

  /// Submits a bracket.
  ///
  /// - Returns: the receipts of entry, stop and target, as far as they are there; all are rejected
  ///   where one is.
  @discardableResult
  public mutating func submit(_ bracket: Bracket) -> [Receipt] {
    let children = [bracket.stopLoss, bracket.takeProfit].compactMap { $0 }
    let rejection =
      OrderCheck.rejection(of: bracket) ?? firstRejection(of: [bracket.entry])
      ?? firstRejection(of: children, isChild: true)
    let entry = submit(bracket.entry, rejection: rejection, hasChildren: !children.isEmpty)
    let group = children.count > 1 ? entry.orderID : 0
    return [entry]
      + children.map { submit($0, rejection: rejection, parent: entry.orderID, group: group) }
  }

  /// Cancels an order, and what of its bracket has not begun to work.
  ///
  /// - Returns: nil, or why it could not be: `unknownOrder` or `underWay`.
  @discardableResult
  public mutating func cancel(_ orderID: Int) -> OrderReason? {
    requireDecision()
    guard let index = working.firstIndex(where: { $0.order.id == orderID }) else {
      return .unknownOrder
    }
    guard canRecall(working[index]) else { return .underWay }
    end(index, .cancelled, .requested)
    removeEndedOrders()
    return nil
  }

  /// Changes the open quantity or the prices of an order, which keeps its place in the order of
  /// submission. Nil leaves as it is.
  ///
  /// - Parameters:
  ///   - orderID: of an order that works.
  ///   - remaining: units still to be filled, above 0; not of an order with a bracket or group.
  ///   - limitPrice: of a limit or stop-limit order.
  ///   - stopPrice: of an order with a stop that has not been reached.
  /// - Returns: nil, or why it could not be.
  @discardableResult
  public mutating func amend(
    _ orderID: Int, remaining: Double? = nil, limitPrice: Double? = nil, stopPrice: Double? = nil
  ) -> OrderReason? {
    requireDecision()
    guard let index = working.firstIndex(where: { $0.order.id == orderID }) else {
      return .unknownOrder
    }
    guard canRecall(working[index]) else { return .underWay }
    var changed = working[index]
    if let remaining {
      guard !changed.isLinked else { return .badBracket }
      changed.order.quantity = changed.filled + remaining
      changed.remaining = remaining
    }
    let instrument = changed.order.instrument
    let side = changed.order.side
    if let limitPrice {
      guard changed.order.type.hasLimitPrice else { return .badPrice }
      changed.order.limitPrice = TickRule.limit(limitPrice, side: side, tick: ticks[instrument])
    }
    if let stopPrice {
      guard changed.order.type.hasStopPrice, !changed.isTriggered else { return .badPrice }
      changed.order.stopPrice = TickRule.against(stopPrice, side: side, tick: ticks[instrument])
    }
    if let remaining, !remaining.isFinite || remaining <= 0 { return .badQuantity }
    if lots[instrument] > 0, remaining != nil {
      changed.remaining = LotRule.quantity(changed.remaining, lot: lots[instrument])
      changed.order.quantity = changed.filled + changed.remaining
      if changed.remaining <= 0 { return .belowLot }
    }
    let isSigned = allowsSignedPrices[instrument]
    for price in [changed.order.limitPrice, changed.order.stopPrice].compactMap({ $0 })
    where !OrderCheck.isPrice(price, isSigned: isSigned) {
      return .badPrice
    }
    working[index] = changed
    report(changed.order, .amended, quantity: changed.remaining, reason: .requested)
    return nil
  }

  // MARK: - Parts

  private func requireDecision() {
    precondition(
      stage == .decide || stage == .decided, "orders are given after the close of a step")
  }

  /// Without a delay every order can be recalled; with one, those that have arrived.
  private func canRecall(_ order: WorkingOrder) -> Bool {
    execution.delayBars == 0
      || quotes[order.order.instrument].barCount >= order.eligibleFromBar
  }

  private func firstRejection(of requests: [OrderRequest], isChild: Bool = false) -> OrderReason? {
    if !mayTrade { return stoppedAtBar >= 0 ? .drawdownStop : .marginCall }
    for request in requests {
      let check = OrderCheck(
        now: now, isSigned: allowsSignedPrices[request.instrument],
        hasPrice: !quotes[request.instrument].price.isNaN, lot: lots[request.instrument],
        position: position(of: request.instrument), equity: equity)
      if let rejection = check.rejection(of: request, isChild: isChild) { return rejection }
    }
    return nil
  }

  private mutating func submit(
    _ request: OrderRequest, rejection: OrderReason?, parent: Int = 0, group: Int = 0,
    hasChildren: Bool = false
  ) -> Receipt {
    requireDecision()
    precondition(
      quotes.indices.contains(request.instrument), "an order's instrument is one of the broker's")
    let rejection = rejection ?? firstRejection(of: [request], isChild: parent != 0)
    orderCount += 1
    let order = order(of: request, isChild: parent != 0)
    report(order, .submitted, quantity: order.quantity, reason: request.reason)
    if let rejection {
      report(order, .rejected, quantity: order.quantity, reason: rejection)
      return Receipt(orderID: order.id, rejection: rejection)
    }
    let meetsThisClose =
      execution.fill == .thisClose && parent == 0
      && (order.type == .market || order.type == .marketOnClose)
    if meetsThisClose { self.meetsThisClose = true }
    let nextBars = meetsThisClose ? 0 : 1
    var working = WorkingOrder(
      order: order, reason: request.reason, remaining: order.quantity,
      eligibleFromBar: quotes[order.instrument].barCount + nextBars + execution.delayBars)
    working.parentID = parent
    working.groupID = group
    working.hasChildren = hasChildren
    if parent != 0 { working.unreleased = order.quantity }
    self.working.append(working)
    return Receipt(orderID: order.id, rejection: nil)
  }

  /// The order of a request, on ticks and in lots.
  private func order(of request: OrderRequest, isChild: Bool) -> Order {
    let instrument = request.instrument
    let side = request.side
    let tick = ticks[instrument]
    let isWhole = request.quantity == -side.sign * position(of: instrument)
    let lot = isWhole || !(request.quantity >= lots[instrument]) ? 0 : lots[instrument]
    var stopPrice = request.stopPrice.map { TickRule.against($0, side: side, tick: tick) }
    let price = quotes[instrument].price
    if let trail = request.trail, stopPrice == nil, !isChild, !price.isNaN {
      stopPrice = TrailingRule.stop(
        after: price, trail: trail, side: side, tick: tick)
    }
    return Order(
      id: orderCount, instrument: instrument, side: side,
      quantity: LotRule.quantity(request.quantity, lot: lot), type: request.type,
      limitPrice: request.limitPrice.map { TickRule.limit($0, side: side, tick: tick) },
      stopPrice: stopPrice, trail: request.trail, distance: request.distance,
      timeInForce: request.timeInForce, goodTill: request.goodTill,
      isReduceOnly: request.isReduceOnly, decidedAtBar: bar)
  }
}
