import Bytes
import Market
import Numerics
import Testing

@testable import Performance

@Test(arguments: try ReferenceCase.read("deflated.txt"))
func theDeflatedSharpeRatioAgreesWithItsFormula(reference: ReferenceCase) throws {
  let trials = Trials(
    count: Int(try reference.number("trials")),
    sharpeVariance: try reference.number("variance"),
    meanCorrelation: try reference.number("correlation"))
  let moments = SharpeMoments(
    ratio: try reference.number("ratio"), count: Int(try reference.number("n")),
    skewness: try reference.number("skewness"), kurtosis: try reference.number("kurtosis"))
  #expect(agrees(trials.expectedBest, try reference.number("best"), relative: true))
  let p = moments.probability(above: trials.expectedBest).value
  #expect(agrees(p, try reference.number("p"), relative: true))
  // As printed in the paper.
  let printed = ["of_100": 0.9004, "of_46": 0.9505][reference.name]
  if let printed, let p { #expect(abs(p - printed) < 5e-5) }
}

@Test func moreTrialsNeverMakeAResultMoreLikely() {
  var last = -1.0
  for count in 1...300 {
    let best = Trials(count: count, sharpeVariance: 0.01, meanCorrelation: 0.9).expectedBest
    #expect(best >= last, "\(count) trials")
    last = best
  }
  #expect(last > 0.1)
}

@Test func aRunIsOneTrialUnlessMoreAreTold() {
  let account = metrics([100, 101, 99, 103, 102, 104])
  #expect(account.report.metrics.figure("trials") == .value(1))
  #expect(account.report.tested.deflatedSharpe == account.report.tested.probabilisticSharpe)
  let many = account.report(trials: Trials(count: 50, sharpeVariance: 0.1, meanCorrelation: 0))
  #expect(many.metrics.figure("trials") == .value(50))
  #expect(
    (many.tested.deflatedSharpe.value ?? 1) < (account.report.tested.deflatedSharpe.value ?? 0))
}

@Test func aLossAboveAllOthersLeavesTheSharpeRatioAVariance() {
  // γ₄ ≥ γ₃² + 1 keeps the variance of the ratio above zero for any sample.
  var equity = [100.0]
  for bar in 1...40 { equity.append(equity[bar - 1] * (bar == 20 ? 0.2 : 1.01)) }
  let p = metrics(equity).report.tested.probabilisticSharpe.value ?? .nan
  #expect(p > 0 && p < 1)
}

@Test func partitionPutsTheValueWhereSortingWould() {
  for seed in 1...40 {
    var random = TestRandom(seed: seed)
    let count = 1 + Int(random.uniform() * 60)
    // Few distinct ones: ties are the hard case.
    let values = (0..<count).map { _ in (random.uniform() * 8).rounded(.down) }
    let sorted = values.sorted()
    for index in 0..<count {
      var parted = values
      Sample.partition(&parted, at: index)
      #expect(parted[index] == sorted[index], "seed \(seed), place \(index)")
      #expect(parted[..<index].sorted() == Array(sorted[..<index]), "seed \(seed)")
    }
  }
}

@Test func oneReturnIsItsOwnTail() {
  let report = metrics([90], testedFrom: 0).report
  #expect(agrees(report.tested.valueAtRisk95.value, -0.1))
  #expect(agrees(report.tested.conditionalValueAtRisk99.value, -0.1))
  #expect(report.tested.sharpeLo == .undefined("one return has no standard deviation"))
}

@Test func constantEquityHasARiskOfZeroAndNoMoments() {
  let report = metrics([100, 100, 100, 100]).report
  #expect(report.tested.valueAtRisk99 == .value(0))
  #expect(report.tested.ulcer == .value(0))
  for name in ["sharpe_lo", "probabilistic_sharpe", "deflated_sharpe", "skewness", "kurtosis"] {
    #expect(report.metrics.figure(name) == .undefined("returns do not vary"), "\(name)")
  }
  #expect(report.drawdowns.isEmpty)
}

