import Testing

@testable import Market

private func calendar() throws -> SessionCalendar {
  let zone = try #require(Zone(name: "America/New_York"))
  return .exchange(
    ExchangeCalendar(
      zone: zone, close: 16 * Zone.hour,
      weekdays: [.monday, .tuesday, .wednesday, .thursday, .friday],
      holidays: [CivilDate.day(2018, 7, 4)],
      earlyCloses: [CivilDate.day(2018, 7, 3): 13 * Zone.hour],
      days: CivilDate.day(2018, 1, 1)...CivilDate.day(2018, 12, 31)))
}

private func vet(
  _ rows: [String], closeTime: CloseTime? = nil, accepted: Set<VettingRule> = [],
  span: TimeSpan = TimeSpan()
) throws -> (vetted: VettedFile, bars: [Bar]) {
  let folder = Folder()
  let text =
    "ts,open,high,low,close,volume\n" + rows.map { $0 + ",1,1,1,1,\n" }.joined()
  let file = BarFile(
    path: try folder.write(text, as: "bars.csv"), format: .pawl, closeTime: closeTime,
    calendar: try calendar(), accepted: accepted)
  return (try file.vet(span: span), try readAll(file))
}

@Test func aDateClosesWithItsSession() throws {
  let (vetted, bars) = try vet(["2018-03-09", "2018-03-12", "2018-07-03", "2018-07-05"])
  #expect(
    bars.map(\.time.iso8601) == [
      // Clocks went forward between the first two; the third closed early.
      "2018-03-09T21:00:00.000Z", "2018-03-12T20:00:00.000Z", "2018-07-03T17:00:00.000Z",
      "2018-07-05T20:00:00.000Z",
    ])
  // The holiday is no session.
  #expect(vetted.sessions.missing == 79)
  #expect(
    vetted.sessions.firstMissing.map { CivilDate(day: $0).iso8601 }
      == ["2018-03-13", "2018-03-14", "2018-03-15"])
  #expect(vetted.sessions.strayBars == 0)
}

@Test func aGivenCloseTimeGoesFirst() throws {
  let (_, bars) = try vet(["2018-07-03"], closeTime: CloseTime("21:00"))
  #expect(bars[0].time.iso8601 == "2018-07-03T21:00:00.000Z")
}

/// The time of a bar, and why it is refused.
@Test(
  arguments: [
    (
      "2018-07-04",
      "the day was 2018-07-04, a wednesday, a session of the calendar is needed "
        + "('accept: [no-session]' takes such bars)"
    ),
    (
      "2018-07-07",
      "the day was 2018-07-07, a saturday, a session of the calendar is needed "
        + "('accept: [no-session]' takes such bars)"
    ),
    // By the clocks of New York the day is over at 4:00 UTC, and a bar that closes then is of it.
    (
      "2018-07-05T04:00:00Z",
      "the day was 2018-07-04, a wednesday, a session of the calendar is needed "
        + "('accept: [no-session]' takes such bars)"
    ),
    (
      "2019-01-02",
      "the day was 2019-01-02, one that the calendar knows, 2018-01-01 to 2018-12-31, is needed"
    ),
  ])
func aDayWithoutASessionIsRefused(row: String, message: String) throws {
  let error = #expect(throws: BarError.self) { try vet([row]) }
  #expect(error?.message == message)
  #expect(error?.line == 2)
}

@Test func aDayWithoutASessionCanBeAccepted() throws {
  let rows = ["2018-07-03", "2018-07-04", "2018-07-05"]
  #expect(try vet(rows, accepted: [.noSession]).vetted.sessions.strayBars == 1)
  // Outside the span nothing is asked.
  let span = TimeSpan(
    from: CivilDate(year: 2018, month: 7, day: 5), to: CivilDate(year: 2018, month: 7, day: 5))
  #expect(try vet(rows, span: span).vetted.sessions.missing == 0)
}

@Test func weekdaysAndAlwaysKnowAllDays() {
  let saturday = CivilDate.day(2018, 7, 7)
  #expect(SessionCalendar.always.isSession(saturday))
  #expect(!SessionCalendar.weekdays.isSession(saturday))
  #expect(SessionCalendar.weekdays.isSession(saturday - 1))
  #expect(SessionCalendar.always.sessionsPerYear == 365)
  #expect(SessionCalendar.weekdays.sessionsPerYear == 365.25 * 5 / 7)
  #expect(SessionCalendar.always.close(ofDay: saturday) == nil)
  let midnight = Timestamp(milliseconds: Int64(saturday) * Timestamp.millisecondsPerDay)
  #expect(SessionCalendar.always.day(ofBarAt: midnight) == saturday - 1)
}

@Test func weekdaysAreCountedFromAThursday() {
  #expect(Weekday.of(day: 0) == .thursday)
  #expect(Weekday.of(day: -1) == .wednesday)
  #expect(Weekday.of(day: -11) == .sunday)
  #expect(Weekday.of(day: CivilDate.day(2024, 2, 29)) == .thursday)
}
