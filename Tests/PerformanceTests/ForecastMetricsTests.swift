import Testing

@testable import Performance

private func report(
  _ rows: [(Double, Double, Double, Double)], horizon: Int = 1, overlap: Int = 1,
  oracle: [Double] = []
) -> ForecastReport {
  var scores = HorizonScores(horizon: horizon, overlap: overlap)
  for (index, row) in rows.enumerated() {
    scores.add(
      forecast: row.0, naive: row.1, mean: row.2, actual: row.3,
      oracle: index < oracle.count ? oracle[index] : .nan)
  }
  return ForecastReport(scores)
}

@Test func withoutForecastsAllButTheCountHaveAReason() {
  let report = report([])
  #expect(report.reference == nil)
  #expect(report.metrics.figure("count") == .value(0))
  for metric in report.metrics where metric.name != "count" {
    #expect(metric.figure == .undefined("no forecast was scored"), "\(metric.name)")
  }
}

@Test func aRowWithoutAllItsValuesIsLeftOutOfEveryFigure() {
  let full = [(0.5, 1.0, 0.2, 1.0), (0.1, -1.0, 0.1, 0.4), (-0.3, 0.4, 0.2, -2.0)]
  let torn =
    full + [(.nan, 1, 1, 1), (1, .nan, 1, 1), (1, 1, .nan, 1), (1, 1, 1, .nan)]
  #expect(report(torn) == report(full))
  var scores = HorizonScores(horizon: 1)
  for row in torn { scores.add(forecast: row.0, naive: row.1, mean: row.2, actual: row.3) }
  #expect(scores.skipped == 4)
}

@Test func theHeadlineIsTheWorstOfTheBaselines() {
  // Squared errors: forecast 1.25, naive 5, mean 2, zero 5.
  let report = report([(0.5, 0, 1, 1.0), (1, 0, 1, 2), (0, 0, 1, 0)])
  #expect(report.skill(against: .naive) == .value(0.75))
  #expect(report.skill(against: .mean) == .value(0.375))
  #expect(report.skill(against: .zero) == .value(0.75))
  #expect(report.reference == .mean)
  #expect(report.skill == .value(0.375))
  #expect(report.metrics.figure("r2_oos") == .value(0.375))
}

@Test func equalBaselinesAreTakenInTheOrderNaiveMeanZero() {
  #expect(report([(1, 0, 0, 1), (2, 0, 0, 1)]).reference == .naive)
  #expect(report([(1, 5, 0, 1), (2, 5, 0, 1)]).reference == .mean)
}

@Test func aBaselineWithoutErrorCannotBeBeaten() {
  let report = report([(1, 2, 0, 2), (1, 3, 0, 3), (2, 1, 0, 1)])
  #expect(report.skill == .undefined("the naive baseline makes no error"))
  #expect(report.skillShareOfOracle == .undefined("the naive baseline makes no error"))
}

@Test func aForecastThatIsTheBaselineHasNoEvidence() {
  var random = TestRandom(seed: 1)
  let rows = (0..<100).map { _ in (0.0, random.normal(), random.normal(), random.normal()) }
  let report = report(rows)
  #expect(
    report.clarkWestP(against: .zero)
      == .undefined("the forecast never adds to the zero baseline"))
  // Though it is better than the other two.
  #expect((report.clarkWestP(against: .naive).value ?? 1) < 0.01)
  #expect(report.clarkWestP == .undefined("the forecast never adds to the zero baseline"))
  #expect(report.skill == .value(0))
}

@Test func aConstantForecastHasNoCorrelationAndDoesNotMove() {
  var random = TestRandom(seed: 2)
  let rows = (0..<60).map { _ in (0.1, 3.0, 2.0, random.normal()) }
  let report = report(rows)
  #expect(report.reference == .zero)
  let reason = Figure.undefined("the forecast does not vary about the reference")
  #expect(report.informationCoefficient == reason)
  #expect(report.rankInformationCoefficient == reason)
  #expect(report.moveRatio == .value(0))
}

