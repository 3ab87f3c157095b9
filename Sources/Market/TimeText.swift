/// The time of day, UTC, at which a bar closes that its file dates by a day alone.
public struct CloseTime: Equatable, Sendable {
  /// From midnight, 0..<86_400_000.
  public let milliseconds: Int64

  /// 23:59:59.999: nothing of the day is known before the day is over.
  public static let endOfDay = CloseTime(milliseconds: TimeSpan.dayEnd)

  /// - Precondition: a time of day, 0..<86_400_000.
  public init(milliseconds: Int64) {
    precondition(
      (0..<Timestamp.millisecondsPerDay).contains(milliseconds), "a close time lies within a day")
    self.milliseconds = milliseconds
  }

  /// Reads `21:00` or `21:00:30`; none where the text is no time of day.
  public init?(_ text: String) {
    var text = text
    let milliseconds = text.withUTF8 { TimeText.timeOfDay($0[...]) }
    guard case .value(let milliseconds) = milliseconds else { return nil }
    self.milliseconds = milliseconds
  }
}

/// Times as bar files write them.
enum TimeText: Equatable {
  typealias Text = UnsafeBufferPointer<UInt8>

  /// Milliseconds since 1970.
  case instant(Int64)
  /// Whole milliseconds since 1970 that stood there as a number.
  case number(Int64)
  /// Midnight of a day without a time, in milliseconds since 1970.
  case day(Int64)
  /// No time, or none there can be; what is needed instead.
  case invalid(String)

  /// Reads `2024-01-31`, `2024-01-31T21:00:00.000Z` (seconds, fraction and `Z` may be left out, a
  /// space may stand for the `T`), and `1/31/2024` or whole milliseconds where they are allowed.
  static func parse(_ text: Text, allowsNumber: Bool, allowsSlashes: Bool) -> TimeText {
    if text.count >= 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-") {
      guard let year = number(text[0..<4]), let month = number(text[5..<7]),
        let day = number(text[8..<10]), let date = CivilDate(year: year, month: month, day: day)
      else { return .invalid("a day of the calendar") }
      let midnight = date.midnight.milliseconds
      if text.count == 10 { return .day(midnight) }
      guard text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " ") else {
        return .invalid("a time like 2024-01-31T21:00:00Z")
      }
      switch utcTime(text[11...]) {
      case .value(let milliseconds): return .instant(midnight + milliseconds)
      case .needed(let needed): return .invalid(needed)
      }
    }
    if allowsSlashes, let date = slashDate(text) { return .day(date.midnight.milliseconds) }
    if allowsNumber {
      let isNegative = text.first == UInt8(ascii: "-")
      if let magnitude = number(text[(isNegative ? 1 : 0)...]) {
        let milliseconds = Int64(isNegative ? -magnitude : magnitude)
        return allowed.contains(milliseconds)
          ? .number(milliseconds) : .invalid("a time within the years 0 to 9999")
      }
      return .invalid("a time like 2024-01-31T21:00:00Z or whole milliseconds")
    }
    return .invalid("a date like 2024-01-31\(allowsSlashes ? " or 1/31/2024" : "")")
  }

  // 0000-01-01 to 9999-12-31: what text can show.
  private static let allowed: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

  enum TimeOfDay: Equatable {
    case value(Int64)
    case needed(String)
  }

  private static func utcTime(_ text: Slice<Text>) -> TimeOfDay {
    if text.last == UInt8(ascii: "Z") { return timeOfDay(text.dropLast()) }
    let zone = text.suffix(6)
    if zone.count == 6, zone.first == UInt8(ascii: "+") || zone.first == UInt8(ascii: "-") {
      guard zone.dropFirst().elementsEqual("00:00".utf8) else {
        return .needed("a time in UTC")
      }
      return timeOfDay(text.dropLast(6))
    }
    return timeOfDay(text)
  }

  /// `HH:MM`, `HH:MM:SS`, `HH:MM:SS.fff…`.
  static func timeOfDay(_ text: Slice<Text>) -> TimeOfDay {
    let malformed = TimeOfDay.needed("a time of day like 21:00:00")
    let bytes = Text(rebasing: text)
    guard bytes.count >= 5, bytes[2] == UInt8(ascii: ":"), let hour = number(bytes[0..<2]),
      let minute = number(bytes[3..<5]), hour < 24, minute < 60
    else { return malformed }
    var milliseconds = Int64(hour) * 3_600_000 + Int64(minute) * 60_000
    if bytes.count == 5 { return .value(milliseconds) }
    guard bytes.count >= 8, bytes[5] == UInt8(ascii: ":"), let second = number(bytes[6..<8]),
      second < 60
    else { return malformed }
    milliseconds += Int64(second) * 1000
    if bytes.count == 8 { return .value(milliseconds) }
    guard bytes[8] == UInt8(ascii: "."), bytes.count > 9 else { return malformed }
    var unit: Int64 = 100
    for byte in bytes[9...] {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return malformed }
      if unit == 0 && byte != UInt8(ascii: "0") { return .needed("a time in whole milliseconds") }
      milliseconds += Int64(byte - UInt8(ascii: "0")) * unit
      unit /= 10
    }
    return .value(milliseconds)
  }

  /// `M/D/YYYY`.
  private static func slashDate(_ text: Text) -> CivilDate? {
    guard let first = text.firstIndex(of: UInt8(ascii: "/")),
      let second = text[(first + 1)...].firstIndex(of: UInt8(ascii: "/")),
      text.count - second == 5, first <= 2, second - first <= 3,
      let month = number(text[..<first]), let day = number(text[(first + 1)..<second]),
      let year = number(text[(second + 1)...])
    else { return nil }
    return CivilDate(year: year, month: month, day: day)
  }

  /// A number of 1 to 18 digits and nothing else.
  private static func number(_ text: Slice<Text>) -> Int? {
    guard (1...18).contains(text.count) else { return nil }
    var value = 0
    for byte in text {
      let digit = byte &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      value = value &* 10 &+ Int(digit)
    }
    return value
  }
}
