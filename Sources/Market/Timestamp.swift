/// An instant in milliseconds since 1970-01-01T00:00:00Z. No time zone and no leap seconds.
public struct Timestamp: Hashable, Comparable, Sendable {
  public var milliseconds: Int64

  @inlinable
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  @inlinable
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }
}

extension Timestamp {
  public static let millisecondsPerDay: Int64 = 86_400_000

  /// Days since 1970-01-01, of the UTC day that holds this instant.
  public var day: Int {
    let (quotient, remainder) = milliseconds.quotientAndRemainder(
      dividingBy: Timestamp.millisecondsPerDay)
    return Int(remainder < 0 ? quotient - 1 : quotient)
  }

  /// Appends `2024-01-01T00:00:00.000Z` as ASCII.
  ///
  /// - Precondition: the year lies in 0...9999.
  public func appendISO8601(to text: inout [UInt8]) {
    let date = CivilDate(day: day)
    precondition((0...9999).contains(date.year), "a timestamp has a year of four digits")
    let inDay = Int(milliseconds - Int64(day) * Timestamp.millisecondsPerDay)
    let start = text.count
    text.append(contentsOf: "0000-00-00T00:00:00.000Z".utf8)
    text.withUnsafeMutableBufferPointer { text in
      // Adds the digits of a value to the zeros that end before a place.
      func put(_ value: Int, digits: Int, before place: Int) {
        var value = UInt32(truncatingIfNeeded: value)
        for index in 1...digits {
          text[start + place - index] += UInt8(truncatingIfNeeded: value % 10)
          value /= 10
        }
      }
      put(date.year, digits: 4, before: 4)
      put(date.month, digits: 2, before: 7)
      put(date.day, digits: 2, before: 10)
      put(inDay / 3_600_000, digits: 2, before: 13)
      put(inDay / 60_000 % 60, digits: 2, before: 16)
      put(inDay / 1000 % 60, digits: 2, before: 19)
      put(inDay % 1000, digits: 3, before: 23)
    }
  }

  /// `2024-01-01T00:00:00.000Z`.
  public var iso8601: String {
    var text: [UInt8] = []
    text.reserveCapacity(24)
    appendISO8601(to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

/// A day of the proleptic Gregorian calendar.
///
/// The conversions are those of Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms":
/// the year is taken to begin in March, so that the leap day is its last.
public struct CivilDate: Equatable, Sendable {
  public var year: Int
  /// 1...12.
  public var month: Int
  /// 1...31.
  public var day: Int

  /// - Returns: nil where there is no such day.
  public init?(year: Int, month: Int, day: Int) {
    guard (0...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let length = month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    guard day <= length else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date of a day counted from 1970-01-01.
  public init(day count: Int) {
    let shifted = count + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01.
  public var dayCount: Int { CivilDate.day(year, month, day) }

  /// Days since 1970-01-01 of a day that there is.
  static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// `2024-01-31`.
  public var iso8601: String {
    func padded(_ value: Int, _ digits: Int) -> String {
      String(repeating: "0", count: max(0, digits - String(value).utf8.count)) + String(value)
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }

  /// 00:00 UTC of this day.
  public var midnight: Timestamp {
    Timestamp(milliseconds: Int64(dayCount) * Timestamp.millisecondsPerDay)
  }
}
