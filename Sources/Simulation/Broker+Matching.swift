import Market

/// Orders meet the prices at which all instruments open or close.
///
/// 1. An order is met in the order of submission, by a bar of its own instrument, once eligible.
/// 2. Its reference price is what its type says (`reference(of:at:)`); none, and it waits.
/// 3. What fills, and at what price, says `FillRule`.
/// 4. Its fill or end moves the orders linked with it.
extension Broker {
  mutating func match(at phase: FillPhase) {
    // Summed once, then moved fill by fill, so that a step costs no square of the instruments.
    var exposure = Exposure(of: account.positions, at: quotes)
    for index in working.indices {
      let timeInForce = working[index].order.timeInForce
      if timeInForce != .goodTillCancelled, phase == .open { expireIfOver(index) }
      if working[index].bundleID != 0 {
        // Once, from the first of its orders that is left: they stand together.
        let isFirst = index == 0 || working[index - 1].bundleID != working[index].bundleID
        if isFirst || working[index - 1].hasEnded {
          fillBundle(from: index, phase: phase, exposure: &exposure)
        }
      } else if let reference = reference(of: index, at: phase) {
        fill(index, reference: reference, phase: phase, exposure: &exposure)
      }
      if timeInForce.isImmediate, isLastChance(of: index, phase) {
        end(index, .expired, .notImmediate)
      }
    }
    // A fill may have ended orders before it, too.
    removeEndedOrders()
  }

  mutating func removeEndedOrders() {
    guard working.contains(where: \.hasEnded) else { return }
    var kept = 0
    for index in working.indices where !working[index].hasEnded {
      if kept != index { working[kept] = working[index] }
      kept += 1
    }
    working.removeLast(working.count - kept)
  }

  /// Whether a bar of this step may fill an order.
  func isEligible(_ working: WorkingOrder) -> Bool {
    let instrument = working.order.instrument
    return hasBar(instrument) && quotes[instrument].barCount >= working.eligibleFromBar
      && working.available > 0
  }

  /// The price that an order meets in this phase, nil where it meets none.
  mutating func reference(of index: Int, at phase: FillPhase) -> Double? {
    guard isEligible(working[index]) else { return nil }
    let price = quotes[working[index].order.instrument].price
    let side = working[index].order.side
    switch working[index].way {
    case .market: return phase == (execution.fill == .nextOpen ? .open : .close) ? price : nil
    case .open: return phase == .open ? price : nil
    case .close: return phase == .close ? price : nil
    case .limit(let limit):
      guard phase == .open, isReached(limit: limit, by: price, side) else { return nil }
      return price
    case .stop(let stop):
      guard phase == .open, StopRule.isReached(by: price, stop: stop, side: side) else {
        return nil
      }
      working[index].isTriggered = true
      report(
        working[index].order, .triggered, quantity: working[index].remaining, reason: .stopReached)
      working.endEntry(ofStop: index, changes: &changes)
      reportChanges()
      // Rule 4: triggered at the open, it is a limit order for the whole bar.
      guard let limit = working[index].order.limitPrice else { return price }
      return isReached(limit: limit, by: price, side) ? price : nil
    case .nothing: return nil
    }
  }

  private func isReached(limit: Double, by price: Double, _ side: Side) -> Bool {
    LimitRule.isReached(by: price, limit: limit, side: side, touch: execution.limitTouch)
  }

  mutating func fill(
    _ index: Int, reference: Double, phase: FillPhase, exposure: inout Exposure,
    limits: ExposureLimits? = nil
  ) {
    let order = working[index].order
    let instrument = order.instrument
    let held = position(of: instrument)
    let rule = fillRule(of: instrument, limits: limits)
    let outcome = rule.outcome(
      of: working[index], reference: reference, slips: !order.type.hasLimitPrice, isMaker: false,
      holding: holding(of: instrument, cash: cash, exposure: exposure, mark: reference))
    switch outcome {
    case .waits: break
    case .ends(let reason):
      end(index, reason == .notImmediate ? .expired : .cancelled, reason)
    case .fills(let fill):
      let fact = FillFact(working[index], fill, reference: reference, rule: rule)
      book(fact, phase: phase, isAmbiguous: false)
      exposure.move(
        from: held, to: position(of: instrument), price: reference * rule.factor)
      working[index].take(fact)
      if working[index].isLinked || exitRule(of: instrument) != nil {
        working.followFill(
          of: index, quantity: fill.quantity, reference: reference,
          held: HeldUnits(before: held, after: position(of: instrument)), tick: rule.tick,
          lot: rule.lot, changes: &changes)
        reportChanges()
      }
    }
  }

