import Market

/// A state change of one of a list of orders, to be reported.
struct OrderChange {
  let order: Order
  let kind: OrderEventKind
  let quantity: Double
  let reason: OrderReason?
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
  ///   - tick: of the instrument, 0 for none.
  ///   - lot: of the instrument, 0 for none.
  ///   - changes: what happened to other orders is appended here.
  mutating func followFill(
    of index: Int, quantity: Double, reference: Double, tick: Double, lot: Double,
    changes: inout [OrderChange]
  ) {
    let filled = self[index]
    if filled.groupID != 0 { reduceSiblings(of: filled, by: quantity, changes: &changes) }
    if filled.hasChildren {
      release(childrenOf: filled, reference: reference, tick: tick, lot: lot, changes: &changes)
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

  /// Rule 7: a partly filled parent releases its children in proportion.
  private mutating func release(
    childrenOf parent: WorkingOrder, reference: Double, tick: Double, lot: Double,
    changes: inout [OrderChange]
  ) {
    for index in indices where self[index].parentID == parent.order.id && !self[index].hasEnded {
      let whole = self[index].order.quantity
      let share = parent.filled / parent.order.quantity
      let released = share >= 1 ? whole : LotRule.quantity(whole * share, lot: lot)
      let quantity = self[index].unreleased - (whole - released)
      guard quantity > 0 else { continue }
      self[index].unreleased = whole - released
      if let trail = self[index].order.trail, self[index].order.stopPrice == nil {
        self[index].order.stopPrice = TrailingRule.stop(
          after: reference, trail: trail, side: self[index].order.side, tick: tick)
      }
      note(index, .released, quantity, .parentFilled, &changes)
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