@Test func aConstantOffsetFromTheReferenceIsNoVariation() {
  // f − r is 0.1 but for rounding.
  var random = TestRandom(seed: 3)
  var rows: [(Double, Double, Double, Double)] = []
  for _ in 0..<60 {
    let naive = 1000 * random.normal()
    rows.append((naive + 0.1, naive, 0, naive + random.normal()))
  }
  let report = report(rows)
  #expect(report.reference == .naive)
  #expect(
    report.informationCoefficient
      == .undefined("the forecast does not vary about the reference"))
}

@Test func constantActualsHaveNoCorrelation() {
  let report = report([(0.1, 3, 2, 1), (0.2, 3, 2, 1), (0.4, 3, 2, 1)])
  let reason = Figure.undefined("what came does not vary about the reference")
  #expect(report.informationCoefficient == reason)
  #expect(report.moveRatio == reason)
}

@Test func tiesDoNotCountAsHits() {
  // The reference is zero: forecasts of 0 and moves of 0 are left out.
  let rows = [(1.0, 9.0, 9.0, 1.0), (0, 9, 9, 1), (1, 9, 9, 0), (-1, 9, 9, 2), (-1, 9, 9, -2)]
  #expect(report(rows).hitRate == .value(2.0 / 3))
  #expect(
    report([(0, 9, 9, 1), (1, 9, 9, 0)]).hitRate
      == .undefined("no row has both a forecast and a move"))
}

@Test(arguments: [
  (1, 5, "1 forecast is too few for autocovariances up to lag 4"),
  (4, 9, "4 forecasts are too few for autocovariances up to lag 8"),
  (5, 5, "5 forecasts are too few for autocovariances up to lag 4"),
  (1, 1, "1 forecast is too few for autocovariances up to lag 0"),
])
func fewerForecastsThanLagsGiveNoTest(count: Int, horizon: Int, reason: String) {
  var random = TestRandom(seed: 4)
  let rows = (0..<count).map { _ in
    (random.normal(), random.normal(), random.normal(), random.normal())
  }
  #expect(report(rows, horizon: horizon).clarkWestP == .undefined(reason))
}

@Test func equalLossDifferencesGiveNoTest() {
  let rows = (0..<50).map { _ in (1.0, 3.0, 2.0, 1.0) }
  #expect(report(rows).clarkWestP == .undefined("the differences in loss do not vary"))
}

@Test func aNowcastIsScoredButNotTested() {
  var random = TestRandom(seed: 5)
  let rows = (0..<80).map { _ -> (Double, Double, Double, Double) in
    let actual = random.normal()
    return (actual, random.normal(), random.normal(), actual)
  }
  let report = report(rows, horizon: 0)
  #expect(report.rmse == .value(0))
  #expect(report.skill == .value(1))
  for name in ["clark_west_p", "diebold_mariano_p", "pesaran_timmermann_p"] {
    #expect(report.metrics.figure(name) == .undefined("a nowcast claims no skill"), "\(name)")
  }
}

@Test func theOracleNeedsTheTruthAtEveryForecast() {
  let rows = [(0.5, 2.0, 2.0, 1.0), (0.1, 2, 2, -1), (0, 2, 2, 1)]
  #expect(report(rows).oracleSkill == .undefined("the truth is not known"))
  #expect(
    report(rows, oracle: [1, 1]).oracleSkill
      == .undefined("the truth is not known at 1 of 3 forecasts"))
  let known = report(rows, oracle: [1, 0, 0])
  #expect(known.oracleSkill == .value(1 - 2.0 / 3))
  #expect(agrees(known.skillShareOfOracle.value, (1 - 2.46 / 3) * 3))
  #expect(
    report(rows, oracle: [0, 0, 0]).skillShareOfOracle
      == .undefined("the oracle has no skill to share"))
}

@Test func ranksOfEqualValuesAreShared() {
  #expect(Sample.ranks([3, 1, 2, 2, 2, -5]) == [6, 2, 4, 4, 4, 1])
  #expect(Sample.ranks([]) == [])
}