  func holding(of instrument: Int, cash: Double, exposure: Exposure, mark: Double) -> Holding {
    Holding(
      held: position(of: instrument), cash: cash, exposure: exposure,
      capacity: liquidity?.capacity(of: instrument) ?? .infinity, mark: mark,
      factor: quotes[instrument].factor)
  }

  /// Books a fill: the row of it, the event of its order, then the account and its trades.
  mutating func book(_ fill: FillFact, phase: FillPhase, isAmbiguous: Bool) {
    let order = fill.order.order
    let row = Fill(
      sequence: nextSequence(), bar: bar, time: now, orderID: order.id,
      instrument: order.instrument, side: order.side, quantity: fill.quantity, price: fill.price,
      fee: fill.fee, slippage: fill.slippage, phase: phase, isAmbiguous: isAmbiguous,
      value: fill.value, impact: fill.impact)
    outbox.append(.fill(row))
    report(
      order, fill.isPart ? .partlyFilled : .filled, quantity: fill.quantity, reason: fill.reason)
    account.book(
      row, reference: fill.reference, factor: fill.factor, reason: fill.order.reason, to: &outbox)
    liquidity?.take(fill.quantity, of: order.instrument)
    let time = now
    tradedVolume?.add(fill.value, at: time)
  }

  func fillRule(of instrument: Int, limits: ExposureLimits? = nil) -> FillRule {
    precondition(
      execution.slippageTicks == 0 || ticks[instrument] > 0, "ticks of slippage need a tick")
    return FillRule(
      costs: costs, limits: limits ?? execution.limits, tick: ticks[instrument],
      lot: lots[instrument],
      factor: quotes[instrument].factor,
      impact: liquidity?.impact(of: instrument) ?? .none)
  }

  /// Ends an order without a fill, and what hangs on it; it is taken off the list later.
  mutating func end(_ index: Int, _ kind: OrderEventKind, _ reason: OrderReason) {
    working.end(index, kind, reason, &changes)
    reportChanges()
  }

  mutating func reportChanges() {
    for change in changes {
      report(change.order, change.kind, quantity: change.quantity, reason: change.reason)
    }
    changes.removeAll(keepingCapacity: true)
  }
}

/// How long orders work.
extension Broker {
  /// Expires an order whose day is over or whose date has passed, before it meets this step's bar.
  private mutating func expireIfOver(_ index: Int) {
    let order = working[index]
    guard !order.hasEnded else { return }
    switch order.order.timeInForce {
    case .goodTillCancelled, .immediateOrCancel, .fillOrKill: break
    case .goodTillDate:
      let isOver =
        order.order.goodTill.map { now > $0 }
        ?? (order.lastBar > 0 && quotes[order.order.instrument].barCount > order.lastBar)
      if isOver { end(index, .expired, .goodTillReached) }
    case .day:
      // A bar that closes at midnight is of the day that ends then.
      let moment = Timestamp(milliseconds: now.milliseconds - 1)
      let today = zones[order.order.instrument]?.day(of: moment) ?? moment.day
      if order.day < 0 {
        if isEligible(order) { working[index].day = today }
      } else if today > order.day {
        end(index, .expired, .dayEnded)
      }
    }
  }

  /// Whether an order with one chance has had it.
  private func isLastChance(of index: Int, _ phase: FillPhase) -> Bool {
    let order = working[index]
    guard isEligible(order) else { return false }
    switch order.way {
    case .market: return phase == (execution.fill == .nextOpen ? .open : .close)
    case .close: return phase == .close
    case .open, .limit, .stop, .nothing: return phase == .open
    }
  }
}
