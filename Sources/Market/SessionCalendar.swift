/// On which days an instrument is traded, and when such a day closes.
public enum SessionCalendar: Equatable, Sendable {
  /// Every day, and a day is one of UTC.
  case always
  /// Monday to Friday, UTC.
  case weekdays
  case exchange(ExchangeCalendar)

  /// Whether there is a session on a day, counted from 1970-01-01.
  public func isSession(_ day: Int) -> Bool {
    switch self {
    case .always: true
    case .weekdays: Weekday.of(day: day).rawValue < 5
    case .exchange(let exchange): exchange.isSession(day)
    }
  }

  /// The clocks by which its days are counted.
  public var zone: Zone {
    if case .exchange(let exchange) = self { return exchange.zone }
    return .utc
  }

  /// When the session of a day closes, also of a day that has none; nil where that is not said.
  public func close(ofDay day: Int) -> Timestamp? {
    if case .exchange(let exchange) = self { return exchange.close(ofDay: day) }
    return nil
  }

  /// The day to which a bar belongs that closes at a time: one that closes at midnight belongs to the
  /// day that ends.
  public func day(ofBarAt time: Timestamp) -> Int {
    zone.day(of: Timestamp(milliseconds: time.milliseconds - 1))
  }

  /// The days that it knows; nil for all.
  public var days: ClosedRange<Int>? {
    if case .exchange(let exchange) = self { return exchange.days }
    return nil
  }

  /// Sessions in a year: 365 of every day, 365.25 · 5/7 of weekdays, else those of all days known over
  /// the years of 365.25 days that they make.
  public var sessionsPerYear: Double {
    switch self {
    case .always: return 365
    case .weekdays: return 365.25 * 5 / 7
    case .exchange(let exchange):
      let count = exchange.days.reduce(0) { $0 + (exchange.isSession($1) ? 1 : 0) }
      return Double(count) / (Double(exchange.days.count) / 365.25)
    }
  }
}

/// The sessions of an exchange.
public struct ExchangeCalendar: Equatable, Sendable {
  public let zone: Zone
  /// When a session closes by the clocks of its zone, in milliseconds after midnight.
  public let close: Int64
  public let weekdays: Set<Weekday>
  /// Weekdays without a session, as days counted from 1970-01-01.
  public let holidays: Set<Int>
  /// Sessions that close at another time.
  public let earlyCloses: [Int: Int64]
  /// The days for which all this is known.
  public let days: ClosedRange<Int>

  /// - Precondition: times of day lie within 0..<86 400 000, holidays and early closes within `days`.
  public init(
    zone: Zone, close: Int64, weekdays: Set<Weekday>, holidays: Set<Int>,
    earlyCloses: [Int: Int64], days: ClosedRange<Int>
  ) {
    for time in [close] + earlyCloses.values {
      precondition(
        (0..<Timestamp.millisecondsPerDay).contains(time), "a session closes within its day")
    }
    precondition(
      holidays.allSatisfy(days.contains) && earlyCloses.keys.allSatisfy(days.contains),
      "a calendar knows the days of its holidays")
    self.zone = zone
    self.close = close
    self.weekdays = weekdays
    self.holidays = holidays
    self.earlyCloses = earlyCloses
    self.days = days
  }

  func isSession(_ day: Int) -> Bool {
    weekdays.contains(Weekday.of(day: day)) && !holidays.contains(day)
  }

  func close(ofDay day: Int) -> Timestamp {
    zone.instant(earlyCloses[day] ?? close, ofDay: day)
  }
}
