import Bytes
import Market
import Testing

@testable import Performance

@Test(
  arguments: [
    ([10.0, -5, 10, -5, 0], 0.4, 2.0, 2.0),
    ([3, 3, 3], 1, nil, 3),
    ([-2, -2], 0, 0, -2),
  ] as [([Double], Double, Double?, Double)])
func tradesAreJudgedNetOfCosts(
  pnls: [Double], winRate: Double, profitFactor: Double?, expectancy: Double
) {
  var metrics = TradeMetrics()
  for pnl in pnls { metrics.add(trade(pnl: pnl)) }
  let report = metrics.report
  #expect(report.metrics.figure("trades") == .value(Double(pnls.count)))
  #expect(report.winRate == .value(winRate))
  #expect(
    report.profitFactor
      == (profitFactor.map { .value($0) } ?? .undefined("no trade was closed at a loss")))
  #expect(report.expectancy == .value(expectancy))
}

@Test func noTradesGiveReasons() throws {
  let report = TradeMetrics().report
  let counts = ["trades", "wins", "losses", "few_trades"]
  #expect(report.count == 0)
  for name in report.metrics.map(\.name) where !counts.contains(name) {
    #expect(report.metrics.figure(name) == .undefined("no trade was closed"), "\(name)")
  }
}

@Test func savedTradesGoOnAsTheSameBits() throws {
  var random = TestRandom(seed: 5)
  var straight = TradeMetrics()
  var resumed = TradeMetrics()
  for index in 0..<100 {
    if index == 37 {
      var writer = StateWriter()
      resumed.save(to: &writer)
      var reader = StateReader(writer.bytes)
      resumed = TradeMetrics()
      try resumed.restore(from: &reader)
      #expect(reader.isAtEnd)
    }
    let next = trade(
      pnl: random.normal(), barsHeld: index % 7 == 0 ? 1000 + index : index,
      mae: index % 3 == 0 ? nil : -random.uniform(), mfe: random.uniform(),
      side: index % 2 == 0 ? .long : .short, instrument: index % 5,
      reason: index % 11 == 0 ? .ruined : .rebalance)
    straight.add(next)
    resumed.add(next)
  }
  #expect(straight == resumed)
  #expect(straight.report == resumed.report)
}

@Test(arguments: try ReferenceCase.read("trades.txt"))
func tradeMetricsAgreeWithQuantStats(reference: ReferenceCase) throws {
  var metrics = TradeMetrics()
  for (row, pnl) in reference.list("pnl").enumerated() {
    metrics.add(
      trade(
        pnl: pnl, barsHeld: Int(reference.list("held")[row]), mae: reference.list("mae")[row],
        mfe: reference.list("mfe")[row]))
  }
  let found = metrics.report.metrics
  for name in reference.numbers.keys where !["pnl", "held", "mae", "mfe"].contains(name) {
    let expected = try reference.number(name)
    #expect(
      agrees(found.figure(name).value, expected, relative: true), "\(name) was not \(expected)")
  }
  #expect(found.figure("trades") == .value(Double(reference.list("pnl").count)))
  #expect(found.figure("few_trades") == .value(reference.name == "few" ? 1 : 0))
}

private func report(_ pnls: [Double]) -> TradeReport {
  var metrics = TradeMetrics()
  for pnl in pnls { metrics.add(trade(pnl: pnl)) }
  return metrics.report
}

@Test func allTradesEqualHaveNoQuality() {
  for pnl in [3.3, -3.3] {
    let report = report([Double](repeating: pnl, count: 7))
    #expect(report.sqn == .undefined("profits of trades do not vary"))
    #expect(report.payoff.value == nil)
    #expect(report.kelly.value == nil)
    #expect(report.best == .value(pnl))
    #expect(report.worst == .value(pnl))
  }
  #expect(report([3.3, 3.3]).kelly == .undefined("no trade was closed at a loss"))
  #expect(report([-3.3, -3.3]).kelly == .undefined("no trade was closed at a profit"))
  #expect(report([5]).sqn == .undefined("one trade has no standard deviation"))
}

@Test(
  arguments: [
    ([], 0, 0), ([1, 1, -1, 1], 2, 1), ([-1, -1, -1, 1, 1], 2, 3), ([1, 0, 1, 0, 1], 1, 0),
    ([0, 0], 0, 0), ([-1, 0, -1, -1], 0, 2),
  ] as [([Double], Double, Double)])
func aTradeThatMadeNothingEndsARow(pnls: [Double], wins: Double, losses: Double) {
  let none = Figure.undefined("no trade was closed")
  #expect(report(pnls).mostWinsInRow == (pnls.isEmpty ? none : .value(wins)))
  #expect(report(pnls).mostLossesInRow == (pnls.isEmpty ? none : .value(losses)))
}

@Test func tradesAreToldApartBySideInstrumentAndReason() {
  var metrics = TradeMetrics()
  metrics.add(trade(pnl: 10, side: .long, instrument: 2, reason: .rebalance))
  metrics.add(trade(pnl: -4, side: .short, instrument: 0, reason: .ruined))
  metrics.add(trade(pnl: 6, side: .short, instrument: 2, reason: .ruined))
  #expect(metrics.bySide.map(\.side) == [.long, .short])
  #expect(metrics.bySide.map(\.report.count) == [1, 2])
  #expect(metrics.bySide[1].report.expectancy == .value(1))
  #expect(metrics.byInstrument.map(\.instrument) == [0, 2])
  #expect(metrics.byInstrument.map(\.report.expectancy) == [.value(-4), .value(8)])
  #expect(metrics.byExitReason.map(\.reason) == [.rebalance, .ruined])
  #expect(metrics.byExitReason.map(\.report.count) == [1, 2])
  #expect(metrics.report.count == 3)
}

@Test func excursionsAreThoseOfTheTradesThatKnowThem() {
  var metrics = TradeMetrics()
  metrics.add(trade(pnl: 1))
  #expect(metrics.report.worstMAE == .undefined("no trade knows its excursion"))
  metrics.add(trade(pnl: 1, mae: -0.02, mfe: 0.01))
  metrics.add(trade(pnl: 1, mae: 0, mfe: 0.05))
  #expect(metrics.report.meanMAE == .value(-0.01))
  #expect(metrics.report.worstMAE == .value(-0.02))
  #expect(agrees(metrics.report.meanMFE.value, 0.03))
  #expect(metrics.report.bestMFE == .value(0.05))
}

@Test func namesOfTradeMetricsAreUniqueAndInOrder() {
  #expect(
    report([]).metrics.map(\.name) == [
      "trades", "win_rate", "profit_factor", "expectancy", "wins", "losses", "payoff",
      "best_trade", "worst_trade", "sqn", "kelly", "few_trades", "mean_bars_held",
      "median_bars_held", "most_wins_in_row", "most_losses_in_row", "mean_mae", "worst_mae",
      "mean_mfe", "best_mfe",
    ])
}