@Test func theDeepestDrawdownsAreListedWithTheirDays() {
  let report = metrics([100, 90, 100, 80, 85, 120, 60], testedFrom: 0).report
  let day = Timestamp.millisecondsPerDay
  func row(
    _ peak: Int, _ trough: Int, _ end: Int, _ depth: Double, _ isRecovered: Bool
  ) -> DrawdownRow {
    DrawdownRow(
      peakBar: peak, peakTime: Timestamp(milliseconds: Int64(peak) * day), troughBar: trough,
      troughTime: Timestamp(milliseconds: Int64(trough) * day), endBar: end,
      endTime: Timestamp(milliseconds: Int64(end) * day), isRecovered: isRecovered, depth: depth)
  }
  let expected = [
    row(5, 6, 6, 60.0 / 120 - 1, false), row(2, 3, 5, 80.0 / 100 - 1, true),
    row(0, 1, 2, 90.0 / 100 - 1, true),
  ]
  #expect(report.drawdowns == expected)
  #expect(report.drawdowns.map(\.bars) == [1, 3, 2])
}

@Test func onlyTheTenDeepestDrawdownsAreKept() {
  var equity: [Double] = []
  for index in 0..<15 { equity += [100, 100 - Double((index * 7) % 15) - 1] }
  let rows = metrics(equity + [100], testedFrom: 0).report.drawdowns
  let expected: [Double] = (0..<10).map { (85 + Double($0)) / 100 - 1 }
  #expect(rows.map(\.depth) == expected)
}

@Test func anEquityThatOnlyFallsFallsFromBeforeTheFirstBar() {
  let report = metrics([90, 80], testedFrom: 0).report
  #expect(report.drawdowns.map(\.peakBar) == [-1])
  #expect(report.drawdowns.first?.peakTime == Timestamp(milliseconds: 0))
  #expect(report.tested.maxDrawdownBars == .value(2))
}

@Test func monthsAndYearsEndWithTheirLastBar() {
  // Daily from 1970-01-01: January is bars 0...30.
  let equity = (0..<400).map { 100 + Double($0) }
  let report = metrics(equity, testedFrom: 10).report
  #expect(report.months.count == 14)
  #expect(
    report.months[0]
      == PeriodReturn(year: 1970, month: 1, startEquity: 109, endEquity: 130))
  #expect(
    report.months[1]
      == PeriodReturn(year: 1970, month: 2, startEquity: 130, endEquity: 158))
  #expect(
    report.months[13]
      == PeriodReturn(year: 1971, month: 2, startEquity: 495, endEquity: 499))
  #expect(
    report.years == [
      PeriodReturn(year: 1970, month: nil, startEquity: 109, endEquity: 464),
      PeriodReturn(year: 1971, month: nil, startEquity: 464, endEquity: 499),
    ])
  #expect(report.years[0].figure == .value(464.0 / 109 - 1))
}

@Test func aMonthAfterRuinHasNoReturn() {
  var equity = [Double](repeating: 100, count: 35)
  equity[20] = -5
  for bar in 21..<35 { equity[bar] = -5 }
  let months = metrics(equity).report.months
  #expect(months[0].figure == .value(-5.0 / 100 - 1))
  #expect(months[1].figure == .undefined("ruined: equity was zero or less before"))
}

@Test func theRollingSharpeRatioNeedsAFullWindowThatVaries() {
  let ratios = metrics([100, 101, 102.01, 103.0301, 90, 95], testedFrom: 0)
    .rollingSharpe(window: 3)
  #expect(ratios.count == 6)
  #expect(ratios[0].isNaN && ratios[1].isNaN)
  // Returns of 0, 1 % and 1 %; three of 1 % have no ratio.
  let deviation = (2.0 / 3 * 0.01 * 0.01 / 2).squareRoot()
  #expect(agrees(ratios[2], 0.02 / 3 / deviation * 365.0.squareRoot()))
  #expect(ratios[3].isNaN)
  #expect(ratios[4] < 0)
  #expect(metrics([100, 0, 5]).rollingSharpe(window: 2).isEmpty)
}

@Test func aRunTooLongToKeepItsReturnsSaysSo() {
  var kept = KeptReturns()
  var block = [Double](repeating: 0.1, count: 1 << 16)
  for _ in 0..<64 {
    block.withUnsafeMutableBufferPointer { kept.add($0) }
  }
  #expect(kept.whole?.count == KeptReturns.limit)
  block.withUnsafeMutableBufferPointer { kept.add($0) }
  #expect(kept.whole == nil)
  #expect(kept.tested(isTesting: true) == nil)
  block.withUnsafeMutableBufferPointer { kept.add($0) }
  #expect(kept.whole == nil)
}
