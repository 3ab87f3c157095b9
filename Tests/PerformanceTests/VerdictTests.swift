import Testing

@testable import Performance

private func forecasts(
  p: Figure, skill: Double = 0.081, count: Int = 500, horizon: Int = 1, lags: Int = 0,
  oracle: Double? = nil, repeats: Bool = false
) -> ForecastReport {
  let none = Figure.undefined("not asked for here")
  let share = oracle.map { Figure.value(skill / $0) }
  return ForecastReport(
    horizon: horizon, count: count, lags: lags, reference: .naive, rmse: none, mae: none,
    mase: none, smape: none, skills: [.value(skill), .value(skill), .value(skill)],
    skill: .value(skill),
    clarkWestPs: [p, p, p], clarkWestP: p, dieboldMariano: none, dieboldMarianoP: none,
    dieboldMarianoTwoSidedP: none, pesaranTimmermann: none, pesaranTimmermannP: none,
    hitRate: none, informationCoefficient: none, rankInformationCoefficient: none,
    moveRatio: none, echo: none, repeatsLastValue: .value(repeats ? 1 : 0),
    intervalCoverage: none, intervalNominal: none, pinballLoss: none,
    oracleSkill: oracle.map { .value($0) } ?? none, skillShareOfOracle: share ?? none)
}

/// An account that ends at `net` more than its 100 000; each of 100 sides trades 10 000.
private func account(net: Double, costBps: Double = 2, noise: Double = 1, traded: Bool = true)
  -> ReturnReport
{
  var equity = [100_000.0]
  for bar in 1...200 {
    let even = 100_000 + net * Double(bar) / 200
    equity.append(even + (bar % 2 == 0 ? 0 : noise))
  }
  let fills = (0..<100).map { _ in fill(quantity: 100, price: 100, fee: costBps) }
  return metrics(equity, start: 100_000, fills: traded ? fills : []).report
}

private let nothing = account(net: 0, traded: false)

