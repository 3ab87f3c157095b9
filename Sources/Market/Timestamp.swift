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

  /// Milliseconds of the years 0 to 9999, which have a text.
  public static let range: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

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
    withISO8601 { text.append(contentsOf: $0) }
  }

  /// Hands over the 24 bytes of `2024-01-01T00:00:00.000Z` in ASCII; they live that long only.
  ///
  /// - Precondition: the year lies in 0...9999.
  @inline(__always)
  public func withISO8601<Result>(_ use: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    let date = CivilDate(day: day)
    precondition((0...9999).contains(date.year), "a timestamp has a year of four digits")
    let inDay = Int(milliseconds - Int64(day) * Timestamp.millisecondsPerDay)
    let (year, month) = (
      UInt32(truncatingIfNeeded: date.year), UInt32(truncatingIfNeeded: date.month)
    )
    let (seconds, milliseconds) = UInt32(truncatingIfNeeded: inDay)
      .quotientAndRemainder(dividingBy: 1000)
    let minutes = seconds / 60
    let tens = milliseconds / 10
    // Eight characters each, the first in the lowest byte.
    let parts: (UInt64, UInt64, UInt64) = (
      (digits(year / 100) | digits(year % 100) << 16 | 0x2d << 32 | digits(month) << 40
        | 0x2d << 56).littleEndian,
      (digits(UInt32(truncatingIfNeeded: date.day)) | 0x54 << 16 | digits(minutes / 60) << 24
        | 0x3a << 40 | digits(minutes % 60) << 48).littleEndian,
      (0x3a | digits(seconds % 60) << 8 | 0x2e << 24 | digits(tens) << 32
        | UInt64(0x30 + milliseconds % 10) << 48 | 0x5a << 56).littleEndian
    )
    return withUnsafeBytes(of: parts) { bytes in
      bytes.withMemoryRebound(to: UInt8.self, use)
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

/// Two digits in ASCII, the first in the lower byte.
@inline(__always)
private func digits(_ value: UInt32) -> UInt64 {
  let tens = value / 10
  return UInt64(0x3030 &+ tens &+ (value &- 10 &* tens) << 8)
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
