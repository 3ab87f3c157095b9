import Simulation

/// What is to be held, as expressions.
public struct PositionsSpec: Equatable, Sendable {
  public struct Position: Equatable, Sendable {
    /// Index in `RunSpec.instruments`.
    public var instrument: Int
    public var expression: SourceText
  }

  public var targets: TargetSettings
  /// The traded instruments, in the order of `RunSpec.instruments`, none twice; may be empty.
  public var positions: [Position]
}

/// The account and how orders fill.
public struct ExecutionSpec: Equatable, Sendable {
  public var settings: ExecutionSettings
  /// The currency of the account; nil where it has no name, and so no other may be named.
  public var currency: String?
  /// By the name of a currency, the index of the instrument whose price is what a unit of it costs in the
  /// account's.
  public var rates: [CurrencyRate] = []
  /// Bars in a year, above 0; nil is read off the median step.
  public var barsPerYear: Double?
}

/// Where the price of a currency comes from.
public struct CurrencyRate: Equatable, Sendable {
  public var currency: String
  /// Index in `RunSpec.instruments`.
  public var instrument: Int
}
