import Market

/// Whether a request can work. A level that the price has passed already is no fault: the order then
/// fills at the next open.
struct OrderCheck {
  let now: Timestamp
  /// Whether prices may be zero or negative.
  let isSigned: Bool
  /// Whether the instrument has had a bar.
  let hasPrice: Bool
  let lot: Double
  let position: Double
  let equity: Double

  func rejection(of request: OrderRequest, isChild: Bool) -> OrderReason? {
    let after = position + request.side.sign * request.quantity
    guard request.quantity.isFinite, request.quantity > 0 else { return .badQuantity }
    if lot > 0, after != 0, LotRule.quantity(request.quantity, lot: lot) <= 0 { return .belowLot }
    if let reason = priceFault(request, isChild: isChild) { return reason }
    if let reason = trailFault(request, isChild: isChild) { return reason }
    if let reason = timeFault(request, isChild: isChild) { return reason }
    if equity <= 0, !isChild, abs(after) >= abs(position) { return .ruined }
    return nil
  }

  static func isPrice(_ price: Double, isSigned: Bool) -> Bool {
    price.isFinite && (isSigned || price > 0)
  }

  private func priceFault(_ request: OrderRequest, isChild: Bool) -> OrderReason? {
    let type = request.type
    if let distance = request.distance {
      guard isChild, type == .stop || type == .limit, request.stopPrice == nil,
        request.limitPrice == nil, distance.isSound(mostOfPrice: type == .stop ? 1 : .infinity)
      else { return .badPrice }
      return nil
    }
    guard (request.limitPrice != nil) == type.hasLimitPrice else { return .badPrice }
    let mayHaveStop = type.hasStopPrice
    let needsStop = mayHaveStop && type != .trailingStop
    guard request.stopPrice == nil ? !needsStop : mayHaveStop else { return .badPrice }
    for price in [request.limitPrice, request.stopPrice].compactMap({ $0 })
    where !Self.isPrice(price, isSigned: isSigned) {
      return .badPrice
    }
    return nil
  }

  private func trailFault(_ request: OrderRequest, isChild: Bool) -> OrderReason? {
    guard (request.trail != nil) == (request.type == .trailingStop) else { return .badTrail }
    guard let trail = request.trail else { return nil }
    guard trail.isSound(mostOfPrice: 1) else { return .badTrail }
    return hasPrice || isChild || request.stopPrice != nil ? nil : .noPrice
  }

  private func timeFault(_ request: OrderRequest, isChild: Bool) -> OrderReason? {
    guard (request.goodTill != nil) == (request.timeInForce == .goodTillDate) else {
      return .badTimeInForce
    }
    if let until = request.goodTill, until <= now { return .badTimeInForce }
    // One chance only is no use to an order that waits for a stop or an entry.
    if request.timeInForce.isImmediate, isChild || request.type.hasStopPrice {
      return .badTimeInForce
    }
    return nil
  }

  /// Whether the parts of a bracket fit: one instrument, exits of the other side and no larger than
  /// the entry, and the target beyond the stop; with a limit as the entry, that between the two.
  static func rejection(of bracket: Bracket) -> OrderReason? {
    let entry = bracket.entry
    for child in [bracket.stopLoss, bracket.takeProfit].compactMap({ $0 }) {
      guard child.instrument == entry.instrument, child.side != entry.side,
        child.quantity <= entry.quantity
      else { return .badBracket }
    }
    if let stop = bracket.stopLoss, !stop.type.hasStopPrice { return .badBracket }
    if let target = bracket.takeProfit, target.type != .limit { return .badBracket }
    let levels = [
      bracket.stopLoss?.stopPrice, entry.limitPrice ?? entry.stopPrice,
      bracket.takeProfit?.limitPrice,
    ].compactMap { $0.map { entry.side.sign * $0 } }
    return zip(levels, levels.dropFirst()).allSatisfy { $0 < $1 } ? nil : .badBracket
  }
}

extension Trail {
  /// Whether it is above 0 and finite, and below `most` where it is a share of the price.
  fileprivate func isSound(mostOfPrice most: Double) -> Bool {
    switch self {
    case .amount(let amount): amount > 0 && amount.isFinite
    case .fraction(let fraction): fraction > 0 && fraction.isFinite && fraction < most
    }
  }
}
