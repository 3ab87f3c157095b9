import Market
import Simulation
import Testing

private let none = Double.nan

/// Trades, costs and financing, in money.
struct AccountTests {
  private func run(
    _ prices: [Double], _ values: [Double], cash: Double = 100_000,
    _ change: (inout ExecutionSettings) -> Void = { _ in }
  ) -> Scenario.Outcome {
    var settings = ExecutionSettings(cash: cash)
    change(&settings)
    return Scenario(
      prices.map { [flat($0)] }, values: values.map { [$0] }, execution: settings
    ).run()
  }

  @Test func tradesAreMatchedFirstInFirstOut() {
    // 10 at 10, 6 at 11; 12 sold at 14: all of the first, 2 of the second.
    let outcome = run([10, 10, 11, 14], [10, 16, 4])
    #expect(outcome.trades.map(\.quantity) == [10, 2])
    #expect(outcome.trades.map(\.entryPrice) == [10, 11])
    #expect(outcome.trades.map(\.exitPrice) == [14, 14])
    #expect(outcome.trades.map(\.pnl) == [40, 6])
    #expect(outcome.trades.map(\.returnFraction) == [0.4, 6.0 / 22])
    #expect(outcome.trades.map(\.barsHeld) == [2, 1])
    #expect(outcome.trades.map(\.id) == [1, 2])
    #expect(outcome.trades.map(\.entryOrderID) == [1, 2])
    #expect(outcome.trades.map(\.exitOrderID) == [3, 3])
    #expect(outcome.trades.map(\.exitReason) == [.rebalance, .rebalance])
    #expect(outcome.trades.map(\.entryTime) == [Scenario.time(1), Scenario.time(2)])
    #expect(outcome.trades.map(\.exitTime) == [Scenario.time(3), Scenario.time(3)])
    #expect(
      outcome.positions == [
        OpenPosition(
          instrument: 0, quantity: 4, averagePrice: 11, markPrice: 14, unrealisedPnl: 12,
          value: 56)
      ])
    #expect(outcome.realisedPnl == 46)
  }

  @Test func shortTradesEarnOnAFall() {
    let outcome = run([10, 10, 8], [-10, 0])
    #expect(outcome.trades.map(\.side) == [.short])
    #expect(outcome.trades.map(\.pnl) == [20])
    #expect(outcome.trades.map(\.returnFraction) == [0.2])
  }

  @Test func aFlipIsOneFillThatClosesAndOpens() {
    let outcome = run([10, 10, 12, 15], [10, -4, 0])
    #expect(outcome.fills.map(\.quantity) == [10, 14, 4])
    #expect(outcome.trades.map(\.side) == [.long, .short])
    #expect(outcome.trades.map(\.quantity) == [10, 4])
    #expect(outcome.trades.map(\.pnl) == [20, -12])
    #expect(outcome.positions.isEmpty)
  }

  @Test func feesOfBothSidesAreSharedByQuantity() {
    // 1 %: 10 at 10 costs 1, 6 at 20 costs 1.2; 12 sold at 30 cost 3.6, 3 of it on the first lot.
    let outcome = run([10, 10, 20, 30], [10, 16, 4]) { $0.fees.takerBps = 100 }
    let fees = outcome.trades.map(\.fees)
    #expect(abs(fees[0] - (1 + 3)) < 1e-14)
    #expect(abs(fees[1] - (0.4 + 0.6)) < 1e-14)
    #expect(abs(outcome.trades[0].pnl - (200 - 4)) < 1e-13)
    #expect(abs(outcome.trades[1].pnl - (20 - 1)) < 1e-13)
  }

  @Test func excursionsAreThoseOfTheBarsHeldThrough() {
    // Bought at the open of bar 1 (10), sold at the open of bar 3 (9, a gap).
    let bars: [[Bar?]] = [
      [bar(10, 99, 1, 10)], [bar(10, 12, 9.5, 11)], [bar(11, 13, 10, 12)], [bar(9, 50, 2, 9)],
    ]
    var scenario = Scenario(
      bars, values: [[5], [none], [0]], execution: ExecutionSettings(cash: 1000))
    #expect(scenario.run().trades.map(\.mae) == [-0.1])
    #expect(scenario.run().trades.map(\.mfe) == [0.3])
    scenario.values[0] = [-5]
    #expect(scenario.run().trades.map(\.mae) == [-0.3])
    #expect(scenario.run().trades.map(\.mfe) == [0.1])
    // At the closes it is held through bars 2 and 3 only, and bar 3 whole.
    scenario.execution.fill = .nextClose
    scenario.values[0] = [5]
    #expect(scenario.run().trades.map(\.mae) == [(2.0 - 11) / 11])
    #expect(scenario.run().trades.map(\.mfe) == [(50.0 - 11) / 11])
  }

  @Test func anOlderLotHasSeenMoreThanANewerOne() {
    let bars: [[Bar?]] = [
      [flat(10)], [bar(10, 20, 10, 10)], [bar(10, 15, 5, 10)], [bar(10, 16, 4, 10)], [flat(10)],
    ]
    let outcome = Scenario(
      bars, values: [[1], [2], [3], [0]], execution: ExecutionSettings(cash: 1000)
    ).run()
    #expect(outcome.trades.map(\.mfe) == [1, 0.6, 0.6])
    #expect(outcome.trades.map(\.mae) == [-0.6, -0.6, -0.6])
  }

  @Test func closingLeavesExactlyNothing() {
    for seed in 0..<300 {
      var random = TestRandom(seed: seed)
      let targets = (0..<9).map { _ in random.uniform(-1, 1) } + [0]
      let outcome = run(Array(repeating: 10, count: 12), targets, cash: 1e6)
      #expect(outcome.positions.isEmpty, "seed \(seed)")
      #expect(outcome.equity.last?.positionValue == 0, "seed \(seed)")
      // Matched to the last unit: as much is traded as was bought, and no dust.
      #expect(outcome.trades.allSatisfy { $0.quantity > 1e-9 }, "seed \(seed)")
    }
  }

  @Test func interestAndBorrowAccrueOnElapsedDays() {
    let outcome = run([10, 10, 10, 10], [-1000, none, 0]) {
      $0.riskFree = 0.0365
      $0.borrowBpsYear = 365
    }
    // A day is 1/365 of a year: cash earns 1 bp, a short position costs 1 bp. Each row books what
    // was held at the end of the step before it.
    #expect(outcome.flows.map(\.kind) == [.interest, .interest, .borrow, .interest, .borrow])
    #expect(outcome.flows.map(\.bar) == [1, 2, 2, 3, 3])
    #expect(outcome.flows.map(\.instrument) == [nil, nil, 0, nil, 0])
    let cash1 = 110_000 + 10.0
    let cash2 = cash1 + cash1 * 1e-4 - 1
    let expected = [10, cash1 * 1e-4, -1, cash2 * 1e-4, -1]
    for (flow, amount) in zip(outcome.flows, expected) {
      #expect(abs(flow.amount - amount) < 1e-12)
    }
  }

  @Test func negativeCashOwesInterest() {
    let outcome = run([10, 10, 10], [20_000]) { $0.riskFree = 0.0365 }
    #expect(abs((outcome.flows.last?.amount ?? 0) + (100_000 - 10) * 1e-4) < 1e-12)
  }

  @Test func financingSpansTheStepsBetween() {
    var broker = Broker(
      instruments: [Instrument(name: "A")],
      execution: ExecutionSettings(cash: 1000, riskFree: 0.365), targets: TargetSettings())
    for day in [0, 1, 11] {
      broker.beginStep(bar: day, time: Scenario.time(day))
      broker.finishOpen()
      broker.finishClose()
      _ = broker.finishStep()
    }
    #expect(abs(broker.cash - 1000 * 1.001 * 1.01) < 1e-12)
  }

  @Test func theEquityRowSumsThePositions() {
    let outcome = Scenario(
      [[flat(10), flat(20)], [flat(10), flat(20)], [flat(5), nil]],
      values: [[100, -10]], execution: ExecutionSettings(cash: 10_000)
    ).run()
    #expect(
      outcome.equity.last
        == EquityPoint(
          bar: 2, time: Scenario.time(2), cash: 9200, positionValue: 300, equity: 9500,
          drawdown: 9500.0 / 10_000 - 1, grossExposure: 700, netExposure: 300))
  }
}
