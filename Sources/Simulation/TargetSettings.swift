/// What the value of a position expression counts.
public enum TargetUnit: String, CaseIterable, Sendable {
  /// A fraction of equity.
  case weight
  case units
  /// Money.
  case notional
  /// A weight that the target volatility over the realised one scales.
  case volatility
  /// The fraction of equity that is lost where the instrument's stop loss is hit.
  case risk
  /// The return expected of the next bar, of which the Kelly rule makes a weight.
  case kelly
}

extension TargetUnit {
  /// Whether it needs the instrument's past returns.
  public var usesReturns: Bool { self == .volatility || self == .kelly }
}

/// When a target becomes an order.
public enum Rebalance: String, CaseIterable, Sendable {
  /// At each bar at which it differs from the held position.
  case everyBar = "every_bar"
  /// Only when the expression's value differs from the last one acted on.
  case onChange = "on_change"
}

/// What a null target means.
public enum NullTarget: String, CaseIterable, Sendable {
  /// It changes nothing.
  case hold
  /// It is a target of 0.
  case flat
}

/// How the orders of one decision hang together.
public enum LegPolicy: String, CaseIterable, Sendable {
  /// Each fills by itself.
  case legged
  /// They fill whole and at the same open or close, or wait.
  case allOrNone = "all_or_none"
}

/// How the values of position expressions are read.
public struct TargetSettings: Equatable, Sendable {
  public var unit: TargetUnit
  public var rebalance: Rebalance
  public var onNull: NullTarget
  /// The fraction of equity, at least 0, up to which a difference is not worth an order.
  public var rebalanceBand: Double
  public var legs: LegPolicy
  /// Of `volatility`: the volatility a year that a value of 1 is to have, above 0.
  public var volatilityTarget: Double?
  /// Of `volatility` and `kelly`: returns that the realised figure is made of, at least 2.
  public var volatilityWindow: Int?
  /// Of `volatility`: bars in a year, above 0.
  public var barsPerYear: Double?
  /// Of `kelly`: the share of the Kelly weight that is taken, above 0 and at most 1.
  public var kellyFraction: Double?
  /// Of `kelly`: the largest weight to either side, above 0.
  public var kellyCap: Double?

  public init(
    unit: TargetUnit = .weight, rebalance: Rebalance = .everyBar, onNull: NullTarget = .hold,
    rebalanceBand: Double = 0, legs: LegPolicy = .legged
  ) {
    self.unit = unit
    self.rebalance = rebalance
    self.onNull = onNull
    self.rebalanceBand = rebalanceBand
    self.legs = legs
  }

  /// Stops the program where something that the unit needs is missing or out of range: the spec's
  /// reader refuses it first, with its place.
  func checkRanges(exits: [ExitRule]) {
    precondition(rebalanceBand >= 0 && rebalanceBand.isFinite, "a band is at least 0")
    func isAboveZero(_ value: Double?) -> Bool { value.map { $0 > 0 && $0.isFinite } ?? false }
    if unit.usesReturns {
      precondition((volatilityWindow ?? 0) >= 2, "a window of returns is at least 2")
    }
    switch unit {
    case .weight, .units, .notional: break
    case .volatility:
      precondition(isAboveZero(volatilityTarget), "a volatility target is above 0")
      precondition(isAboveZero(barsPerYear), "a volatility a year needs bars a year")
    case .kelly:
      precondition(isAboveZero(kellyFraction), "a share of the Kelly weight is above 0")
      precondition(isAboveZero(kellyCap), "a cap of the Kelly weight is above 0")
    case .risk:
      precondition(exits.contains { $0.hasStopLoss }, "a risk to the stop needs a stop")
    }
  }
}
