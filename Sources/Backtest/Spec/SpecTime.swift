import Market

/// Times as a spec writes them.
enum SpecTime {
  enum Bound {
    case from
    case to
  }

  /// `2018-12-31`, which as a `to` is the day's last millisecond, or `2018-12-31T21:00:00.000Z`,
  /// where seconds and their fraction may be left out.
  static func read(_ text: String, as bound: Bound) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]),
      let day = digits(bytes[8..<10]), let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let midnight = date.midnight.milliseconds
    if bytes.count == 10 {
      let lastOfDay = Timestamp.millisecondsPerDay - 1
      return Timestamp(milliseconds: bound == .from ? midnight : midnight + lastOfDay)
    }
    guard bytes[10] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z"),
      let time = timeOfDay(bytes[11..<(bytes.count - 1)])
    else { return nil }
    return Timestamp(milliseconds: midnight + time)
  }

  /// `21:00`, `21:00:30` or `21:00:30.250` in milliseconds after midnight.
  static func timeOfDay(_ text: String) -> Int64? { timeOfDay(Array(text.utf8)[...]) }

  /// What `read` makes of it again: a date where the whole day is meant.
  static func text(_ time: Timestamp, as bound: Bound) -> String {
    let date = CivilDate(day: time.day)
    let inDay = time.milliseconds - date.midnight.milliseconds
    let whole = bound == .from ? 0 : Timestamp.millisecondsPerDay - 1
    return inDay == whole ? String(time.iso8601.prefix(10)) : time.iso8601
  }

  /// `21:00:00.000`.
  static func text(timeOfDay milliseconds: Int64) -> String {
    String(Timestamp(milliseconds: milliseconds).iso8601.dropFirst(11).dropLast())
  }

  private static func timeOfDay(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let bytes = Array(bytes)
    let colon = UInt8(ascii: ":")
    guard [5, 8, 12].contains(bytes.count), bytes[2] == colon,
      let hour = digits(bytes[0..<2]), let minute = digits(bytes[3..<5]), hour < 24, minute < 60
    else { return nil }
    var milliseconds = hour * 3_600_000 + minute * 60_000
    if bytes.count >= 8 {
      guard bytes[5] == colon, let second = digits(bytes[6..<8]), second < 60 else { return nil }
      milliseconds += second * 1000
    }
    if bytes.count == 12 {
      guard bytes[8] == UInt8(ascii: "."), let fraction = digits(bytes[9..<12]) else { return nil }
      milliseconds += fraction
    }
    return Int64(milliseconds)
  }

  private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for byte in bytes {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = 10 * value + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