@Test func errorsAreScaledByTheNaiveErrorOfTheTrainingLabels() {
  var scores = HorizonScores(horizon: 1)
  scores.add(forecast: 1, naive: 0, mean: 0, actual: 3, scale: 4)
  scores.add(forecast: 1, naive: 0, mean: 0, actual: 2, scale: 0.5)
  #expect(ForecastReport(scores).mase == .value(1.25))
  var torn = scores
  torn.add(forecast: 1, naive: 0, mean: 0, actual: 2)
  #expect(
    ForecastReport(torn).mase
      == .undefined("the naive error on the training labels is not known at 1 of 3 forecasts"))
  scores.add(forecast: 1, naive: 0, mean: 0, actual: 2, scale: 0)
  #expect(
    ForecastReport(scores).mase
      == .undefined("the naive baseline makes no error on the training labels"))
}

@Test(
  arguments: [
    ([(1, 3), (2, 2)], 0.5), ([(-1, -3), (0, 0)], 0.5), ([(0, 5)], 2), ([(1, 0)], 2),
    ([(1, -1)], nil), ([(1, 2), (-1, -2)], nil), ([(1.7e308, 1.7e308)], 0),
  ] as [([(Double, Double)], Double?)])
func theSymmetricErrorIsForOneSign(rows: [(forecast: Double, actual: Double)], smape: Double?) {
  let found = report(rows.map { ($0.forecast, 9, 9, $0.actual) }).smape
  #expect(
    found == (smape.map { .value($0) } ?? .undefined("forecasts and what came are of both signs")))
}

/// Steps of a random walk, each forecast as `forecast` of (what comes, the value before it).
private func walk(
  count: Int = 300, horizon: Int = 1, skipping: Set<Int> = [],
  _ forecast: (_ next: Double, _ last: Double, inout TestRandom) -> Double
) -> ForecastReport {
  var random = TestRandom(seed: 17)
  var level = [100.0]
  for _ in 0..<(count + horizon) { level.append(level[level.count - 1] + random.normal()) }
  var scores = HorizonScores(horizon: horizon)
  for bar in 0..<count where !skipping.contains(bar) {
    scores.add(
      bar: bar, forecast: forecast(level[bar + horizon], level[bar], &random),
      naive: level[bar], mean: 100, actual: level[bar + horizon])
  }
  return ForecastReport(scores)
}

@Test func aForecastThatRepeatsTheLastValueIsToldFromOneThatKnows() {
  for horizon in [1, 4] {
    let last = walk(horizon: horizon) { _, last, _ in last }
    #expect(last.echo == .value(Double(horizon)))
    #expect(last.moveRatio == .value(0))
    #expect(last.repeatsLastValue == .value(1))
    let near = walk(horizon: horizon) { _, last, random in last + 0.05 * random.normal() }
    #expect(near.repeatsLastValue == .value(1))
    let seer = walk(horizon: horizon) { next, _, random in next + 0.3 * random.normal() }
    #expect(seer.echo == .value(0))
    #expect(seer.repeatsLastValue == .value(0))
    // As old an echo, but it leaves the last value by much.
    let restless = walk(horizon: horizon) { _, last, random in last + 0.5 * random.normal() }
    #expect(restless.echo == .value(Double(horizon)))
    #expect(restless.repeatsLastValue == .value(0))
  }
}

@Test func theEchoIsFoundAcrossMissingForecasts() {
  // By places instead of bars the lag would be blurred.
  let skipping = Set((0..<600).filter { $0 % 31 == 5 || $0 % 53 == 7 })
  let report = walk(count: 600, horizon: 4, skipping: skipping) { _, last, _ in last }
  #expect(report.echo == .value(4))
  let torn = walk(count: 300, skipping: Set(stride(from: 0, to: 300, by: 3))) { _, last, _ in last }
  #expect(
    torn.echo == .undefined("0 forecasts have 11 others right before them, 20 are needed"))
}

@Test func anEchoIsAskedForOnlyWhereTheLastValueIsTheReference() {
  var random = TestRandom(seed: 6)
  let rows = (0..<100).map { _ in (0.1 * random.normal(), 3.0, 2.0, random.normal()) }
  let reason = Figure.undefined("the reference is the zero baseline, not the naive one")
  #expect(report(rows).echo == reason)
  #expect(report(rows).repeatsLastValue == reason)
}

