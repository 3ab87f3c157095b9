import Market

/// A state change of one of a list of orders, to be reported.
struct OrderChange {
  let order: Order
  let kind: OrderEventKind
  let quantity: Double
  let reason: OrderReason?
}

/// Units held before and after a fill.
struct HeldUnits {
  let before: Double
  let after: Double

  /// Units by which the fill opened or raised a position.
  var opened: Double {
    before * after > 0 ? Swift.max(0, abs(after) - abs(before)) : abs(after)
  }
  /// Whether what was held is held no more.
  var closedAll: Bool { before != 0 && before * after <= 0 }
}

/// What one order's fill or end does to the others of its bracket or group, which lie in the same
/// list. All are of one instrument.
extension [WorkingOrder] {
  /// Follows a fill that has been taken off `self[index].remaining`.
  ///
  /// - Parameters:
  ///   - index: of the order that was filled.
  ///   - quantity: units filled.
  ///   - reference: the price that the order met.
  ///   - held: units held before and after it.
  ///   - tick: of the instrument, 0 for none.
  ///   - lot: of the instrument, 0 for none.
  ///   - changes: what happened to other orders is appended here.
  mutating func followFill(
    of index: Int, quantity: Double, reference: Double, held: HeldUnits,
    tick: Double, lot: Double, changes: inout [OrderChange]
  ) {
    self[index].closing = Swift.max(0, self[index].closing - quantity)
    let filled = self[index]
    if filled.groupID != 0 { reduceSiblings(of: filled, by: quantity, changes: &changes) }
    if filled.isExit { lowerTargets(that: filled, closed: quantity, changes: &changes) }
    if held.closedAll {
      endExits(closedBy: filled, changes: &changes)
    }
    if filled.hasChildren {
      release(
        childrenOf: filled, reference: reference, opened: held.opened, tick: tick, lot: lot,
        changes: &changes)
      if filled.hasEnded { dropUnreleased(childrenOf: filled.order.id, changes: &changes) }
    }
  }

  /// Rule 7: one of two siblings filled cancels the other; a part of it reduces the other by as
  /// much.
  private mutating func reduceSiblings(
    of filled: WorkingOrder, by quantity: Double, changes: inout [OrderChange]
  ) {
    for index in indices
    where self[index].groupID == filled.groupID && self[index].order.id != filled.order.id
      && !self[index].hasEnded
    {
      let left = filled.hasEnded ? 0 : self[index].remaining - quantity
      if left > 0 {
        self[index].remaining = left
        self[index].unreleased = Swift.min(self[index].unreleased, left)
        note(index, .amended, left, .siblingFilled, &changes)
      } else {
        end(index, .cancelled, .siblingFilled, &changes)
      }
    }
  }

  /// What an exit has closed, waiting target orders need not close any more.
  private mutating func lowerTargets(
    that exit: WorkingOrder, closed quantity: Double, changes: inout [OrderChange]
  ) {
    var left = quantity
    for index in indices
    where self[index].reason == .rebalance && self[index].closing > 0 && !self[index].hasEnded
      && self[index].order.instrument == exit.order.instrument
      && self[index].order.side == exit.order.side
    {
      let closed = Swift.min(left, self[index].closing, self[index].remaining)
      guard closed > 0 else { continue }
      left -= closed
      let remaining = self[index].remaining - closed
      // Less than a part in 1e12 is what rounding left.
      if remaining > 1e-12 * self[index].order.quantity {
        self[index].closing -= closed
        self[index].remaining = remaining
        note(index, .amended, remaining, .positionClosed, &changes)
      } else {
        end(index, .cancelled, .positionClosed, &changes)
      }
    }
  }

  /// With a position end the exits that protected it; what waits for an entry waits on.
  private mutating func endExits(closedBy filled: WorkingOrder, changes: inout [OrderChange]) {
    for index in indices
    where self[index].isExit && self[index].available > 0
      && self[index].order.instrument == filled.order.instrument
    {
      let left = self[index].unreleased
      if left > 0 {
        self[index].remaining = left
        note(index, .amended, left, .positionClosed, &changes)
      } else {
        end(index, .cancelled, .positionClosed, &changes)
      }
    }
  }

  /// Rule 7: a partly filled parent releases its children in proportion. Those of a target order
  /// protect what it opens, which may be less than what it trades.
  private mutating func release(
    childrenOf parent: WorkingOrder, reference: Double, opened: Double, tick: Double, lot: Double,
    changes: inout [OrderChange]
  ) {
    for index in indices where self[index].parentID == parent.order.id && !self[index].hasEnded {
      let whole = self[index].order.quantity
      let left: Double
      if self[index].isExit {
        let unopened = self[index].unreleased - opened
        left = unopened > 1e-9 * whole ? unopened : 0
      } else {
        let share = parent.filled / parent.order.quantity
        left = whole - (share >= 1 ? whole : LotRule.quantity(whole * share, lot: lot))
      }
      let quantity = self[index].unreleased - left
      guard quantity > 0 else { continue }
      self[index].unreleased = left
      self[index].order.setPrice(from: reference, tick: tick)
      note(index, .released, quantity, .parentFilled, &changes)
    }
  }

  /// Rule 7: once a bracket's stop is reached, its entry opens no more. Else the two would share the
  /// liquidity of the bars that follow, the entry before the stop.
  mutating func endEntry(ofStop stop: Int, changes: inout [OrderChange]) {
    guard self[stop].parentID != 0 else { return }
    for index in indices where self[index].order.id == self[stop].parentID && !self[index].hasEnded
    {
      end(index, .cancelled, .stopReached, &changes)
    }
  }

  /// What an entry that has ended did not fill, its children need not close.
  mutating func dropUnreleased(childrenOf parentID: Int, changes: inout [OrderChange]) {
    for index in indices where self[index].parentID == parentID && self[index].unreleased > 0 {
      let left = self[index].available
      if left > 0 {
        self[index].remaining = left
        self[index].unreleased = 0
        note(index, .amended, left, .parentEnded, &changes)
      } else {
        end(index, .cancelled, .parentEnded, &changes)
      }
    }
  }

  /// Ends an order, and what hangs on it.
  mutating func end(
    _ index: Int, _ kind: OrderEventKind, _ reason: OrderReason, _ changes: inout [OrderChange]
  ) {
    note(index, kind, self[index].remaining, reason, &changes)
    self[index].remaining = 0
    self[index].unreleased = 0
    if self[index].hasChildren {
      dropUnreleased(childrenOf: self[index].order.id, changes: &changes)
    }
  }

  private func note(
    _ index: Int, _ kind: OrderEventKind, _ quantity: Double, _ reason: OrderReason,
    _ changes: inout [OrderChange]
  ) {
    changes.append(
      OrderChange(order: self[index].order, kind: kind, quantity: quantity, reason: reason))
  }
}

extension Order {
  /// Sets the price of an exit that has none yet by the price that its entry met.
  fileprivate mutating func setPrice(from reference: Double, tick: Double) {
    if let trail, stopPrice == nil {
      stopPrice = TrailingRule.stop(after: reference, trail: trail, side: side, tick: tick)
    }
    guard let distance else { return }
    let length =
      switch distance {
      case .amount(let amount): amount
      case .fraction(let fraction): abs(reference) * fraction
      }
    switch type {
    case .limit where limitPrice == nil:
      // A sell takes its profit above the entry, and its loss below.
      limitPrice = TickRule.limit(reference - side.sign * length, side: side, tick: tick)
    case .stop where stopPrice == nil:
      stopPrice = TickRule.against(reference + side.sign * length, side: side, tick: tick)
    default: break
    }
  }
}
