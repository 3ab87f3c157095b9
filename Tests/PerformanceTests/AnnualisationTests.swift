import Bytes
import Market
import Testing

@testable import Performance

/// Days after Monday 2001-01-01 at which bars close.
private func barsPerYear(days: [Double], given: Double? = nil) -> BarsPerYear {
  var annualisation = Annualisation(given: given)
  for day in days {
    annualisation.add(
      Timestamp(milliseconds: Int64((11_323 + day) * Double(Timestamp.millisecondsPerDay))))
  }
  return annualisation.barsPerYear
}

@Test(
  arguments: [
    ("months", (0..<13).map { Double($0) * 30.4375 }, 12, AnnualBasis.months),
    ("weeks", (0..<9).map { Double($0) * 7 }, 52, .weeks),
    ("weeks with holidays", [0, 7, 14, 20, 28, 35], 52, .weeks),
    ("weekdays", [0, 1, 2, 3, 4, 7, 8, 9, 10, 11], 252, .tradingDays),
    ("a Saturday among them", [0, 1, 2, 3, 4, 5, 7, 8], 365, .calendarDays),
    ("a Sunday among them", [0, 1, 2, 3, 4, 6, 7, 8], 365, .calendarDays),
    ("clocks put back and forth", [0, 1, 2.04, 3.04, 4, 7, 8], 252, .tradingDays),
    ("the lower median", [0, 1, 2, 9, 16], 252, .tradingDays),
  ] as [(String, [Double], Double, AnnualBasis)])
func theMedianStepTellsTheBarsInAYear(
  name: String, days: [Double], expected: Double, basis: AnnualBasis
) {
  #expect(
    barsPerYear(days: days) == BarsPerYear(figure: .value(expected), basis: basis), "\(name)")
}

@Test func barsWithinTheDayAreCounted() {
  // Seven bars on each of five days a week.
  var days: [Double] = []
  for weekday in 0..<520 {
    let day = weekday / 5 * 7 + weekday % 5
    for hour in 0..<7 { days.append(Double(day) + Double(hour) / 24) }
  }
  let found = barsPerYear(days: days)
  #expect(found.basis == .counted)
  let value = found.figure.value ?? .nan
  #expect(abs(value - 7 * 5 * 365.25 / 7) < 10)
}

@Test func twelveHoursAreNotADay() {
  let found = barsPerYear(days: (0..<1000).map { Double($0) / 2 })
  #expect(found.basis == .counted)
  #expect(agrees(found.figure.value, 730.5))
}

@Test func aGivenNumberOfBarsAYearIsTaken() {
  #expect(
    barsPerYear(days: [0], given: 260) == BarsPerYear(figure: .value(260), basis: .given))
}

@Test func theDayOfTheWeekIsRightBefore1970() {
  // 1969-12-29 was a Monday.
  for (start, basis) in [(-3, AnnualBasis.tradingDays), (-4, .calendarDays)] {
    var annualisation = Annualisation()
    for day in start..<2 {
      annualisation.add(
        Timestamp(milliseconds: Int64(day) * Timestamp.millisecondsPerDay))
    }
    #expect(annualisation.barsPerYear.basis == basis, "from day \(start)")
  }
}

@Test func aStateWithOtherClassesOfStepsIsRefused() {
  var writer = StateWriter()
  writer.write(0)
  writer.write(0)
  writer.write(0)
  writer.write(false)
  writer.write([1, 2])
  var reader = StateReader(writer.bytes)
  var annualisation = Annualisation()
  #expect(throws: StateError("counts of steps were 2, 7 are needed")) {
    try annualisation.restore(from: &reader)
  }
}

@Test func aCalendarSaysHowManyDaysOfAYearHaveASession() {
  func found(stepDays: Double) -> BarsPerYear {
    var annualisation = Annualisation(sessionsPerYear: 251.55)
    for index in 0..<50 {
      annualisation.add(Timestamp(milliseconds: Int64(Double(index) * stepDays * 86_400_000)))
    }
    return annualisation.barsPerYear
  }
  // Whatever falls on a weekend; weeks are weeks, and bars within the day are counted.
  #expect(found(stepDays: 1) == BarsPerYear(figure: .value(251.55), basis: .sessions))
  #expect(found(stepDays: 7) == BarsPerYear(figure: .value(52), basis: .weeks))
  #expect(found(stepDays: 0.25).basis == .counted)
}
