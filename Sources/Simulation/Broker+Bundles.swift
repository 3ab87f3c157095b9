import Market

/// Orders that fill together or wait: the legs of a pair that must not be held alone.
extension Broker {
  /// Fills all orders of a bundle where each of them fills whole at this phase's prices, one after the
  /// other; else none.
  mutating func fillBundle(from index: Int, phase: FillPhase, exposure: inout Exposure) {
    let bundle = working[index].bundleID
    guard !working[index].hasEnded, fillsWhole(bundle, at: phase, exposure: exposure) else {
      return
    }
    for leg in working.indices where working[leg].bundleID == bundle {
      if let reference = reference(of: leg, at: phase) {
        fill(leg, reference: reference, phase: phase, exposure: &exposure, limits: .unlimited)
      }
    }
  }

  /// Tries the orders of a bundle one after the other without booking them. The limits on exposure are
  /// those of all legs together: each alone may pass what the other balances.
  private mutating func fillsWhole(
    _ bundle: Int, at phase: FillPhase, exposure: Exposure
  ) -> Bool {
    let before = exposure
    var exposure = exposure
    var cash = self.cash
    var legs: [(before: Double, after: Double)] = []
    for leg in working.indices where working[leg].bundleID == bundle {
      let order = working[leg].order
      guard let reference = reference(of: leg, at: phase) else { return false }
      var holding = holding(
        of: order.instrument, cash: cash, exposure: exposure, mark: reference)
      let rule = fillRule(of: order.instrument, limits: .unlimited)
      let outcome = rule.outcome(
        of: working[leg], reference: reference, slips: !order.type.hasLimitPrice,
        isMaker: false, holding: holding)
      guard case .fills(let fill) = outcome, fill.end == nil,
        fill.quantity == working[leg].remaining
      else { return false }
      holding.book(
        quantity: fill.quantity, side: order.side, price: fill.price, reference: reference,
        fee: fill.fee)
      (exposure, cash) = (holding.exposure, holding.cash)
      let unitValue = reference * rule.factor
      legs.append((position(of: order.instrument) * unitValue, holding.held * unitValue))
    }
    return execution.limits.admit(before: before, after: exposure, legs: legs, cash: cash)
  }
}
