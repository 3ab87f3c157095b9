/// Holds the days of bars, as they come, against a calendar.
public struct SessionCount: Equatable, Sendable {
  /// Bars on days without a session.
  public private(set) var strayBars = 0
  /// Sessions without a bar, between the first bar and the last.
  public private(set) var missing = 0
  /// The first of them, as days counted from 1970-01-01.
  public private(set) var firstMissing: [Int] = []
  private var lastDay: Int?

  /// The most days that `firstMissing` names.
  static let namedMost = 3

  public init() {}

  /// Takes the day of the next bar.
  ///
  /// - Returns: whether it is a session.
  mutating func add(day: Int, _ calendar: SessionCalendar) -> Bool {
    if let lastDay {
      for missed in (lastDay + 1)..<max(day, lastDay + 1) where calendar.isSession(missed) {
        missing += 1
        if firstMissing.count < Self.namedMost { firstMissing.append(missed) }
      }
    }
    lastDay = max(day, lastDay ?? day)
    guard calendar.isSession(day) else {
      strayBars += 1
      return false
    }
    return true
  }
}
