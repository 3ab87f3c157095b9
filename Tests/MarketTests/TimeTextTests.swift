import Testing

@testable import Market

private func parse(_ text: String, number: Bool = true, slashes: Bool = true) -> TimeText {
  var text = text
  return text.withUTF8 { TimeText.parse($0, allowsNumber: number, allowsSlashes: slashes) }
}

@Test(arguments: [
  ("1970-01-01", TimeText.day(0)),
  ("2000-02-29", .day(951_782_400_000)),
  ("1/4/1999", .day(915_408_000_000)),
  ("12/31/2018", .day(1_546_214_400_000)),
  ("1970-01-01T00:00:00Z", .instant(0)),
  ("1970-01-01T00:00:00.001Z", .instant(1)),
  ("1970-01-01 01:02", .instant(3_720_000)),
  ("1970-01-01T01:02:03.4", .instant(3_723_400)),
  ("1970-01-01T01:02:03.450000Z", .instant(3_723_450)),
  ("1970-01-01T01:02:03+00:00", .instant(3_723_000)),
  ("0000-01-01T00:00:00Z", .instant(-62_167_219_200_000)),
  ("9999-12-31T23:59:59.999Z", .instant(253_402_300_799_999)),
  ("0", .number(0)),
  ("-1", .number(-1)),
  ("1700000000000", .number(1_700_000_000_000)),
  ("2001-02-29", .invalid("a day of the calendar")),
  ("2001-13-01", .invalid("a day of the calendar")),
  ("2001-01-01x", .invalid("a time like 2024-01-31T21:00:00Z")),
  ("2001-01-01T24:00Z", .invalid("a time of day like 21:00:00")),
  ("2001-01-01T1:00Z", .invalid("a time of day like 21:00:00")),
  ("2001-01-01T01:00:60Z", .invalid("a time of day like 21:00:00")),
  ("2001-01-01T01:00:00.Z", .invalid("a time of day like 21:00:00")),
  ("2001-01-01T01:00:00.0001Z", .invalid("a time in whole milliseconds")),
  ("2001-01-01T01:00:00+02:00", .invalid("a time in UTC")),
  ("2001-01-01T01:00:00-05:00", .invalid("a time in UTC")),
  ("253402300800000", .invalid("a time within the years 0 to 9999")),
  ("999999999999999999", .invalid("a time within the years 0 to 9999")),
  ("99999999999999999999", .invalid("a time like 2024-01-31T21:00:00Z or whole milliseconds")),
  ("1.5", .invalid("a time like 2024-01-31T21:00:00Z or whole milliseconds")),
  ("", .invalid("a time like 2024-01-31T21:00:00Z or whole milliseconds")),
  ("13/1/2000", .invalid("a time like 2024-01-31T21:00:00Z or whole milliseconds")),
  ("1/4/99", .invalid("a time like 2024-01-31T21:00:00Z or whole milliseconds")),
])
func aTimeReadsAsItsInstantOrSaysWhatIsNeeded(text: String, expected: TimeText) {
  #expect(parse(text) == expected, "\(text)")
}

@Test func aFormatReadsItsOwnTimesOnly() {
  #expect(parse("5", number: false) == .invalid("a date like 2024-01-31 or 1/31/2024"))
  #expect(
    parse("1/4/1999", slashes: false)
      == .invalid("a time like 2024-01-31T21:00:00Z or whole milliseconds"))
}

@Test(
  arguments: [
    ("21:00", 75_600_000), ("00:00", 0), ("23:59:59.999", 86_399_999), ("9:00", nil),
    ("24:00", nil),
    ("21:60", nil), ("21", nil), ("", nil), ("21:00Z", nil),
  ] as [(String, Int64?)])
func aCloseTimeIsATimeOfDay(text: String, expected: Int64?) {
  #expect(CloseTime(text)?.milliseconds == expected, "\(text)")
}

@Test func everyTimeThatIsWrittenReadsBack() {
  var random = TestRandom(state: 1)
  for _ in 0..<10_000 {
    let time = Timestamp(
      milliseconds: Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random))
    #expect(parse(time.iso8601) == .instant(time.milliseconds), "\(time.iso8601)")
  }
}
