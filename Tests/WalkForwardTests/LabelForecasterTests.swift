import Testing

@testable import WalkForward

/// Forecasts from labels alone, with numbers written out.
struct LabelForecasterTests {
  /// The forecasts of each bar of a walk whose labels are the squares of their bars.
  static func forecasts(
    _ rule: LabelForecaster.Rule, horizons: [Int] = [1], _ set: TrainingSet = .expanding,
    first: Int = 2, refits: RefitSchedule = .every(bars: 1), bars: Int = 9, missing: Set<Int> = []
  ) throws -> [[Double]] {
    var walk = Walk(
      configuration: ScheduleTests.configuration(
        set, horizons: horizons, first: first, refits: refits),
      forecaster: LabelForecaster(rule, horizons: horizons, features: 0))
    return try (0..<bars).map { bar in
      let label = missing.contains(bar) ? Double.nan : Double(bar * bar)
      try walk.step(features: [], labels: horizons.map { _ in label })
      return walk.forecasts.map(\.value)
    }
  }

  /// Rule, horizons, forecasts at bar 8, where the labels 0, 1, 4 ... 64 are known.
  static let rules: [(LabelForecaster.Rule, [Int], [Double])] = [
    (.naive, [1], [64]), (.naive, [3, 1], [64, 64]), (.naive, [0], [49]),
    // Training samples are 0...7: labels 1...64 at bars 1...8.
    (.drift, [1], [73]), (.mean, [1], [25.5]),
    // Samples 0...5 of horizons 3 and 1: labels 9...64 and 1...36.
    (.drift, [3, 1], [97, 71]),
    (.mean, [3, 1], [33.166666666666664, 15.166666666666666]),
    // A nowcast's samples are 0...7, their labels 0...49.
    (.drift, [0], [56]), (.mean, [0], [17.5]),
    // Bar 9 is forecast from bar 5, bar 11 from bar 7 (or 3), bar 8 from bar 4.
    (.seasonalNaive(season: 4), [1], [25]), (.seasonalNaive(season: 4), [3], [49]),
    (.seasonalNaive(season: 4), [0], [16]), (.seasonalNaive(season: 1), [2], [64]),
    (.seasonalNaive(season: 2), [5], [49]),
  ]

  @Test(arguments: rules)
  func aRuleForecasts(rule: LabelForecaster.Rule, horizons: [Int], values: [Double]) throws {
    let found = try #require(try Self.forecasts(rule, horizons: horizons).last)
    #expect(found.count == values.count)
    for (found, value) in zip(found, values) { #expect(abs(found - value) < 1e-12) }
  }

  @Test func labelsAreInputsOfEachBarAndParametersAreOfTheLastRefit() throws {
    // One fit, at bar 4 on samples 0...3 (labels 1, 4, 9, 16).
    let naive = try Self.forecasts(.naive, first: 4, refits: .never, bars: 7)
    #expect(naive == [[], [], [], [], [16], [25], [36]])
    let drift = try Self.forecasts(.drift, first: 4, refits: .never, bars: 7)
    #expect(drift == [[], [], [], [], [21], [30], [41]])
    let mean = try Self.forecasts(.mean, first: 4, refits: .never, bars: 7)
    #expect(mean == [[], [], [], [], [7.5], [7.5], [7.5]])
  }

  @Test func aRollingSetForgets() throws {
    #expect(try Self.forecasts(.mean, .rolling(window: 2)).last == [(49 + 64) / 2])
    #expect(try Self.forecasts(.drift, .rolling(window: 3)).last == [64 + (64.0 - 36) / 2])
  }

  @Test func missingLabelsArePassedOver() throws {
    #expect(try Self.forecasts(.naive, missing: [7, 8]).last == [36])
    // Three bars on from bar 6 with the slope of samples 0...5.
    #expect(try Self.forecasts(.drift, missing: [7, 8]).last == [36 + 3 * 7])
    #expect(try Self.forecasts(.seasonalNaive(season: 2), missing: [7]).last == [25])
    // No season back has a label, so there is no forecast.
    #expect(try Self.forecasts(.seasonalNaive(season: 20)).last == [])
  }

  @Test func theNaiveModelIsTheNaiveBaseline() throws {
    var walk = Walk(
      configuration: ScheduleTests.configuration(horizons: [2, 1], first: 1),
      forecaster: LabelForecaster(.naive, horizons: [2, 1], features: 1))
    let bars = RandomBars(seed: 4, count: 60, width: 1, horizons: 2)
    var count = 0
    for bar in 0..<60 {
      try walk.step(features: bars.features[bar], labels: bars.labels[bar])
      for forecast in walk.forecasts {
        #expect(forecast.value == forecast.naive)
        count += 1
      }
    }
    #expect(count > 100)
  }
}
