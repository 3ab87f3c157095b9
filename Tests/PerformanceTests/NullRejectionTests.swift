import Testing

@testable import Performance

/// A forecaster that fits a line to a feature that means nothing, on labels that are pure noise,
/// as a network does: estimated anew from all that is known, so it errs by more than its baselines.
private func noise(seed: Int, count: Int, horizon: Int) -> HorizonScores {
  var random = TestRandom(seed: seed)
  var scores = HorizonScores(horizon: horizon)
  let warm = 40
  var feature: [Double] = []
  var shocks: [Double] = []
  var labels: [Double] = []
  var last = 0.0
  for _ in 0..<(warm + count + horizon) {
    last = 0.5 * last + random.normal()
    feature.append(last)
    shocks.append(random.normal())
  }
  // The label of s is the sum of the shocks at s + 1 ... s + h.
  for s in 0..<(warm + count) { labels.append(shocks[(s + 1)...(s + horizon)].reduce(0, +)) }
  var (n, sumX, sumY, sumXX, sumXY) = (0.0, 0.0, 0.0, 0.0, 0.0)
  for t in 0..<(warm + count) {
    if t >= horizon {
      let (x, y) = (feature[t - horizon], labels[t - horizon])
      n += 1
      sumX += x
      sumY += y
      sumXX += x * x
      sumXY += x * y
    }
    guard t >= warm else { continue }
    let slope = (sumXY - sumX * sumY / n) / (sumXX - sumX * sumX / n)
    scores.add(
      forecast: sumY / n + slope * (feature[t] - sumX / n), naive: labels[t - horizon],
      mean: sumY / n, actual: labels[t])
  }
  return scores
}

@Test(arguments: [(50, 1), (250, 1), (250, 2), (500, 5)])
func onNoiseSkillIsFoundNoMoreOftenThanTheTestAllows(count: Int, horizon: Int) {
  let runs = 400
  var headline = 0
  var mean = 0
  for seed in 1...runs {
    let report = ForecastReport(noise(seed: seed, count: count, horizon: horizon))
    if let p = report.clarkWestP.value, p < Verdict.significance { headline += 1 }
    if let p = report.clarkWestP(against: .mean).value, p < Verdict.significance { mean += 1 }
  }
  // 5 % and three standard errors of such a count.
  let bound = 0.05 * Double(runs) + 3 * (0.05 * 0.95 * Double(runs)).squareRoot()
  #expect(Double(headline) <= bound, "\(count) forecasts at horizon \(horizon)")
  #expect(Double(mean) <= bound, "\(count) forecasts at horizon \(horizon)")
  // It rejects at all: a test that never does would pass the lines above.
  #expect(mean > 0, "\(count) forecasts at horizon \(horizon)")
}

@Test func theVerdictOnNoiseIsNoSkill() {
  var found = 0
  for seed in 1...100 {
    let report = ForecastReport(noise(seed: seed, count: 200, horizon: 1))
    let verdict = Verdict(leaks: [], forecasts: [report], returns: metrics([100, 100]).report)
    if verdict.kind != .noSkill { found += 1 }
  }
  #expect(found <= 12)
}

@Test func aSignalInTheNoiseIsFound() {
  // A tenth of the variance can be forecast, as on the pairs with known truth.
  var found = 0
  for seed in 1...50 {
    var random = TestRandom(seed: seed)
    var scores = HorizonScores(horizon: 1)
    var last = 0.0
    for _ in 0..<1000 {
      let signal = 0.1.squareRoot() * random.normal()
      let actual = signal + 0.9.squareRoot() * random.normal()
      scores.add(
        forecast: signal + 0.1 * random.normal(), naive: last, mean: 0.01, actual: actual,
        oracle: signal)
      last = actual
    }
    if Verdict(
      leaks: [], forecasts: [ForecastReport(scores)], returns: metrics([100, 100]).report
    ).kind == .skill {
      found += 1
    }
  }
  #expect(found == 50)
}
