import Bytes
import Testing

@testable import Performance

private func scores(_ reference: ReferenceCase) throws -> HorizonScores {
  var scores = HorizonScores(
    horizon: Int(try reference.number("horizon")), overlap: Int(try reference.number("overlap")),
    interval: ForecastInterval(lower: 0.1, upper: 0.95))
  let (y, f) = (reference.list("y"), reference.list("f"))
  for row in y.indices {
    scores.add(
      forecast: f[row], naive: reference.list("b_naive")[row],
      mean: reference.list("b_mean")[row], actual: y[row], oracle: reference.list("oracle")[row],
      scale: reference.list("scale")[row], lower: reference.list("lower")[row],
      upper: reference.list("upper")[row])
  }
  return scores
}

@Test(arguments: try ReferenceCase.read("forecasts.txt"))
func forecastMetricsAgreeWithStatsmodelsAndSciPy(reference: ReferenceCase) throws {
  let report = ForecastReport(try scores(reference))
  for metric in report.metrics {
    let expected = try reference.number(metric.name)
    guard expected.isFinite else {
      #expect(metric.reason != nil, "\(metric) is not defined")
      continue
    }
    // Far in the tail of p the reference itself loses digits.
    let relative = metric.unit != .probability || expected > 1e-20
    #expect(
      agrees(metric.value, expected, relative: relative), "\(metric) was not \(expected)")
  }
}

@Test func bartlettsWeightsAreUsedWhereTheUniformOnesGiveNoVariance() throws {
  // Without them the case would have no p at all: the vectors hold one such series.
  let cases = try ReferenceCase.read("forecasts.txt").filter {
    try $0.number("bartlett") == 1
  }
  #expect(cases.map(\.name) == ["bartlett"])
}

@Test func savedForecastsGoOnAsTheSameBits() throws {
  var random = TestRandom(seed: 11)
  let interval = ForecastInterval(lower: 0.1, upper: 0.9)
  var straight = ForecastMetrics(horizons: [1, 3], overlap: 2, interval: interval)
  for stop in [0, 1, 57, 100] {
    straight = ForecastMetrics(horizons: [1, 3], overlap: 2, interval: interval)
    var resumed = straight
    for row in 0...100 {
      if row == stop {
        var writer = StateWriter()
        resumed.save(to: &writer)
        var reader = StateReader(writer.bytes)
        resumed = ForecastMetrics(horizons: [1, 3], overlap: 2, interval: interval)
        try resumed.restore(from: &reader)
        #expect(reader.isAtEnd)
      }
      let actual = random.normal()
      let (forecast, naive) = (0.3 * actual + random.normal(), random.normal())
      let oracle = row % 2 == 0 ? Double.nan : actual
      for horizon in [1, 3] {
        let missing = row == 20 ? Double.nan : forecast
        func add(to metrics: inout ForecastMetrics) {
          metrics.add(
            horizon: horizon, bar: 2 * row, forecast: missing, naive: naive, mean: 0,
            actual: actual, oracle: oracle, scale: 0.1 + naive * naive, lower: forecast - 1,
            upper: forecast + 1)
        }
        add(to: &straight)
        add(to: &resumed)
      }
    }
    #expect(resumed.reports == straight.reports, "stopped at \(stop)")
    var (expected, found) = (StateWriter(), StateWriter())
    straight.save(to: &expected)
    resumed.save(to: &found)
    #expect(found.bytes == expected.bytes, "stopped at \(stop)")
  }
}
