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

/// A pair of independent walks, the level of one forecast from the spread to the other by a line that
/// is fitted anew at each bar: nested over the last value, as a network on such a pair is.
private func walks(seed: Int, count: Int, horizon: Int) -> ForecastReport {
  var random = TestRandom(seed: 10_000 + seed)
  let warm = 60
  let total = warm + count + horizon
  var (x, y) = ([100.0], [100.0])
  for _ in 1..<total {
    x.append(x[x.count - 1] + random.normal())
    y.append(y[y.count - 1] + random.normal())
  }
  var scores = HorizonScores(horizon: horizon)
  var (n, sumU, sumV, sumUU, sumUV, sumX) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
  for t in 0..<(warm + count) {
    sumX += x[t]
    if t >= horizon {
      let s = t - horizon
      let (u, v) = (y[s] - x[s], x[t] - x[s])
      n += 1
      sumU += u
      sumV += v
      sumUU += u * u
      sumUV += u * v
    }
    guard t >= warm else { continue }
    let slope = (sumUV - sumU * sumV / n) / (sumUU - sumU * sumU / n)
    scores.add(
      bar: t, forecast: x[t] + sumV / n + slope * (y[t] - x[t] - sumU / n), naive: x[t],
      mean: sumX / Double(t + 1), actual: x[t + horizon])
  }
  return ForecastReport(scores)
}

@Test(arguments: [(100, 1), (250, 3)])
func onIndependentWalksNoTestRejectsMoreOftenThanItSays(count: Int, horizon: Int) {
  let pairs = 200
  var rejected = [0, 0, 0]
  var least = [1.0, 1.0, 1.0]
  for seed in 1...pairs {
    let report = walks(seed: seed, count: count, horizon: horizon)
    #expect(report.reference == .naive)
    let ps = [report.clarkWestP, report.pesaranTimmermannP, report.dieboldMarianoP]
    for (test, p) in ps.enumerated() {
      // No p is no rejection.
      let p = p.value ?? 1
      least[test] = min(least[test], p)
      if p < Verdict.significance { rejected[test] += 1 }
    }
  }
  // The upper end of the central 95 % of Binomial(200, 5 %) is 16.
  #expect(rejected[0] <= 16, "Clark-West, \(count) forecasts at horizon \(horizon)")
  #expect(rejected[1] <= 16, "Pesaran-Timmermann, \(count) forecasts at horizon \(horizon)")
  #expect(rejected[2] <= 10, "Diebold-Mariano, \(count) forecasts at horizon \(horizon)")
  // They have p-values that could reject.
  for p in least { #expect(p < 0.1, "\(count) forecasts at horizon \(horizon)") }
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
