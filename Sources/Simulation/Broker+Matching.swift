import Market

/// Orders meet prices.
///
/// 1. An order is met in the order of submission, by a bar of its own instrument, once eligible.
/// 2. Its reference price is what its type says (`reference(of:at:)`); none, and it waits.
/// 3. Liquidity bounds what this bar fills; the rest waits.
/// 4. With equity at or below zero only what lowers exposure is filled; else what would raise gross
///    exposure above the limit is cut, and the rest of the order ends.
/// 5. The price is the reference, moved against the trader.
extension Broker {
  mutating func match(at phase: FillPhase) {
    // Summed once, then moved fill by fill, so that a step costs no square of the instruments.
    var exposure = Exposure(of: account.positions, at: quotes)
    var kept = 0
    for index in working.indices {
      var order = working[index]
      let isDone: Bool
      if let reference = reference(of: order, at: phase) {
        isDone = fill(&order, reference: reference, phase: phase, exposure: &exposure)
      } else {
        isDone = false
      }
      if !isDone {
        working[kept] = order
        kept += 1
      }
    }
    working.removeLast(working.count - kept)
  }

  /// The price that an order meets in this phase, nil where it meets none.
  private func reference(of order: WorkingOrder, at phase: FillPhase) -> Double? {
    let instrument = order.order.instrument
    guard hasBar(instrument), quotes[instrument].barCount >= order.eligibleFromBar else {
      return nil
    }
    switch (order.order.type, phase) {
    case (.market, .open), (.marketOnClose, .close): return quotes[instrument].price
    case (.market, _), (.marketOnClose, _): return nil
    }
  }

  /// Fills what can be filled of an order.
  ///
  /// - Returns: whether the order has ended.
  private mutating func fill(
    _ working: inout WorkingOrder, reference: Double, phase: FillPhase, exposure: inout Exposure
  ) -> Bool {
    let order = working.order
    let instrument = order.instrument
    var quantity = working.remaining
    if let liquidity { quantity = min(quantity, liquidity.capacity(of: instrument)) }
    guard quantity > 0 else { return false }

    let held = position(of: instrument)
    let price = costs.price(reference: reference, side: order.side)
    let equity = cash + exposure.net
    if equity <= 0, abs(held + order.side.sign * quantity) >= abs(held) {
      report(order, .cancelled, quantity: working.remaining, reason: .ruined)
      return true
    }
    let admissible = exposure.admissible(
      quantity: quantity, side: order.side, held: held, price: reference,
      costPerUnit: costs.perUnit(price: price, reference: reference), equity: equity,
      maxLeverage: execution.maxLeverage)
    let isCut = admissible < quantity
    guard admissible > 0 else {
      report(order, .cancelled, quantity: working.remaining, reason: .cutLeverage)
      return true
    }

    let fill = Fill(
      sequence: nextSequence(), bar: bar, time: now, orderID: order.id, instrument: instrument,
      side: order.side, quantity: admissible, price: price,
      fee: costs.fee(quantity: admissible, price: price),
      slippage: costs.slippage(quantity: admissible, price: price, reference: reference),
      phase: phase)
    outbox.append(.fill(fill))
    let isPart = !isCut && admissible < working.remaining
    report(
      order, isPart ? .partlyFilled : .filled, quantity: admissible,
      reason: isCut ? .cutLeverage : nil)
    account.book(fill, reference: reference, reason: working.reason, to: &outbox)
    exposure.move(from: held, to: position(of: instrument), price: reference)
    liquidity?.take(admissible, of: instrument)
    working.remaining -= admissible
    return !isPart
  }
}
