/// The price of a bar at which a decision is carried out.
public enum FillPolicy: Int, CaseIterable, Sendable {
  /// The open of the instrument's next bar.
  case nextOpen
  /// The close of the instrument's next bar, for series whose opens mean nothing.
  case nextClose
  /// The close at which the decision was made. It assumes that one can trade at a price one has
  /// already seen, so a run that uses it says so.
  case thisClose

  public var name: String {
    switch self {
    case .nextOpen: "next_open"
    case .nextClose: "next_close"
    case .thisClose: "this_close"
    }
  }
}

/// How two levels within one bar are put in order; `docs/fills.md` explains each.
public enum PathModel: Int, CaseIterable, Sendable {
  /// Of all ways in which the price can have gone, the one that leaves the account worst off.
  case worst
  /// Open, high, low, close.
  case openHighLowClose
  /// Open, low, high, close.
  case openLowHighClose
  /// The extreme nearer to the open first; where they are equally near, the worse order of the two.
  case adaptive

  public var name: String {
    switch self {
    case .worst: "worst"
    case .openHighLowClose: "ohlc"
    case .openLowHighClose: "olhc"
    case .adaptive: "adaptive"
    }
  }
}

/// How orders are carried out and what that costs.
public struct ExecutionSettings: Equatable, Sendable {
  /// Money at the start, above 0.
  public var cash: Double
  public var fill: FillPolicy
  /// Basis points of the traded value, each side, at least 0.
  public var feeBps: Double
  /// Basis points of the reference price, against the trader, at least 0 and below 10000.
  public var slippageBps: Double
  /// Ticks against the trader on top, at least 0; needs a tick of every instrument.
  public var slippageTicks: Double
  /// Which of two levels in one bar comes first.
  public var path: PathModel
  /// Whether a price that touches a limit fills it.
  public var limitTouch: Bool
  /// Further bars of the instrument that an order is under way, at least 0.
  public var delayBars: Int
  /// The most that gross exposure may be as a multiple of equity at a fill that raises it, above 0.
  public var maxLeverage: Double
  /// Basis points a year of the value of a short position, at least 0.
  public var borrowBpsYear: Double
  /// What cash earns a year as a fraction; negative cash owes the same.
  public var riskFree: Double
  /// The share of the mean volume of the last 20 completed bars that one bar's fills of an
  /// instrument may take, above 0 and at most 1; nil is no limit.
  public var participation: Double?

  public init(
    cash: Double, fill: FillPolicy = .nextOpen, feeBps: Double = 0, slippageBps: Double = 0,
    delayBars: Int = 0, maxLeverage: Double = 4, borrowBpsYear: Double = 0, riskFree: Double = 0,
    participation: Double? = nil, slippageTicks: Double = 0, path: PathModel = .worst,
    limitTouch: Bool = false
  ) {
    self.cash = cash
    self.fill = fill
    self.feeBps = feeBps
    self.slippageBps = slippageBps
    self.delayBars = delayBars
    self.maxLeverage = maxLeverage
    self.borrowBpsYear = borrowBpsYear
    self.riskFree = riskFree
    self.participation = participation
    self.slippageTicks = slippageTicks
    self.path = path
    self.limitTouch = limitTouch
  }

  /// Whether anything accrues with time.
  var hasFinancing: Bool { riskFree != 0 || borrowBpsYear != 0 }

  /// Stops the program where a value lies outside its range: the spec's reader refuses it first,
  /// with its place.
  func checkRanges() {
    precondition(cash > 0 && cash.isFinite, "the account starts with money")
    precondition(feeBps >= 0 && feeBps.isFinite, "a fee is at least 0")
    precondition(slippageBps >= 0 && slippageBps < 10_000, "slippage lies in 0..<10000 bps")
    precondition(slippageTicks >= 0 && slippageTicks.isFinite, "ticks of slippage are at least 0")
    precondition(delayBars >= 0, "a delay is at least 0 bars")
    precondition(maxLeverage > 0 && maxLeverage.isFinite, "the leverage limit is above 0")
    precondition(borrowBpsYear >= 0 && borrowBpsYear.isFinite, "the borrow rate is at least 0")
    precondition(riskFree.isFinite, "the risk-free rate is finite")
    if let participation {
      precondition(participation > 0 && participation <= 1, "participation lies in 0...1, above 0")
    }
  }
}

/// What the value of a position expression counts.
public enum TargetUnit: Int, CaseIterable, Sendable {
  case units
  /// A fraction of equity.
  case weight
  /// Money.
  case notional

  public var name: String {
    switch self {
    case .units: "units"
    case .weight: "weight"
    case .notional: "notional"
    }
  }
}

/// When a target becomes an order.
public enum Rebalance: Int, CaseIterable, Sendable {
  /// At each bar at which it differs from the held position.
  case everyBar
  /// Only when the expression's value differs from the last one acted on.
  case onChange

  public var name: String {
    switch self {
    case .everyBar: "every_bar"
    case .onChange: "on_change"
    }
  }
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
