/// What forecast and fact add to the reference baseline, in the order of time.
struct Moves {
  /// f − r.
  private(set) var forecast: [Double] = []
  /// y − r.
  private(set) var actual: [Double] = []
  private var forecastVaries: Bool
  private var actualVaries: Bool

  init(_ scores: HorizonScores, from reference: Baseline) {
    var forecastScale = 0.0
    var actualScale = 0.0
    for row in 0..<scores.count {
      let r = scores.value(of: reference, at: row)
      forecast.append(scores.forecasts[row] - r)
      actual.append(scores.actuals[row] - r)
      forecastScale = max(forecastScale, abs(scores.forecasts[row]), abs(r))
      actualScale = max(actualScale, abs(scores.actuals[row]), abs(r))
    }
    forecastVaries = Sample.varies(forecast, scale: forecastScale)
    actualVaries = Sample.varies(actual, scale: actualScale)
  }

  var hitRate: Figure {
    var hits = 0
    var counted = 0
    for row in forecast.indices where forecast[row] != 0 && actual[row] != 0 {
      counted += 1
      if (forecast[row] > 0) == (actual[row] > 0) { hits += 1 }
    }
    return Figure(
      Double(hits) / Double(counted), orUndefined: "no row has both a forecast and a move")
  }

  func signTest(lags: Int, isNowcast: Bool) -> PesaranTimmermann {
    isNowcast
      ? PesaranTimmermann(undefined: HorizonScores.nowcast)
      : PesaranTimmermann(forecasts: forecast, actuals: actual, lags: lags)
  }

  var correlation: Figure { ifBothVary { .value(Sample.correlation(forecast, actual)) } }

  var rankCorrelation: Figure {
    ifBothVary { .value(Sample.correlation(Sample.ranks(forecast), Sample.ranks(actual))) }
  }

  var ratio: Figure {
    guard actualVaries else { return .undefined(Self.constantActual) }
    guard forecastVaries else { return .value(0) }
    let forecast = Sample.crossDeviation(forecast, forecast)
    let actual = Sample.crossDeviation(actual, actual)
    return Figure((forecast / actual).squareRoot(), orUndefined: Self.constantActual)
  }

  private static let constantActual = "what came does not vary about the reference"

  private func ifBothVary(_ figure: () -> Figure) -> Figure {
    guard forecastVaries else {
      return .undefined("the forecast does not vary about the reference")
    }
    guard actualVaries else { return .undefined(Self.constantActual) }
    return figure()
  }
}
