import Bytes
import Market
import Testing

@testable import Performance

@Test func withoutATradeCostsPerSideAreUndefinedAndSaySo() {
  let report = metrics([100, 100, 100, 100]).report
  #expect(report.metrics.figure("cost_bps") == .undefined("nothing was traded"))
  #expect(report.metrics.figure("break_even_cost_bps") == .undefined("nothing was traded"))
  #expect(report.metrics.figure("turnover") == .value(0))
  #expect(report.metrics.figure("net_profit") == .value(0))
  #expect(report.metrics.figure("fees") == .value(0))
}

@Test func withoutABarAtWhichAnOrderCouldFillOnlyTheWholeSpanHasFigures() {
  let report = metrics([100, 100, 100], testedFrom: 9).report
  #expect(report.metrics.figure("bars") == .value(0))
  let reason = Figure.undefined("there was no bar at which an order could fill")
  for name in ["years", "cagr", "volatility", "sharpe", "sortino", "max_drawdown", "exposure"] {
    #expect(report.metrics.figure(name) == reason, "\(name)")
  }
  #expect(report.wholeSpanMetrics.figure("bars") == .value(3))
  #expect(report.wholeSpanMetrics.figure("cagr") == .value(0))
}

@Test func noBarAtAllGivesReasons() {
  let report = EquityMetrics(startingEquity: 100).report
  #expect(
    report.barsPerYear.figure
      == .undefined("there are no two bars to tell the length of a step by"))
  #expect(report.metrics.figure("final_equity") == .value(100))
  #expect(
    report.wholeSpanMetrics.figure("sharpe")
      == .undefined("there was no bar at which an order could fill"))
}

@Test func oneBarHasNoDeviationAndNoYears() {
  let report = metrics([90], testedFrom: 0).report
  #expect(report.metrics.figure("cagr") == .undefined("no time passed"))
  #expect(report.metrics.figure("turnover") == .undefined("no time passed"))
  #expect(report.metrics.figure("sharpe") == .undefined("one return has no standard deviation"))
  #expect(report.metrics.figure("sortino") == .undefined("one return has no standard deviation"))
  #expect(
    report.metrics.figure("volatility") == .undefined("one return has no standard deviation"))
  #expect(report.metrics.figure("net_profit") == .value(-10))
}

@Test func constantEquityHasNoRatios() {
  let report = metrics([100, 100, 100, 100]).report
  #expect(report.metrics.figure("cagr") == .value(0))
  #expect(report.metrics.figure("volatility") == .value(0))
  #expect(report.metrics.figure("sharpe") == .undefined("returns do not vary"))
  #expect(report.metrics.figure("sharpe_p") == .undefined("returns do not vary"))
  #expect(report.metrics.figure("sortino") == .undefined("no return was below the minimum"))
  #expect(report.metrics.figure("max_drawdown") == .value(0))
  #expect(report.metrics.figure("max_drawdown_recovered") == .undefined("there was no drawdown"))
  #expect(report.metrics.figure("calmar") == .undefined("there was no drawdown"))
}

@Test func steadyGrowthIsNotAnEndlessSharpeRatio() {
  var equity = [100.0]
  for _ in 0..<500 { equity.append(equity[equity.count - 1] * 1.01) }
  let report = metrics(equity).report
  #expect(report.metrics.figure("sharpe") == .undefined("returns do not vary"))
  #expect((report.tested.volatility.value ?? 1) < 1e-14)
}

@Test func aSmallDeviationAboutALargeMeanIsKept() {
  // Returns 0.01 ± 1e-9: plain sums of squares lose the deviation.
  var equity = [100.0]
  for bar in 0..<1000 {
    equity.append(equity[equity.count - 1] * (1.01 + (bar % 2 == 0 ? 1e-9 : -1e-9)))
  }
  let volatility = metrics(equity).report.tested.volatility.value ?? .nan
  let expected = 1e-9 * (1000.0 / 999).squareRoot() * 365.0.squareRoot()
  #expect(abs(volatility / expected - 1) < 1e-6)
}

@Test func totalLossEndsTheRatios() {
  let report = metrics([100, 110, 0, 0, 5]).report
  #expect(report.ruinedAtBar == 2)
  let reason = Figure.undefined("ruined: equity was zero or less at bar 2")
  for name in [
    "cagr", "volatility", "sharpe", "sharpe_p", "sortino", "calmar", "turnover",
    "sharpe_lo", "probabilistic_sharpe", "deflated_sharpe", "var_95", "cvar_99", "skewness",
    "kurtosis",
  ] {
    #expect(report.metrics.figure(name) == reason, "\(name)")
    #expect(report.wholeSpanMetrics.figure(name) == reason, "\(name)")
  }
  #expect(report.metrics.figure("max_drawdown") == .value(-1))
  #expect(report.metrics.figure("max_drawdown_bars") == .value(3))
  #expect(report.metrics.figure("final_equity") == .value(5))
}

