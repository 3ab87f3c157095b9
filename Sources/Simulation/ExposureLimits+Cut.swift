import Market

/// An order that meets a price, and the account that it meets it with. Prices are money a unit.
struct ExposureDemand {
  /// Units asked for, above 0.
  let quantity: Double
  let side: Side
  /// Units held before, negative for a short position.
  let held: Double
  /// The latest known price of the instrument, which is the fill's reference.
  let reference: Double
  /// What is paid or received.
  let price: Double
  /// Equity lost for each unit traded, fees and slippage.
  let costPerUnit: Double
  /// Fees for each unit traded.
  let feePerUnit: Double
  /// Before the fill, at the latest known prices, less what every fill costs.
  let equity: Double
  /// Less what every fill costs.
  let cash: Double
  let exposure: Exposure
}

extension ExposureLimits {
  /// The part of an order that the limits let through, and the limit that lets through least.
  ///
  /// Each limit is met after the fill, whose own costs count. An order that does not raise what a limit
  /// bounds passes it whole; one that does may always close what is held the other way.
  ///
  /// - Returns: units in 0...quantity, and nil where nothing is cut.
  func cut(_ demand: ExposureDemand) -> (quantity: Double, reason: OrderReason?) {
    var quantity = demand.quantity
    var reason: OrderReason?
    func bound(_ most: Double, _ why: OrderReason) {
      guard most < quantity else { return }
      quantity = most
      reason = why
    }
    let leverage = min(maxLeverage, initialMargin.map { 1 / $0 } ?? .infinity)
    bound(demand.gross(leverage), leverage < maxLeverage ? .cutMargin : .cutLeverage)
    if let maxNet { bound(demand.net(maxNet), .cutNet) }
    if let maxPosition { bound(demand.position(maxPosition), .cutPosition) }
    if account == .cash {
      switch demand.side {
      case .buy: bound(demand.purchasable, .cutCash)
      case .sell: bound(max(0, demand.held), .noShort)
      }
    }
    return (quantity, reason)
  }
}

extension ExposureLimits {
  /// Whether fills that go together leave the account within every limit, or no further beyond it.
  ///
  /// - Parameters:
  ///   - before: the exposure before them, at the prices that they meet.
  ///   - after: the exposure after them.
  ///   - legs: the values of the positions that they change.
  ///   - cash: after them.
  /// - Returns: whether all of them may fill.
  func admit(
    before: Exposure, after: Exposure, legs: [(before: Double, after: Double)], cash: Double
  ) -> Bool {
    let equity = cash + after.net
    func holds(_ was: Double, _ value: Double, _ limit: Double) -> Bool {
      let rounding = 1e-12 * (after.gross + abs(equity) * limit)
      return abs(value) <= abs(was) || abs(value) <= limit * equity + rounding
    }
    guard holds(before.gross, after.gross, maxLeverage) else { return false }
    if let initialMargin, !holds(before.gross, after.gross, 1 / initialMargin) { return false }
    if let maxNet, !holds(before.net, after.net, maxNet) { return false }
    if let maxPosition, !legs.allSatisfy({ holds($0.before, $0.after, maxPosition) }) {
      return false
    }
    return account == .margin
      || cash >= -1e-12 * after.gross && legs.allSatisfy { $0.after >= 0 }
  }
}

extension ExposureDemand {
  // A target that is the limit itself must not be cut by a rounding.
  private func rounding(_ limit: Double) -> Double {
    1e-12 * (exposure.gross + abs(equity) * limit)
  }

  /// The largest traded quantity with others + after · |p| <= limit · (equity − cost · traded).
  fileprivate func gross(_ limit: Double) -> Double {
    let size = abs(reference)
    let before = abs(held)
    let after = abs(held + side.sign * quantity)
    guard after * size > before * size else { return quantity }
    let others = exposure.gross - before * size
    let bound = limit * (equity - costPerUnit * quantity)
    guard others + after * size > bound + rounding(limit) else { return quantity }
    // Held units count along the order's side: traded = a − along.
    let along = side.sign * held
    let fits = (limit * (equity + along * costPerUnit) - others) / (size + limit * costPerUnit)
    return min(quantity, max(0, max(0, fits) - along))
  }

  /// The largest with |net| <= limit · (equity − cost · traded).
  ///
  /// Closing a position may raise net exposure where it balanced another; it is let through all the same.
  fileprivate func net(_ limit: Double) -> Double {
    let closing = side.sign * held < 0 ? min(quantity, abs(held)) : 0
    return max(largest(exposure.net, limit), closing)
  }

  /// The same of the instrument's own exposure.
  fileprivate func position(_ limit: Double) -> Double { largest(held * reference, limit) }

  private func largest(_ value: Double, _ limit: Double) -> Double {
    let size = abs(reference)
    // Counted in the direction in which the order moves it, below 0 where that is towards zero.
    let along = (reference < 0 ? -side.sign : side.sign) * value
    let after = along + quantity * size
    guard after > abs(along), after > limit * (equity - costPerUnit * quantity) + rounding(limit)
    else { return quantity }
    let fits = (limit * equity - along) / (size + limit * costPerUnit)
    return min(quantity, max(fits, max(0, -along / size)))
  }

  /// What the cash pays for.
  fileprivate var purchasable: Double {
    let cost = price + feePerUnit
    guard cost > 0, quantity * cost > cash + 1e-12 * abs(cash) else { return quantity }
    return max(0, cash / cost)
  }
}
