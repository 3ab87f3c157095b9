import Market

/// In what the level of an order is given.
public enum LevelUnit: String, CaseIterable, Sendable {
  /// A share of the price that it is measured from.
  case fraction
  /// In the unit of prices, from the price that it is measured from.
  case distance
  /// The price itself.
  case price
}

/// How the target orders of an instrument are made.
public struct OrderRule: Equatable, Sendable {
  /// `market` fills as the fill policy says; a trailing stop is none.
  public var type: OrderType
  /// Of its levels, measured from the close of the decision.
  public var unit: LevelUnit
  public var timeInForce: TimeInForce
  /// Of `goodTillDate`: bars of the instrument that may fill it, at least 1.
  public var goodForBars: Int?

  public init(
    type: OrderType = .market, unit: LevelUnit = .fraction,
    timeInForce: TimeInForce = .goodTillCancelled, goodForBars: Int? = nil
  ) {
    precondition(type != .trailingStop, "a target order is no trailing stop")
    precondition(
      (goodForBars != nil) == (timeInForce == .goodTillDate),
      "an order that is good for a while says how long")
    self.type = type
    self.unit = unit
    self.timeInForce = timeInForce
    self.goodForBars = goodForBars
  }
}

/// Which orders protect a position of an instrument.
public struct ExitRule: Equatable, Sendable {
  /// Of its levels, measured from the price that the entry met.
  public var unit: LevelUnit
  public var hasStopLoss: Bool
  public var hasTakeProfit: Bool
  /// Instead of a stop loss.
  public var hasTrailingStop: Bool

  public init(
    unit: LevelUnit = .fraction, hasStopLoss: Bool = false, hasTakeProfit: Bool = false,
    hasTrailingStop: Bool = false
  ) {
    precondition(!(hasStopLoss && hasTrailingStop), "a trailing stop is the stop")
    precondition(!hasTrailingStop || unit != .price, "a trailing stop stands at a distance")
    self.unit = unit
    self.hasStopLoss = hasStopLoss
    self.hasTakeProfit = hasTakeProfit
    self.hasTrailingStop = hasTrailingStop
  }

  /// Whether any order protects it.
  public var isEmpty: Bool { !(hasStopLoss || hasTakeProfit || hasTrailingStop) }
}

/// The levels of the orders of one decision, in the units of their rules; NaN is null.
public struct TargetLevels: Equatable, Sendable {
  public enum Kind: Int, CaseIterable, Sendable {
    case limit
    case stop
    case stopLoss
    case takeProfit
    case trailingStop
  }

  private static let kinds = Kind.allCases.count

  /// Empty where no order has a level.
  private var values: [Double]

  /// No levels.
  public init() { values = [] }

  /// Room for the levels of so many instruments, all null.
  public init(instruments: Int) {
    values = Array(repeating: .nan, count: instruments * Self.kinds)
  }

  /// A level of an instrument.
  public subscript(kind: Kind, instrument: Int) -> Double {
    get {
      values.isEmpty ? .nan : values[instrument * Self.kinds + kind.rawValue]
    }
    set { values[instrument * Self.kinds + kind.rawValue] = newValue }
  }
}

extension LevelUnit {
  /// The price at a level on one side of another price.
  ///
  /// - Parameters:
  ///   - level: in this unit.
  ///   - reference: what it is measured from.
  ///   - sign: +1 above it, -1 below it.
  /// - Returns: the price; the level itself where it is one.
  func price(_ level: Double, from reference: Double, sign: Double) -> Double {
    switch self {
    case .fraction: reference + sign * (abs(reference) * level)
    case .distance: reference + sign * level
    case .price: level
    }
  }

  /// The same as a distance to be measured once the price is known; nil for a price.
  func distance(_ level: Double) -> Trail? {
    switch self {
    case .fraction: .fraction(level)
    case .distance: .amount(level)
    case .price: nil
    }
  }
}
