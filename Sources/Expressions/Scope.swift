import Market

/// What the names of an expression stand for: the instruments of the spec, and its place in it.
public struct Scope: Equatable, Sendable {
  /// Where an expression stands; it decides which names it may use.
  public enum Role: Equatable, Sendable {
    /// Sees fields only.
    case feature
    /// Sees fields, `h` and `at_origin`; the horizon counts steps of the panel.
    case target(horizon: Int)
    /// Sees fields, `position.X`, `equity`, the forecasts of these horizons and hedge ratios; without
    /// a model none of the last two.
    case position(horizons: [Int])
  }

  /// Names of the instruments, in the order of the spec.
  public var instruments: [String]
  public var role: Role

  public init(instruments: [String], role: Role) {
    self.instruments = instruments
    self.role = role
  }
}

/// A value that the caller gives at every step.
public enum InputSlot: Hashable, Sendable {
  /// A value of the instrument's bar at this step; null where it has none.
  case field(instrument: Int, field: Field)
  /// The forecast made at this step for this horizon; null where none was made.
  case forecast(horizon: Int)
  /// The slope of one close on another by the latest refit; null before the first.
  case hedgeRatio(of: Int, on: Int)
  /// Units held of the instrument, as of the close of this step, before its decision.
  case position(instrument: Int)
  /// Cash and positions in money, as of the close of this step, before its decision.
  case equity
}
