import Market
import Simulation
import Testing

private let none = Double.nan

/// What the table of fills does not show: events and their reasons, several instruments, money.
struct BrokerTests {
  private func settings(
    _ fill: FillPolicy = .nextOpen, cash: Double = 1_000_000,
    _ change: (inout ExecutionSettings) -> Void = { _ in }
  ) -> ExecutionSettings {
    var settings = ExecutionSettings(cash: cash, fill: fill)
    change(&settings)
    return settings
  }

  /// `submitted 1 buy 5 rebalance`, ….
  private func log(_ outcome: Scenario.Outcome) -> [String] {
    outcome.orders.map { event in
      var text = "\(event.bar) \(event.kind.name) \(event.order.id) \(event.order.side.name)"
      text += " \(event.quantity)"
      if let reason = event.reason { text += " \(reason.name)" }
      return text
    }
  }

  @Test func anOrderIsSubmittedThenFilledUnderOneCounter() {
    let outcome = Scenario([[flat(10)], [flat(11)]], values: [[5]], execution: settings()).run()
    #expect(log(outcome) == ["0 submitted 1 buy 5.0 rebalance", "1 filled 1 buy 5.0"])
    #expect(outcome.orders.map(\.sequence) == [1, 3])
    #expect(outcome.fills.map(\.sequence) == [2])
    #expect(outcome.orders.map(\.order.type) == [.market, .market])
  }

  @Test func anOnCloseOrderIsNamedSo() {
    let outcome = Scenario(
      [[flat(10)], [flat(11)]], values: [[5]], execution: settings(.nextClose)
    ).run()
    #expect(outcome.orders.map(\.order.type) == [.marketOnClose, .marketOnClose])
  }