@Test func forecastsOfOneSignHaveNoTestOfSigns() {
  var random = TestRandom(seed: 7)
  let rows = (0..<60).map { _ in (0.1 + random.uniform(), 9.0, 9.0, random.normal()) }
  #expect(
    report(rows).pesaranTimmermannP
      == .undefined("all forecasts lie on one side of the reference"))
  let other = rows.map { (Double($0.3), 9.0, 9.0, $0.0) }
  #expect(
    report(other).pesaranTimmermannP
      == .undefined("all that came lies on one side of the reference"))
}

@Test func signsThatAlwaysAgreeAreNotChance() {
  var random = TestRandom(seed: 8)
  let rows = (0..<60).map { _ in
    let actual = random.normal()
    return (0.01 * actual, 9.0, 9.0, actual)
  }
  #expect((report(rows).pesaranTimmermannP.value ?? 1) < 1e-10)
  let against = rows.map { (-$0.0, 9.0, 9.0, $0.3) }
  #expect((report(against).pesaranTimmermannP.value ?? 0) > 1 - 1e-10)
}

@Test func aForecastThatErrsAsItsReferenceHasNoTestOfAccuracy() {
  let rows = (0..<40).map { (0.0, 9.0, 9.0, Double($0 % 3) - 1) }
  #expect(
    report(rows).dieboldMarianoP
      == .undefined("the forecast errs exactly as the zero baseline"))
}

@Test func intervalsAreScoredWhereBothEndsAreKnown() {
  var scores = HorizonScores(horizon: 1, interval: ForecastInterval(lower: 0.1, upper: 0.9))
  scores.add(forecast: 0, naive: 0, mean: 0, actual: 1, lower: -1, upper: 1)  // within, at the end
  scores.add(forecast: 0, naive: 0, mean: 0, actual: 3, lower: -1, upper: 1)  // above
  scores.add(forecast: 0, naive: 0, mean: 0, actual: -2, lower: -1, upper: 1)  // below
  scores.add(forecast: 0, naive: 0, mean: 0, actual: 9, lower: -1)
  let report = ForecastReport(scores)
  #expect(agrees(report.intervalCoverage.value, 1.0 / 3))
  #expect(agrees(report.intervalNominal.value, 0.8))
  // 0.1·2 + 0, 0.1·4 + 0.9·2, 0.9·1 + 0.1·3.
  #expect(agrees(report.pinballLoss.value, (0.2 + 0.4 + 1.8 + 0.9 + 0.3) / 6))
  var without = HorizonScores(horizon: 1)
  without.add(forecast: 0, naive: 0, mean: 0, actual: 1, lower: -1, upper: 1)
  #expect(ForecastReport(without).intervalCoverage == .undefined("no interval is forecast"))
  var torn = HorizonScores(horizon: 1, interval: ForecastInterval(lower: 0.1, upper: 0.9))
  torn.add(forecast: 0, naive: 0, mean: 0, actual: 1)
  #expect(
    ForecastReport(torn).pinballLoss
      == .undefined("no forecast has both ends of its interval"))
}

@Test func namesOfForecastMetricsAreUniqueAndInOrder() {
  #expect(
    report([]).metrics.map(\.name) == [
      "count", "rmse", "mae", "mase", "smape", "skill", "skill_naive", "skill_mean", "skill_zero",
      "r2_oos", "clark_west_p", "clark_west_p_naive", "clark_west_p_mean", "clark_west_p_zero",
      "diebold_mariano", "diebold_mariano_p", "diebold_mariano_two_sided_p", "pesaran_timmermann",
      "pesaran_timmermann_p", "hit_rate", "information_coefficient",
      "rank_information_coefficient", "move_ratio", "echo", "repeats_last_value",
      "interval_coverage", "interval_nominal", "pinball_loss", "oracle_skill",
      "skill_share_of_oracle",
    ])
}