@Test func debtIsADrawdownBelowMinusOne() {
  let report = metrics([100, -50]).report
  #expect(report.metrics.figure("max_drawdown") == .value(-1.5))
  #expect(report.metrics.figure("net_profit") == .value(-150))
}

@Test func aLossOnTheFirstBarCounts() {
  // The equity before the first bar stands in front.
  let report = metrics([90, 99, 108.9], testedFrom: 0).report
  #expect(agrees(report.metrics.figure("max_drawdown").value, -0.1))
  #expect(report.metrics.figure("max_drawdown_bars") == .value(3))
  #expect(report.metrics.figure("max_drawdown_recovered") == .value(1))
  #expect(agrees(report.metrics.figure("net_profit").value, 8.9))
}

@Test(
  arguments: [
    // equity after 100, deepest: depth, bars, recovered; longest: bars, recovered
    ([100, 90, 100], -0.1, 2.0, 1.0, 2.0, 1.0),
    ([100, 100, 90, 95, 100, 90], -0.1, 3, 1, 3, 1),
    ([90, 110, 99, 88, 120], -0.2, 3, 1, 3, 1),
    ([99, 98, 97, 100, 50], -0.5, 1, 0, 4, 1),
    ([50, 100, 99, 99, 99, 99], -0.5, 2, 1, 4, 0),
    ([80, 80, 80], -0.2, 3, 0, 3, 0),
    ([101, 102, 51, 103], -0.5, 2, 1, 2, 1),
  ] as [([Double], Double, Double, Double, Double, Double)])
func aDrawdownRunsFromPeakToRecovery(
  equity: [Double], depth: Double, bars: Double, recovered: Double, longest: Double,
  longestRecovered: Double
) {
  let report = metrics(equity, testedFrom: 0).report
  #expect(agrees(report.tested.maxDrawdown.value, depth))
  #expect(report.tested.maxDrawdownBars == .value(bars))
  #expect(report.tested.maxDrawdownRecovered == .value(recovered))
  #expect(report.tested.longestDrawdownBars == .value(longest))
  #expect(report.tested.longestDrawdownRecovered == .value(longestRecovered))
}

@Test func breakEvenIsTheCostASideAtWhichNothingIsLeft() {
  let fills = [
    fill(quantity: 10, price: 100, fee: 1, slippage: 0.5),
    fill(quantity: 10, price: 120, fee: 1, slippage: 0.5),
  ]
  let report = metrics([100, 119.8], fills: fills).report
  #expect(report.costs.tradedValue == 2200)
  #expect(agrees(report.costs.costBps.value, 3.0 / 2200 * 1e4))
  #expect(agrees(report.costs.breakEvenCostBps.value, (19.8 + 3) / 2200 * 1e4))
  // At that cost a side the net result is zero.
  let breakEven = report.costs.breakEvenCostBps.value ?? .nan
  #expect(agrees(report.costs.grossProfit - breakEven / 1e4 * 2200, 0))
}

@Test func tradedValueOfANegativePriceIsPositive() {
  #expect(metrics([100], fills: [fill(quantity: 2, price: -30)]).report.costs.tradedValue == 60)
}

@Test func namesAreUniqueAndInOrder() {
  let report = metrics([100, 101]).report
  #expect(
    report.metrics.map(\.name) == [
      "bars_per_year", "bars", "years", "final_equity", "net_profit", "cagr", "volatility",
      "sharpe", "sharpe_lo", "sharpe_p", "probabilistic_sharpe", "deflated_sharpe", "sortino",
      "max_drawdown", "max_drawdown_bars", "max_drawdown_recovered", "longest_drawdown_bars",
      "longest_drawdown_recovered", "ulcer", "calmar", "var_95", "cvar_95", "var_99", "cvar_99",
      "skewness", "kurtosis", "exposure", "turnover", "traded_value", "fees", "slippage",
      "gross_profit", "cost_bps", "break_even_cost_bps", "trials",
    ])
}

@Test func aStateWithTooLongABlockIsRefused() throws {
  // The block's two equities are followed by everything else: found by their bits.
  var writer = StateWriter()
  metrics([103, 107], testedFrom: 0).save(to: &writer)
  var bytes = writer.bytes
  let pair = bitsOf(103) + bitsOf(107)
  let block = try #require(
    bytes.indices.dropLast(pair.count).first { Array(bytes[$0..<$0 + pair.count]) == pair })
  bytes[block - 8] = 0
  bytes[block - 7] = 1  // 256
  bytes.insert(contentsOf: [UInt8](repeating: 0, count: 254 * 8), at: block)
  var reader = StateReader(bytes)
  var restored = EquityMetrics(startingEquity: 100)
  #expect(throws: StateError("a block of equities had 256, at most 255 are allowed")) {
    try restored.restore(from: &reader)
  }
}

private func bitsOf(_ value: Double) -> [UInt8] {
  var writer = StateWriter()
  writer.write(value)
  return writer.bytes
}