  @Test func theRestOfAPartlyFilledOrderIsReplacedByANewTarget() {
    let bars = [40.0, 40, 40].map { [flat(2, volume: $0)] }
    let outcome = Scenario(
      bars, values: [[9], [5]], execution: settings { $0.participation = 0.1 }
    ).run()
    #expect(
      log(outcome) == [
        "0 submitted 1 buy 9.0 rebalance", "1 partly_filled 1 buy 4.0",
        "1 replaced 1 buy 5.0 replaced", "1 submitted 2 buy 1.0 rebalance", "2 filled 2 buy 1.0",
      ])
  }

  @Test func aRepeatedTargetReplacesTheRestByAnOrderOfItsOwn() {
    let bars = [40.0, 40, 40].map { [flat(2, volume: $0)] }
    let outcome = Scenario(
      bars, values: [[9], [9]], execution: settings { $0.participation = 0.1 }
    ).run()
    #expect(
      log(outcome).suffix(3) == [
        "1 replaced 1 buy 5.0 replaced", "1 submitted 2 buy 5.0 rebalance",
        "2 partly_filled 2 buy 4.0",
      ])
    #expect(outcome.openOrders.map(\.remaining) == [1])
    #expect(outcome.openOrders.map(\.order.id) == [2])
  }

  @Test func aNullTargetLeavesTheWaitingOrderAlone() {
    let bars = [40.0, 40, 40].map { [flat(2, volume: $0)] }
    let outcome = Scenario(
      bars, values: [[9], [none]], execution: settings { $0.participation = 0.1 }
    ).run()
    #expect(log(outcome).suffix(1) == ["2 partly_filled 1 buy 4.0"])
  }

  @Test func ordersStillWorkingAtTheEndGetNoEvent() {
    let outcome = Scenario([[flat(10)], [nil]], values: [[5]], execution: settings()).run()
    #expect(log(outcome) == ["0 submitted 1 buy 5.0 rebalance"])
    #expect(outcome.openOrders.map(\.remaining) == [5])
  }

  @Test func sellsGoBeforeBuysAndThenTheOrderOfInstruments() {
    let bars: [[Bar?]] = [
      Array(repeating: flat(10), count: 4), Array(repeating: flat(11), count: 4),
    ]
    let outcome = Scenario(bars, values: [[1, -2, 3, -4]], execution: settings()).run()
    #expect(outcome.fills.map(\.instrument) == [1, 3, 0, 2])
    #expect(outcome.orders.prefix(4).map(\.order.instrument) == [1, 3, 0, 2])
  }

  @Test func aSellMakesRoomForABuyOfTheSameStep() {
    // All of equity moves from instrument 1 to instrument 0; the buy is not cut, since it comes last.
    let bars = Array(repeating: [flat(10), flat(10)] as [Bar?], count: 3)
    let outcome = Scenario(
      bars, values: [[0, 100_000], [100_000, 0]],
      execution: settings { $0.limits.maxLeverage = 1 }
    ).run()
    #expect(outcome.fills.map(\.quantity) == [100_000, 100_000, 100_000])
    #expect(!outcome.orders.contains { $0.reason == .cutLeverage })
  }

  @Test func aCutOrderEndsAndSaysWhy() {
    let outcome = Scenario(
      [[flat(10)], [flat(20)], [flat(20)]], values: [[60_000]],
      execution: settings { $0.limits.maxLeverage = 1 }
    ).run()
    #expect(
      log(outcome) == [
        "0 submitted 1 buy 60000.0 rebalance", "1 filled 1 buy 50000.0 cut_leverage",
      ])
    #expect(outcome.openOrders.isEmpty)
  }

  @Test func anOrderThatIsCutToNothingIsCancelled() {
    let outcome = Scenario(
      [[flat(10)], [flat(10)], [flat(10)]], values: [[100_000], [100_001]],
      execution: settings { $0.limits.maxLeverage = 1 }
    ).run()
    #expect(log(outcome).last == "2 cancelled 2 buy 1.0 cut_leverage")
  }

  @Test func theLimitCountsOtherInstrumentsAtTheirOpens() {
    // Instrument 1 doubles at the open: 50000 · 20 of 1.5 million in equity leave 25000 · 20.
    let outcome = Scenario(
      [[flat(10), flat(10)], [flat(10), flat(10)], [flat(20), flat(20)]],
      values: [[0, 50_000], [60_000, none]], execution: settings { $0.limits.maxLeverage = 1 }
    ).run()
    #expect(outcome.fills.last?.quantity == 25_000)
  }

  @Test func theLimitCountsAnInstrumentWithoutABarAtItsLastClose() {
    let outcome = Scenario(
      [[flat(10), flat(10)], [flat(10), bar(10, 20, 10, 20)], [flat(20), nil]],
      values: [[0, 50_000], [60_000, none]], execution: settings { $0.limits.maxLeverage = 1 }
    ).run()
    #expect(outcome.fills.last?.quantity == 25_000)
  }

  @Test func aTargetThatIsTheLimitItselfIsNotCut() {
    let outcome = Scenario(
      [[flat(7.3)]], values: [[4]], execution: settings(.thisClose),
      targets: TargetSettings(unit: .weight)
    ).run()
    #expect(log(outcome).last?.contains("cut") == false)
    #expect(outcome.fills.map(\.quantity) == [4 * 1_000_000 / 7.3])
  }

  // MARK: - Ruin

  @Test func aRuinedAccountMayOnlyLowerItsExposure() {
    // Short 100000 at 10; at 21 equity is -100000.
    let bars = [10.0, 10, 21, 21, 21].map { [flat($0)] as [Bar?] }
    let outcome = Scenario(
      bars, values: [[-100_000], [none], [-100_001], [-40_000]], execution: settings()
    ).run()
    #expect(
      log(outcome).suffix(4) == [
        "2 submitted 2 sell 1.0 rebalance", "2 rejected 2 sell 1.0 ruined",
        "3 submitted 3 buy 60000.0 rebalance", "4 filled 3 buy 60000.0",
      ])
    #expect(outcome.equity[2].equity == -100_000)
  }

  @Test func anOrderThatMeetsARuinedAccountIsCancelled() {
    let bars = [10.0, 10, 21].map { [flat($0)] as [Bar?] }
    let outcome = Scenario(
      bars, values: [[-100_000], [-110_000]], execution: settings()
    ).run()
    #expect(log(outcome).last == "2 cancelled 2 sell 10000.0 ruined")
  }

  @Test func aFlipAfterRuinIsRejected() {
    let bars = [10.0, 10, 21, 21].map { [flat($0)] as [Bar?] }
    let outcome = Scenario(
      bars, values: [[-100_000], [none], [100_000]], execution: settings()
    ).run()
    #expect(log(outcome).last == "2 rejected 2 buy 200000.0 ruined")
  }

  // MARK: - Targets

  @Test func notionalIsDividedByTheCloseOfTheDecision() {
    let outcome = Scenario(
      [[bar(10, 12, 10, 12)], [flat(11)]], values: [[600]], execution: settings(),
      targets: TargetSettings(unit: .notional)
    ).run()
    #expect(outcome.fills.map(\.quantity) == [50])
  }

  @Test func weightIsOfEquityAtTheCloseOfTheDecision() {
    // 100 units at 10, at 20 when decided: equity 1000 - 1000 + 2000 = 2000, half of it is 50 units.
    let outcome = Scenario(
      [[flat(10)], [bar(10, 20, 10, 20)], [flat(16)]], values: [[1], [0.5]],
      execution: settings(cash: 1000), targets: TargetSettings(unit: .weight)
    ).run()
    #expect(outcome.fills.map(\.quantity) == [100, 50])
    #expect(outcome.fills.map(\.side) == [.buy, .sell])
  }

  @Test func aTargetThatIsNotFiniteIsNull() {
    let outcome = Scenario(
      [[flat(0.1)], [flat(0.1)]], values: [[1e308]], execution: settings(),
      targets: TargetSettings(unit: .notional)
    ).run()
    #expect(outcome.events.isEmpty)
  }

  @Test func onChangeOrdersOnlyWhenTheValueDiffers() {
    let bars = [10.0, 10, 12, 13, 14].map { [flat($0)] as [Bar?] }
    let values = [[0.5], [0.5], [0.5], [0.25], [0.25]]
    var scenario = Scenario(
      bars, values: values, execution: settings(),
      targets: TargetSettings(unit: .weight, rebalance: .onChange))
    #expect(scenario.run().fills.map(\.bar) == [1, 4])
    scenario.targets.rebalance = .everyBar
    #expect(scenario.run().fills.map(\.bar) == [1, 3, 4])
  }

  @Test func onChangeWaitsForABarOfItsInstrument() {
    let outcome = Scenario(
      [[nil], [flat(10)], [flat(11)]], values: [[5], [5]], execution: settings(),
      targets: TargetSettings(unit: .units, rebalance: .onChange)
    ).run()
    #expect(outcome.fills.map(\.bar) == [2])
  }

  @Test func onChangeActsOnAReturnToAValueWhoseOrderWasReplaced() {
    let bars = [0.0, 40, 40, 40].map { [flat(2, volume: $0)] as [Bar?] }
    let outcome = Scenario(
      bars, values: [[2], [0], [2]], execution: settings { $0.participation = 0.1 },
      targets: TargetSettings(unit: .units, rebalance: .onChange)
    ).run()
    #expect(
      log(outcome) == [
        "0 submitted 1 buy 2.0 rebalance", "1 replaced 1 buy 2.0 replaced",
        "2 submitted 2 buy 2.0 rebalance", "3 filled 2 buy 2.0",
      ])
  }

  @Test func aDifferenceThatIsRoundingIsNoOrder() {
    // -0.1 + (0.7 - -0.1) is not 0.7 in binary; the next decision must not order the last bit.
    let bars = Array(repeating: [flat(10)] as [Bar?], count: 5)
    for target in [0.7, 0.3, 0.35, 1.1] {
      let outcome = Scenario(
        bars, values: [[-0.1], [target], [target], [target]], execution: settings()
      ).run()
      #expect(outcome.fills.count == 2, "target \(target)")
    }
  }

  // MARK: - This close

  @Test func theEquityRowOfThisCloseIncludesItsFills() {
    let outcome = Scenario(
      [[bar(10, 12, 9, 11)]], values: [[5]],
      execution: settings(.thisClose) { $0.fees.takerBps = 100 }
    ).run()
    #expect(outcome.equity.map(\.cash) == [1_000_000 - 55 - 0.55])
    #expect(outcome.equity.map(\.positionValue) == [55])
    #expect(outcome.fills.map(\.phase) == [.close])
  }

  // MARK: - Within the bar

  @Test(arguments: [FillPolicy.nextOpen, .nextClose, .thisClose])
  func nothingUpToTheEndOfTheOpenPhaseKnowsTheRestOfTheBar(_ fill: FillPolicy) {
    for seed in 0..<50 {
      var random = TestRandom(seed: seed)
      let scenario = RandomMarket.scenario(&random, instruments: 3, steps: 12, fill: fill)
      var poisoned = scenario
      let last = scenario.bars.count - 1
      for (index, bar) in scenario.bars[last].enumerated() {
        guard let bar else { continue }
        let close = bar.open * random.uniform(0.5, 2)
        poisoned.bars[last][index] = Bar(
          time: bar.time, open: bar.open, high: max(bar.open, close) * 1.5,
          low: min(bar.open, close) / 2, close: close, volume: random.uniform(0, 9))
      }
      #expect(
        eventsUpToTheOpen(of: last, scenario) == eventsUpToTheOpen(of: last, poisoned),
        "seed \(seed)")
    }
  }

  /// All events before `step`, and those of its open phase.
  private func eventsUpToTheOpen(of step: Int, _ scenario: Scenario) -> [BrokerEvent] {
    var broker = scenario.makeBroker()
    var outcome = Scenario.Outcome()
    for earlier in 0..<step { scenario.step(earlier, of: &broker, into: &outcome) }
    broker.beginStep(bar: step, time: Scenario.time(step))
    for (index, bar) in scenario.bars[step].enumerated() {
      if let bar { broker.open(instrument: index, price: bar.open) }
    }
    broker.finishOpen()
    return outcome.events + broker.outbox
  }
}
