import Bytes
import Market

/// Where the number of bars in a year comes from.
public enum AnnualBasis: String, Sendable {
  /// The spec says so.
  case given
  /// The median step is a day, and a calendar says on how many days of a year there is a session.
  case sessions
  /// The median step is a month: 12.
  case months
  /// The median step is a week: 52.
  case weeks
  /// The median step is a day, no calendar is known and no bar falls on a weekend: 252.
  case tradingDays = "trading_days"
  /// The median step is a day, no calendar is known and some bar falls on a weekend: 365.
  case calendarDays = "calendar_days"
  /// The median step is another: as many as there were in a year of 365.25 days.
  case counted
}

/// The number of bars by which figures are annualised.
public struct BarsPerYear: Equatable, Sendable {
  public var figure: Figure
  public var basis: AnnualBasis

  public init(figure: Figure, basis: AnnualBasis) {
    self.figure = figure
    self.basis = basis
  }
}

/// Finds from the times of the bars how many of them make a year.
///
/// Unless given, it follows from the median step: a month (27 to 32 days) 12, a week (6 to 8 days)
/// 52, a day (18 to 42 hours) the calendar's sessions in a year; without a calendar 252, or 365 if any
/// bar falls on a Saturday or Sunday (UTC). Another
/// median step, within the day for one, is counted: steps / years. Flat memory.
public struct Annualisation: Equatable, Sendable {
  /// Classes of step lengths; they follow each other without a gap, so the class that holds the
  /// median is found from counts alone.
  private static let upperBounds: [Int64] = [18, 42, 6 * 24, 8 * 24 + 1, 27 * 24, 32 * 24]
    .map { $0 * 3_600_000 }
  private static let dayClass = 1
  private static let weekClass = 3
  private static let monthClass = 5

  private let given: Double?
  private let sessionsPerYear: Double?
  private(set) var first: Int64 = 0
  private var last: Int64 = 0
  private(set) var bars = 0
  private var hasWeekendBar = false
  private var stepCounts = [Int](repeating: 0, count: Annualisation.upperBounds.count + 1)
  // Nearly all steps of a series are equal: these are counted apart, and cost one comparison.
  private var usualStep: Int64 = -1
  private var usualCount = 0

  /// - Parameters:
  ///   - given: bars in a year; nil to find it from the times.
  ///   - sessionsPerYear: days of a year with a session, above 0; nil where no calendar is known.
  public init(given: Double? = nil, sessionsPerYear: Double? = nil) {
    for count in [given, sessionsPerYear].compactMap({ $0 }) {
      precondition(count > 0 && count.isFinite, "bars in a year are above zero")
    }
    self.given = given
    self.sessionsPerYear = sessionsPerYear
  }

  /// Takes the time of the next bar, later than the one before.
  public mutating func add(_ time: Timestamp) {
    let now = time.milliseconds
    if bars == 0 {
      first = now
    } else {
      let step = now - last
      if step == usualStep {
        usualCount += 1
      } else {
        flushUsualStep()
        usualStep = step
        usualCount = 1
      }
    }
    last = now
    bars += 1
    // 1970-01-01 was a Thursday.
    if !hasWeekendBar { hasWeekendBar = Self.weekday(of: now) >= 5 }
  }

  /// How many bars make a year, by the bars so far.
  public var barsPerYear: BarsPerYear {
    if let given { return BarsPerYear(figure: .value(given), basis: .given) }
    guard bars > 1 else {
      return BarsPerYear(
        figure: .undefined("there are no two bars to tell the length of a step by"),
        basis: .counted)
    }
    switch medianClass {
    case Self.monthClass: return BarsPerYear(figure: .value(12), basis: .months)
    case Self.weekClass: return BarsPerYear(figure: .value(52), basis: .weeks)
    case Self.dayClass:
      if let sessionsPerYear {
        return BarsPerYear(figure: .value(sessionsPerYear), basis: .sessions)
      }
      return hasWeekendBar
        ? BarsPerYear(figure: .value(365), basis: .calendarDays)
        : BarsPerYear(figure: .value(252), basis: .tradingDays)
    default:
      let years = Years.between(first, last)
      return BarsPerYear(
        figure: Figure(Double(bars - 1) / years, orUndefined: "no time passed"), basis: .counted)
    }
  }

  /// The class of the lower median.
  private var medianClass: Int {
    var copy = self
    copy.flushUsualStep()
    var below = 0
    for (index, count) in copy.stepCounts.enumerated() {
      below += count
      if 2 * below >= bars - 1 { return index }
    }
    return copy.stepCounts.count - 1
  }

  private mutating func flushUsualStep() {
    guard usualCount > 0 else { return }
    stepCounts[Self.upperBounds.firstIndex { usualStep < $0 } ?? Self.upperBounds.count] +=
      usualCount
    usualCount = 0
  }

  /// Monday is 0.
  private static func weekday(of milliseconds: Int64) -> Int64 {
    let shifted = milliseconds + 3 * Timestamp.millisecondsPerDay
    let inWeek = shifted % (7 * Timestamp.millisecondsPerDay)
    return (inWeek < 0 ? inWeek + 7 * Timestamp.millisecondsPerDay : inWeek)
      / Timestamp.millisecondsPerDay
  }
}

extension Annualisation: Restorable {
  public func save(to writer: inout StateWriter) {
    writer.write(Int(first))
    writer.write(Int(last))
    writer.write(bars)
    writer.write(hasWeekendBar)
    writer.write(stepCounts)
    writer.write(Int(usualStep))
    writer.write(usualCount)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    first = Int64(try reader.readInt())
    last = Int64(try reader.readInt())
    bars = try reader.readInt()
    hasWeekendBar = try reader.readBool()
    let counts = try reader.readInts()
    guard counts.count == stepCounts.count else {
      throw StateError("counts of steps were \(counts.count), \(stepCounts.count) are needed")
    }
    stepCounts = counts
    usualStep = Int64(try reader.readInt())
    usualCount = try reader.readInt()
  }
}

/// Lengths of time in years of 365.25 days.
enum Years {
  static func between(_ start: Int64, _ end: Int64) -> Double {
    Double(end - start) / Double(Timestamp.millisecondsPerDay) / 365.25
  }
}
