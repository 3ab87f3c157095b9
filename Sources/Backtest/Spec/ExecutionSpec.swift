/// What is to be held, as expressions.
public struct PositionsSpec: Equatable, Sendable {
  public enum Unit: String, CaseIterable, Sendable {
    /// Of equity.
    case weight
    case units
    /// Money.
    case notional
  }

  public enum Rebalance: String, CaseIterable, Sendable {
    case everyBar = "every_bar"
    /// Only when the expression's value differs from that of the last order.
    case onChange = "on_change"
  }

  public struct Position: Equatable, Sendable {
    /// Index in `RunSpec.instruments`.
    public var instrument: Int
    public var expression: SourceText
  }

  public var unit: Unit
  public var rebalance: Rebalance
  /// The traded instruments, in the order of `RunSpec.instruments`, none twice; may be empty.
  public var positions: [Position]
}

/// The account and how orders fill.
public struct ExecutionSpec: Equatable, Sendable {
  public enum FillRule: String, CaseIterable, Sendable {
    case nextOpen = "next_open"
    case nextClose = "next_close"
    /// At the close that decided: a stated caveat.
    case thisClose = "this_close"
  }

  /// Money at the start, above 0.
  public var cash: Double
  public var fill: FillRule
  /// Basis points of traded value, at least 0.
  public var feeBps: Double
  /// Basis points of the reference price, at least 0.
  public var slippageBps: Double
  /// Gross exposure over equity, above 0.
  public var maxLeverage: Double
  /// Bars that an order waits beyond the usual, at least 0.
  public var delayBars: Int
  /// Share of the mean volume that an instrument's orders may take, above 0, at most 1; nil is any.
  public var participation: Double?
  /// Basis points a year on short positions, at least 0.
  public var borrowBpsYear: Double
  /// Fraction a year earned by cash, above -1.
  public var riskFree: Double
  /// Bars in a year, above 0; nil is read off the median step.
  public var barsPerYear: Double?
}
