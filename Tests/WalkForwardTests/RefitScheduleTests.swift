import Market
import Testing

@testable import WalkForward

/// Refits by the calendar and by the error of past forecasts.
struct RefitScheduleTests {
  /// The bars at which a walk over days that are that far from 1970-01-01 refits.
  static func refits(_ schedule: RefitSchedule, days: [Int]) throws -> [Int] {
    var walk = Walk(
      configuration: ScheduleTests.configuration(first: 1, refits: schedule),
      forecaster: LabelForecaster(.naive, horizons: [1], features: 0))
    var bars: [Int] = []
    for (bar, day) in days.enumerated() {
      let time = Timestamp(milliseconds: Int64(day) * Timestamp.millisecondsPerDay)
      try walk.step(time: time, features: [], labels: [Double(bar)])
      if walk.refit != nil { bars.append(bar) }
    }
    return bars
  }

  @Test func aWeekBeginsOnMonday() throws {
    // 1970-01-01 was a Thursday: Mondays are days 4, 11, 18 and -3.
    #expect(try Self.refits(.weekly, days: Array(0..<20)) == [1, 4, 11, 18])
    #expect(try Self.refits(.weekly, days: Array(-5..<6)) == [1, 2, 9])
    // A year of weeks that are skipped ends in one refit.
    #expect(try Self.refits(.weekly, days: [0, 1, 2, 366, 367, 368]) == [1, 3, 5])
  }

  @Test func aMonthIsOneOfTheCalendar() throws {
    // January 1970 has days 0...30, February 31...58; 2024 a leap year's.
    #expect(try Self.refits(.monthly, days: Array(0..<60)) == [1, 31, 59])
    let start = CivilDate(year: 2024, month: 2, day: 27)?.dayCount ?? 0
    #expect(try Self.refits(.monthly, days: Array(start..<start + 5)) == [1, 3])
    // The same month of another year is another month.
    #expect(try Self.refits(.monthly, days: [0, 1, 366, 367]) == [1, 2])
  }

  /// The bars at which a walk refits by drift, where the naive forecast for bar b errs by `errors[b]`.
  static func driftRefits(
    window: Int, factor: Double, errors: [Double], missing: Set<Int> = [], horizons: [Int] = [1],
    otherScale: [Double] = [1]
  ) throws -> [Int] {
    var walk = Walk(
      configuration: ScheduleTests.configuration(
        horizons: horizons, first: 1, refits: .drift(window: window, factor: factor)),
      forecaster: LabelForecaster(.naive, horizons: horizons, features: 0))
    var level = 0.0
    var bars: [Int] = []
    for (bar, error) in errors.enumerated() {
      level += error
      let label = missing.contains(bar) ? Double.nan : level
      try walk.step(
        features: [],
        labels: horizons.map {
          $0 == horizons[0] ? label : otherScale[bar % otherScale.count] * level
        })
      if walk.refit != nil { bars.append(bar) }
    }
    return bars
  }

  /// Window, factor, errors, bars of refits. The first is at bar 1, and scores begin a bar later.
  static let drifts: [(Int, Double, [Double], [Int])] = [
    // Window 2: scores of bars 2 and 3 against the newest two.
    (2, 2.0, [0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2], [1, 7]),
    // Equal to the factor is not above it; 2 is of the new base from bar 8 on.
    (2, 2.5, [0, 0, 1, 1, 1, 1, 1, 2, 1, 1, 1], [1]),
    (2, 2.4, [0, 0, 1, 1, 1, 1, 1, 2, 1, 1, 1], [1, 7]),
    // Two windows of 3 are not full before bar 7, however bad the forecasts are.
    (3, 1.5, [0, 0, 1, 1, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9], [1, 7]),
    // Windows of 1: a forecast against the first after the refit.
    (1, 1, [0, 0, 1, 1, 2, 2, 2, 1, 3, 3], [1, 4, 8]),
  ]

  @Test(arguments: drifts)
  func driftIsTheNewestErrorsAboveTheFirst(
    window: Int, factor: Double, errors: [Double], bars: [Int]
  ) throws {
    #expect(try Self.driftRefits(window: window, factor: factor, errors: errors) == bars)
  }

  @Test func driftGoesByTheFirstHorizonAlone() throws {
    let errors = (0..<40).map { (bar: Int) -> Double in
      let square = bar * bar
      return Double(1 + square % 7 + square / 20)
    }
    let same = try Self.driftRefits(
      window: 2, factor: 1, errors: errors, horizons: [1, 2], otherScale: [1, 1, 1])
    let other = try Self.driftRefits(
      window: 2, factor: 1, errors: errors, horizons: [1, 2], otherScale: [1, 30, 2])
    #expect(same == other && same.count > 3, "\(same)")
    let swapped = try Self.driftRefits(
      window: 2, factor: 1, errors: errors, horizons: [2, 1], otherScale: [1, 1, 1])
    #expect(same != swapped)
  }

  @Test func aForecastWithoutALabelIsNotCounted() throws {
    let errors: [Double] = [0, 0, 1, 1, 0, 1, 1, 2, 2, 2]
    #expect(try Self.driftRefits(window: 2, factor: 2, errors: errors, missing: [4]) == [1, 7])
  }
}
