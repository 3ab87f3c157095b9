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
  #expect(report.clarkWestP == .undefined("a nowcast claims no skill"))
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

@Test func namesOfForecastMetricsAreUniqueAndInOrder() {
  #expect(
    report([]).metrics.map(\.name) == [
      "count", "rmse", "mae", "skill", "skill_naive", "skill_mean", "skill_zero", "r2_oos",
      "clark_west_p", "clark_west_p_naive", "clark_west_p_mean", "clark_west_p_zero", "hit_rate",
      "information_coefficient", "rank_information_coefficient", "move_ratio", "oracle_skill",
      "skill_share_of_oracle",
    ])
}
