import Market

/// Whole steps of a price or quantity.
enum Steps {
  /// `value` / `step`, the whole number itself where the two differ by rounding only.
  static func count(_ value: Double, _ step: Double) -> Double {
    let exact = value / step
    let near = exact.rounded()
    return abs(exact - near) <= 1e-9 + 1e-12 * abs(near) ? near : exact
  }

  /// `count` · `step`. A step such as 0.01 has no exact binary form but its inverse, 100, has: the
  /// quotient is then the double nearest to the decimal number.
  static func value(_ count: Double, _ step: Double) -> Double {
    let inverse = (1 / step).rounded()
    return inverse >= 1 && abs(inverse * step - 1) <= 1e-12 ? count / inverse : count * step
  }
}

/// Rule 9: prices lie on the tick. What is paid rounds against the trader, a level away from its
/// fill. A tick of 0 rounds nothing.
enum TickRule {
  /// A price paid, or the stop price of an order: up for a buy, down for a sell.
  static func against(_ price: Double, side: Side, tick: Double) -> Double {
    guard tick > 0 else { return price }
    return Steps.value(Steps.count(price, tick).rounded(side == .buy ? .up : .down), tick)
  }

  /// A limit price: down for a buy, up for a sell, so that it is never passed.
  static func limit(_ price: Double, side: Side, tick: Double) -> Double {
    against(price, side: side.opposite, tick: tick)
  }
}

/// Rule 9: quantities are whole lots, rounded down. A lot of 0 rounds nothing.
enum LotRule {
  static func quantity(_ quantity: Double, lot: Double) -> Double {
    guard lot > 0 else { return quantity }
    return Steps.value(Steps.count(quantity, lot).rounded(.down), lot)
  }
}

extension Side {
  var opposite: Side { self == .buy ? .sell : .buy }
}
