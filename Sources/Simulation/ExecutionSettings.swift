import Market

/// The price of a bar at which a decision is carried out.
public enum FillPolicy: String, CaseIterable, Sendable {
  /// The open of the instrument's next bar.
  case nextOpen = "next_open"
  /// The close of the instrument's next bar, for series whose opens mean nothing.
  case nextClose = "next_close"
  /// The close at which the decision was made. It assumes that one can trade at a price one has
  /// already seen, so a run that uses it says so.
  case thisClose = "this_close"
}

/// How two levels within one bar are put in order; `docs/fills.md` explains each.
public enum PathModel: String, CaseIterable, Sendable {
  /// Of all ways in which the price can have gone, the one that leaves the account worst off.
  case worst
  /// Open, high, low, close.
  case openHighLowClose = "ohlc"
  /// Open, low, high, close.
  case openLowHighClose = "olhc"
  /// The extreme nearer to the open first; where they are equally near, the worse order of the two.
  case adaptive
  /// Finer bars of the same instrument, `worst` within each of them, and for a bar that has none.
  case detail
}

/// What an account may hold.
public enum AccountKind: String, CaseIterable, Sendable {
  /// Long and short positions, with borrowed money, up to the limits on exposure.
  case margin
  /// What its cash pays for: no borrowed money, no short positions.
  case cash
}

/// How orders are carried out and what that costs.
public struct ExecutionSettings: Equatable, Sendable {
  /// Money at the start, above 0.
  public var cash: Double
  public var fill: FillPolicy
  public var fees: FeeSchedule
  /// Basis points of the reference price, against the trader, at least 0 and below 10000.
  public var slippageBps: Double
  /// Ticks against the trader on top, at least 0; needs a tick of every traded
  /// instrument.
  public var slippageTicks: Double
  /// Y of the square-root law: an order of q units moves the price by Y · σ₂₀ · √(q/V₂₀) of its size,
  /// at least 0.
  public var impact: Double
  /// Which of two levels in one bar comes first.
  public var path: PathModel
  /// Whether a price that touches a limit fills it.
  public var limitTouch: Bool
  /// Further bars of the instrument that an order is under way, at least 0.
  public var delayBars: Int
  public var limits: ExposureLimits
  /// The share of gross exposure below which equity may not fall, 0 to 1; nil is no margin call.
  public var maintenanceMargin: Double?
  /// The drawdown at the close of a bar, 0 to 1, at which all positions are closed for good; nil is none.
  public var maxDrawdown: Double?
  /// Basis points a year of the value of a short position, at least 0.
  public var borrowBpsYear: Double
  /// What cash earns a year as a fraction; negative cash owes the same.
  public var riskFree: Double
  /// The share of the mean volume of the last 20 completed bars that one bar's fills of an
  /// instrument may take, above 0 and at most 1; nil is no limit.
  public var participation: Double?

  public init(
    cash: Double, fill: FillPolicy = .nextOpen, fees: FeeSchedule = FeeSchedule(),
    slippageBps: Double = 0, slippageTicks: Double = 0, impact: Double = 0,
    path: PathModel = .worst, limitTouch: Bool = false, delayBars: Int = 0,
    limits: ExposureLimits = ExposureLimits(), maintenanceMargin: Double? = nil,
    maxDrawdown: Double? = nil, borrowBpsYear: Double = 0, riskFree: Double = 0,
    participation: Double? = nil
  ) {
    self.cash = cash
    self.fill = fill
    self.fees = fees
    self.slippageBps = slippageBps
    self.slippageTicks = slippageTicks
    self.impact = impact
    self.path = path
    self.limitTouch = limitTouch
    self.delayBars = delayBars
    self.limits = limits
    self.maintenanceMargin = maintenanceMargin
    self.maxDrawdown = maxDrawdown
    self.borrowBpsYear = borrowBpsYear
    self.riskFree = riskFree
    self.participation = participation
  }

  /// Whether anything accrues with time.
  @usableFromInline var hasFinancing: Bool { riskFree != 0 || borrowBpsYear != 0 }

  /// Stops the program where a value lies outside its range: the spec's reader refuses it first,
  /// with its place.
  func checkRanges() {
    precondition(cash > 0 && cash.isFinite, "the account starts with money")
    fees.checkRanges()
    limits.checkRanges()
    precondition(slippageBps >= 0 && slippageBps < 10_000, "slippage lies in 0..<10000 bps")
    precondition(slippageTicks >= 0 && slippageTicks.isFinite, "ticks of slippage are at least 0")
    precondition(impact >= 0 && impact.isFinite, "impact is at least 0")
    precondition(delayBars >= 0, "a delay is at least 0 bars")
    precondition(borrowBpsYear >= 0 && borrowBpsYear.isFinite, "the borrow rate is at least 0")
    precondition(riskFree.isFinite, "the risk-free rate is finite")
    for share in [maintenanceMargin, maxDrawdown, participation].compactMap({ $0 }) {
      precondition(share > 0 && share <= 1, "margins and shares lie in 0...1, above 0")
    }
  }
}
