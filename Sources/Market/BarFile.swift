/// How a bar file is laid out. Times and columns are explained in `docs/bar-files.md`.
public enum BarFormat: String, CaseIterable, Sendable {
  /// Header `ts,open,high,low,close,volume`.
  case pawl
  /// Header with Date, Open, High, Low, Close, and where there are any Adj Close and Volume, in any
  /// order.
  case yahoo
  /// A column of dates, then a column of closes for each instrument.
  case closes
}

/// What vetting can refuse or remark upon, and a spec can waive by name under `accept`.
public enum VettingRule: String, CaseIterable, Sendable {
  /// A caveat, no refusal: the open equals the previous close on more than 20 % of bars.
  case staleOpen = "stale-open"
  /// A jump of the price that a split explains. Waived, prices are taken as they stand.
  case splitJump = "split-jump"
  /// High below open or close, or low above. Waived, the range is widened to hold both.
  case highLow = "high-low"
  /// Volume below zero. Waived, it counts as missing.
  case negativeVolume = "negative-volume"
  /// An adjusted close that is no price. Waived, it is passed over.
  case adjustedClose = "adjusted-close"
  /// Whole numbers as times that all lie within the first days of 1970: seconds, or dates written
  /// as a number. Waived, they are milliseconds all the same.
  case timeUnit = "time-unit"
  /// A bar within the span on a day on which the instrument's calendar has no session. Waived, it is
  /// a bar like any other.
  case noSession = "no-session"
}

/// A bar file and how it is to be read: one instrument's part of a spec.
public struct BarFile: Equatable, Sendable {
  /// As it is opened, and as messages name it.
  public var path: String
  public var format: BarFormat
  /// The column of a `closes` file; other formats have none.
  public var symbol: String?
  /// When a bar closes, UTC, that is dated by a day alone; nil is the close of the calendar's session,
  /// or the end of the day where that says none.
  public var closeTime: CloseTime?
  /// When its market is open; nil where nothing is known of that.
  public var calendar: SessionCalendar?
  /// Whether prices may be zero or negative.
  public var allowsSignedPrices: Bool
  public var accepted: Set<VettingRule>

  /// - Precondition: a `closes` file has a symbol.
  public init(
    path: String, format: BarFormat, symbol: String? = nil, closeTime: CloseTime? = nil,
    calendar: SessionCalendar? = nil, allowsSignedPrices: Bool = false,
    accepted: Set<VettingRule> = []
  ) {
    precondition(format != .closes || symbol != nil, "a file of closes is read by its column")
    self.path = path
    self.format = format
    self.symbol = symbol
    self.closeTime = closeTime
    self.calendar = calendar
    self.allowsSignedPrices = allowsSignedPrices
    self.accepted = accepted
  }
}

extension BarFile {
  /// When a bar closes that is dated by a day alone.
  func close(ofDay day: Int) -> Int64 {
    if closeTime == nil, let close = calendar?.close(ofDay: day) { return close.milliseconds }
    return Int64(day) * Timestamp.millisecondsPerDay
      + (closeTime ?? CloseTime.endOfDay).milliseconds
  }
}
