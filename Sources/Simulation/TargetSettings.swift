/// What the value of a position expression counts.
public enum TargetUnit: String, CaseIterable, Sendable {
  /// A fraction of equity.
  case weight
  case units
  /// Money.
  case notional
}

/// When a target becomes an order.
public enum Rebalance: String, CaseIterable, Sendable {
  /// At each bar at which it differs from the held position.
  case everyBar = "every_bar"
  /// Only when the expression's value differs from the last one acted on.
  case onChange = "on_change"
}

/// How the values of position expressions are read.
public struct TargetSettings: Equatable, Sendable {
  public var unit: TargetUnit
  public var rebalance: Rebalance

  public init(unit: TargetUnit = .weight, rebalance: Rebalance = .everyBar) {
    self.unit = unit
    self.rebalance = rebalance
  }
}