@Test(
  arguments: [
    ([], [forecasts(p: .value(0.41))], nothing, "No evidence of skill (p = 0.41); do not trade."),
    (
      [], [forecasts(p: .value(0.05))], nothing, "No evidence of skill (p = 0.050); do not trade."
    ),
    (
      [], [forecasts(p: .value(0.41))], account(net: 500),
      "No evidence of skill (p = 0.41); do not trade. "
        + "The profit may be luck or drift; it is not evidence."
    ),
    (
      [], [forecasts(p: .undefined("the forecast never adds to the zero baseline"))], nothing,
      "No evidence of skill: the forecast never adds to the zero baseline; do not trade."
    ),
    (
      [], [forecasts(p: .value(0.41), repeats: true)], nothing,
      "No evidence of skill (p = 0.41): the forecast only repeats the last value; do not trade."
    ),
    (
      [],
      [forecasts(p: .undefined("the forecast never adds to the naive baseline"), repeats: true)],
      nothing,
      "No evidence of skill: the forecast only repeats the last value; do not trade."
    ),
    (
      [], [forecasts(p: .value(0.0004), oracle: 0.088)], nothing,
      "Skill found (p < 0.001): 8.1 % less squared error than the naive baseline, "
        + "92 % of what the oracle has. Nothing was traded."
    ),
    (
      [], [forecasts(p: .value(0.0004), repeats: true)], nothing,
      "Skill found (p < 0.001): 8.1 % less squared error than the naive baseline. "
        + "Nothing was traded."
    ),
    (
      [], [forecasts(p: .value(0.012))], account(net: -120),
      "Skill found (p = 0.012): 8.1 % less squared error than the naive baseline. The forecast has "
        + "skill, but costs eat it: break-even at 0.8 bps, charged 2.0; do not trade."
    ),
    (
      [], [forecasts(p: .value(0.012))], account(net: -1200),
      "Skill found (p = 0.012): 8.1 % less squared error than the naive baseline. "
        + "But these positions lose even before costs; do not trade."
    ),
    (
      [], [forecasts(p: .value(0.012))], account(net: 500),
      "Skill found (p = 0.012): 8.1 % less squared error than the naive baseline. "
        + "After costs it earned 0.9 % a year (p < 0.001); break-even at 7.0 bps, charged 2.0."
    ),
    (
      [], [forecasts(p: .value(0.012))], account(net: 500, noise: 2000),
      "Skill found (p = 0.012): 8.1 % less squared error than the naive baseline. "
        + "After costs it earned 0.9 % a year, but luck may give as much (p = 0.44); "
        + "break-even at 7.0 bps, charged 2.0."
    ),
    (
      [], [forecasts(p: .value(0.012))], account(net: 500, costBps: 0),
      "Skill found (p = 0.012): 8.1 % less squared error than the naive baseline. "
        + "Without any costs it earned 0.9 % a year (p < 0.001); "
        + "break-even at 5.0 bps, charged 0.0."
    ),
    (
      [], [forecasts(p: .value(0.012))], account(net: -200_000),
      "Skill found (p = 0.012): 8.1 % less squared error than the naive baseline. "
        + "Yet ruined: equity was zero or less at bar 100; do not trade."
    ),
    (
      [], [forecasts(p: .value(0.012), skill: -0.031)], nothing,
      "The forecast holds information (p = 0.012), but has 3.1 % more squared error than the naive "
        + "baseline: no skill to use; do not trade."
    ),
    (
      [], [forecasts(p: .value(0.012), oracle: 0)], nothing,
      "A false alarm (p = 0.012): the truth is known and leaves nothing to forecast; do not trade."
    ),
    (
      [], [forecasts(p: .value(0.0001), count: 44)], nothing,
      "Too few forecasts (44) to judge; 50 are needed."
    ),
    (
      [], [forecasts(p: .value(0.0001), count: 200, horizon: 5, lags: 4)], nothing,
      "Too few forecasts (200, worth 40 without overlap) to judge; 50 are needed."
    ),
    (
      [], [forecasts(p: .value(0.0001), count: 0)], nothing,
      "No forecast was scored: nothing to judge."
    ),
    (
      [], [forecasts(p: .value(0.0001), horizon: 0)], nothing,
      "A nowcast: the target is known when forecast, no skill is claimed."
    ),
    (
      ["scaler_fit: all"], [forecasts(p: .value(0.0001))], account(net: 500),
      "The run leaks (scaler_fit: all): its figures are not evidence."
    ),
    (
      ["rescale of X", "rescale of Y"], [forecasts(p: .value(0.0001), horizon: 0)], nothing,
      "The run leaks (rescale of X, rescale of Y): its figures are not evidence. "
        + "A nowcast: the target is known when forecast, no skill is claimed."
    ),
    (
      [], [forecasts(p: .value(0.41)), forecasts(p: .value(0.0001), horizon: 2)], nothing,
      "No evidence of skill (p = 0.41); do not trade. Judged on horizon 1, the first of 2."
    ),
    ([], [], nothing, "A rule without a forecast: no skill is claimed. Nothing was traded."),
    (
      [], [], account(net: 500),
      "A rule without a forecast: no skill is claimed. "
        + "After costs it earned 0.9 % a year (p < 0.001); break-even at 7.0 bps, charged 2.0."
    ),
    (
      [], [], account(net: 500, noise: 2000),
      "A rule without a forecast: no skill is claimed. After costs it earned 0.9 % a year, but luck "
        + "may give as much (p = 0.44); break-even at 7.0 bps, charged 2.0."
    ),
    (
      [], [], account(net: -120),
      "A rule without a forecast: no skill is claimed. "
        + "It lost after costs: break-even at 0.8 bps, charged 2.0."
    ),
    (
      [], [], account(net: -1200),
      "A rule without a forecast: no skill is claimed. It lost even before costs."
    ),
  ] as [([String], [ForecastReport], ReturnReport, String)])
func theVerdictSaysWhatTheFiguresShow(
  leaks: [String], forecasts: [ForecastReport], returns: ReturnReport, text: String
) {
  #expect(Verdict(leaks: leaks, forecasts: forecasts, returns: returns).text == text)
}
