import Bytes
import Market
import Testing

@testable import Backtest

private let nyse = repository + "fixtures/calendars/nyse.yaml"

private func calendar(_ path: String) throws -> SessionCalendar {
  .exchange(try ExchangeCalendar(yaml: FileIO.readAll(path), file: path))
}

@Test func theIndexHasABarOnEverySessionOfTheExchangeAndOnNoOtherDay() throws {
  let file = BarFile(
    path: repository + "fixtures/market/sp500.csv", format: .yahoo, calendar: try calendar(nyse))
  let vetted = try file.vet()
  #expect(vetted.rows == 5031)
  #expect(vetted.sessions.missing == 0 && vetted.sessions.strayBars == 0)
  // The days before the first bar are sessions of the calendar only from 1999-01-04 on.
  let sessions = try #require(file.calendar).days?.filter { file.calendar?.isSession($0) == true }
  #expect(sessions?.count == 5031)
  #expect(vetted.whole.first?.iso8601 == "1999-01-04T21:00:00.000Z")
  #expect(vetted.whole.last?.iso8601 == "2018-12-31T21:00:00.000Z")
}

@Test(arguments: ["aapl", "ibm", "msft"])
func theStocksHaveABarOnEverySession(name: String) throws {
  let file = BarFile(
    path: repository + "fixtures/market/\(name).csv", format: .yahoo,
    calendar: try calendar(nyse), accepted: [.splitJump])
  let sessions = try file.vet().sessions
  #expect(sessions.missing == 0 && sessions.strayBars == 0)
}

@Test func theExchangeHasAboutTwoHundredAndFiftyTwoSessionsAYear() throws {
  let count = try calendar(nyse).sessionsPerYear
  #expect(count == 5031 / (7305 / 365.25))
  #expect(abs(count - 251.55) < 0.001)
}

private let text = """
  zone: America/New_York
  from: 2018-01-01
  to: 2018-12-31
  close: "16:00"
  weekdays: [monday, tuesday, wednesday, thursday, friday]
  holidays: [2018-01-01, 2018-07-04]
  early_closes:
    - { close: "13:00", days: [2018-07-03] }
    - { close: "14:00", days: [2018-12-24] }

  """

private func read(_ text: String) throws(SpecError) -> ExchangeCalendar {
  try ExchangeCalendar(yaml: Array(text.utf8), file: "c.yaml")
}

@Test func aCalendarIsReadFromItsFile() throws {
  let calendar = try read(text)
  #expect(calendar.zone.name == "America/New_York")
  #expect(calendar.close == 16 * 3_600_000)
  #expect(calendar.holidays.count == 2)
  #expect(calendar.earlyCloses.values.sorted() == [13 * 3_600_000 as Int64, 14 * 3_600_000])
  #expect(calendar.days.count == 365)
  let short = try read("{ zone: UTC, from: 2018-01-01, to: 2018-01-31, close: \"17:00\" }")
  #expect(short.weekdays.count == 5 && short.holidays.isEmpty && short.earlyCloses.isEmpty)
}

/// What is written in place of what, and the message.
@Test(
  arguments: [
    (
      "America/New_York", "America/NewYork",
      "1:7: calendar.zone was America/NewYork, one of \(Zone.names.joined(separator: ", ")) is needed; did you "
        + "mean America/New_York?"
    ),
    (
      "close: \"16:00\"", "close: 4pm",
      "4:8: calendar.close was 4pm, a time of day like \"16:00\" is needed"
    ),
    (
      "close: \"16:00\"\n", "",
      "1:1: calendar.close was missing, a time of day like \"16:00\" is needed"
    ),
    (
      "holidays:", "holliday:",
      "6:1: calendar.holliday is not a key of calendar; did you mean holidays?"
    ),
    (
      "from: 2018-01-01", "from: 1975-01-01",
      "2:7: calendar.from was 1975-01-01, 1976-01-01 or later, from which on the clocks of America/New_York are "
        + "known, is needed"
    ),
    (
      "to: 2018-12-31", "to: 2017-12-31",
      "3:5: calendar.to was 2017-12-31, a day that is not before from is needed"
    ),
    (
      "2018-07-04]", "2018-07-07]",
      "6:24: calendar.holidays was 2018-07-07, one of its weekdays (it is a saturday) is needed"
    ),
    (
      "2018-07-04]", "2018-01-01]",
      "6:24: calendar.holidays was 2018-01-01, a day after 2018-01-01 is needed"
    ),
    (
      "2018-07-04]", "2019-07-04]",
      "6:24: calendar.holidays was 2019-07-04, a day from 'from' to 'to' is needed"
    ),
    (
      "2018-07-04]", "2018-7-4]",
      "6:24: calendar.holidays was 2018-7-4, a date like 2018-12-31 is needed"
    ),
    (
      "[2018-07-03]", "[2018-07-04]",
      "8:30: calendar.early_closes.days was 2018-07-04, a session (it is a wednesday) is needed"
    ),
    (
      "[2018-12-24]", "[2018-07-03]",
      "9:30: calendar.early_closes.days was 2018-07-03, a day with one early close (it is a tuesday) is needed"
    ),
    (
      "monday, ", "mon, ",
      "5:12: calendar.weekdays was mon, one of monday, tuesday, wednesday, thursday, friday, "
        + "saturday, sunday is needed"
    ),
    (
      "[monday, tuesday, wednesday, thursday, friday]", "[]",
      "5:11: calendar.weekdays was [], one day at least is needed"
    ),
  ])
func aWrongCalendarIsNamedByPlaceFoundAndNeeded(old: String, new: String, message: String) {
  let error = #expect(throws: SpecError.self) { try read(SpecFixture.changing(text, old, new)) }
  #expect(error?.description == "c.yaml:" + message)
}
