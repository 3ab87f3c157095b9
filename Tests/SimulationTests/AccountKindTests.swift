import Bytes
import Market
import Testing

@testable import Simulation

/// Accounts of several currencies, orders that go together, and what a table of one instrument cannot say.
struct AccountKindTests {
  /// A stock in euros, the price of the euro, and a stock in the account's own currency.
  private func broker(
    cash: Double = 1000, _ change: (inout ExecutionSettings) -> Void = { _ in }
  ) -> Broker {
    var settings = ExecutionSettings(cash: cash)
    change(&settings)
    return Broker(
      instruments: [
        Instrument(name: "EUROPE", multiplier: 2, rate: 1), Instrument(name: "EURUSD"),
        Instrument(name: "AMERICA"),
      ], execution: settings, targets: TargetSettings(unit: .units))
  }

  private func step(
    _ broker: inout Broker, _ step: Int, _ bars: [Bar?],
    decide: (inout Broker) -> Void = { _ in }
  ) -> ([BrokerEvent], EquityPoint) {
    broker.beginStep(bar: step, time: Scenario.time(step))
    for (index, bar) in bars.enumerated() {
      if let bar { broker.open(instrument: index, price: bar.open) }
    }
    broker.finishOpen()
    for (index, bar) in bars.enumerated() {
      if let bar { broker.close(instrument: index, bar: bar) }
    }
    broker.finishClose()
    decide(&broker)
    let point = broker.finishStep()
    let events = broker.outbox
    broker.clearOutbox()
    return (events, point)
  }

  private func fills(_ events: [BrokerEvent]) -> [Fill] {
    events.compactMap { event -> Fill? in
      if case .fill(let fill) = event { fill } else { nil }
    }
  }

  // MARK: - Currencies

  @Test func valueFeesAndProfitAreMoneyOfTheAccount() throws {
    var broker = broker { $0.fees.takerBps = 100 }
    _ = step(&broker, 0, [flat(10), flat(1.5), nil]) { $0.decide([5, .nan, .nan]) }
    // 5 units of 2 times 10 euros at an open of 1.2.
    let (entry, point) = step(&broker, 1, [flat(10), bar(1.2, 1.4, 1.2, 1.4), nil]) {
      $0.decide([0, .nan, .nan])
    }
    #expect(fills(entry).map(\.value) == [120])
    #expect(fills(entry).map(\.fee) == [1.2])
    #expect(fills(entry).map(\.price) == [10])
    // Marked at the euro's close.
    #expect(point.cash == 1000 - 120 - 1.2)
    #expect(point.positionValue == 140)
    let (exit, _) = step(&broker, 2, [flat(11), flat(2), nil])
    #expect(fills(exit).map(\.value) == [220])
    let trade = try #require(
      exit.compactMap { event -> Trade? in
        if case .trade(let trade) = event { trade } else { nil }
      }.first)
    #expect(abs(trade.pnl - (220 - 120 - 1.2 - 2.2)) < 1e-12)
    #expect(trade.entryPrice == 10 && trade.exitPrice == 11)
    #expect(trade.returnFraction == trade.pnl / 120)
  }

  @Test func anOrderWaitsForTheFirstPriceOfItsCurrency() {
    var broker = broker()
    _ = step(&broker, 0, [flat(10), nil, flat(10)]) { $0.decide([5, .nan, 1]) }
    let (events, _) = step(&broker, 1, [flat(10), nil, flat(10)])
    #expect(fills(events).map(\.instrument) == [2])
    let (later, _) = step(&broker, 2, [flat(10), flat(1.5), flat(10)])
    #expect(fills(later).map(\.value) == [150])
  }

  @Test func theLimitCountsAllCurrencies() {
    var broker = broker(cash: 300) { $0.limits.maxLeverage = 1 }
    _ = step(&broker, 0, [flat(10), flat(1.5), flat(10)]) { $0.decide([5, .nan, 100]) }
    let (events, point) = step(&broker, 1, [flat(10), flat(1.5), flat(10)])
    #expect(fills(events).map(\.quantity) == [5, 15])
    #expect(point.grossExposure == 300)
  }

  @Test func aDividendComesAtTheRateOfTheCloseBefore() {
    var broker = broker()
    _ = step(&broker, 0, [flat(10), flat(1.5), nil]) { $0.decide([5, .nan, .nan]) }
    _ = step(&broker, 1, [flat(10), flat(1.5), nil])
    broker.beginStep(bar: 2, time: Scenario.time(2))
    broker.apply(.dividend(amount: 0.5), to: 0)
    let flows = broker.outbox.compactMap { event -> Flow? in
      if case .flow(let flow) = event { flow } else { nil }
    }
    #expect(flows.map(\.amount) == [5 * 0.5 * 2 * 1.5])
    #expect(flows.map(\.kind) == [.dividend])
  }

  // MARK: - Orders that go together

  /// The two stocks as legs of one bundle.
  private func submitPair(_ broker: inout Broker, _ quantities: (Double, Double)) {
    broker.decide([quantities.0, .nan, quantities.1])
    let first = broker.working.map(\.order.id).min() ?? 0
    for index in broker.working.indices { broker.working[index].bundleID = first }
  }

  @Test func allLegsFillOrNone() {
    var broker = broker()
    _ = step(&broker, 0, [flat(10), flat(1), flat(10)]) { submitPair(&$0, (5, -10)) }
    // One leg has no bar: the other waits too.
    let (none, _) = step(&broker, 1, [flat(10), flat(1), nil])
    #expect(fills(none).isEmpty)
    let (both, _) = step(&broker, 2, [flat(10), flat(1), flat(10)])
    #expect(fills(both).map(\.instrument) == [2, 0])
  }

  @Test func aLegThatALimitWouldCutKeepsTheOtherBack() {
    var broker = broker(cash: 150) { $0.limits.maxLeverage = 1 }
    _ = step(&broker, 0, [flat(10), flat(1), flat(10)]) { submitPair(&$0, (5, -10)) }
    let (none, _) = step(&broker, 1, [flat(10), flat(1), flat(10)])
    #expect(fills(none).isEmpty)
    // The second leg's room is what the first one leaves of it.
    let (both, point) = step(&broker, 2, [flat(7), flat(1), flat(8)])
    #expect(fills(both).map(\.quantity) == [10, 5])
    #expect(point.grossExposure == 150)
    #expect(broker.openOrders.isEmpty)
  }

  @Test func theLimitsOfABundleAreThoseOfAllItsLegs() {
    // Each leg alone would be twice over the limit on net exposure; together they are at zero.
    var broker = broker { $0.limits.maxNet = 0.05 }
    _ = step(&broker, 0, [flat(10), flat(1), flat(10)]) { submitPair(&$0, (5, -10)) }
    let (both, point) = step(&broker, 1, [flat(10), flat(1), flat(10)])
    #expect(fills(both).map(\.quantity) == [10, 5])
    #expect(point.netExposure == 0)
    _ = step(&broker, 2, [flat(10), flat(1), flat(10)]) { submitPair(&$0, (10, -10)) }
    let (none, _) = step(&broker, 3, [flat(10), flat(1), flat(10)])
    #expect(fills(none).isEmpty)
  }

  @Test func whatRoundingLeavesOfAPositionIsNone() {
    // 0.1 + 0.2 - 0.3 is 6e-17.
    var broker = broker()
    func submit(_ side: Side, _ quantity: Double) -> (inout Broker) -> Void {
      { $0.submit(OrderRequest(instrument: 2, side: side, quantity: quantity)) }
    }
    _ = step(&broker, 0, [nil, nil, flat(10)], decide: submit(.buy, 0.1))
    _ = step(&broker, 1, [nil, nil, flat(10)], decide: submit(.buy, 0.2))
    _ = step(&broker, 2, [nil, nil, flat(10)], decide: submit(.sell, 0.3))
    let (events, point) = step(&broker, 3, [nil, nil, flat(10)])
    #expect(broker.openPositions.isEmpty)
    #expect(point.positionValue == 0)
    let trades = events.count { if case .trade = $0 { true } else { false } }
    #expect(trades == 2)
  }

  // MARK: - Closing legs

  /// Long 30 of one and short 25 of another at a price of 10, net 50 of an equity of 400.
  private func hedged(_ change: (inout ExecutionSettings) -> Void) -> Broker {
    var settings = ExecutionSettings(cash: 400)
    settings.limits.maxNet = 0.5
    change(&settings)
    var broker = Broker(
      instruments: [Instrument(name: "A"), Instrument(name: "B")], execution: settings,
      targets: TargetSettings(unit: .units))
    _ = step(&broker, 0, [flat(10), flat(10)]) { $0.decide([-25, .nan]) }
    _ = step(&broker, 1, [flat(8), flat(10)]) { $0.decide([.nan, 30]) }
    _ = step(&broker, 2, [flat(10), flat(10)])
    return broker
  }

  @Test func theDrawdownStopClosesALegThatBalancedAnother() {
    // The short leg, closed first, raises net exposure from 50 to 300, more than half of equity.
    var broker = hedged { $0.maxDrawdown = 0.2 }
    #expect(broker.position(of: 0) == -25)
    #expect(broker.position(of: 1) > 20)
    _ = step(&broker, 3, [flat(14), flat(10)])
    #expect(broker.stoppedAtBar >= 2)
    _ = step(&broker, 4, [flat(14), flat(10)])
    #expect(broker.openPositions.isEmpty)
    #expect(broker.openOrders.isEmpty)
  }

  @Test func aNetLimitLetsAPositionBeClosed() {
    var broker = hedged { _ in }
    _ = step(&broker, 3, [flat(10), flat(10)]) { $0.decide([0, .nan]) }
    let (events, _) = step(&broker, 4, [flat(10), flat(10)])
    #expect(fills(events).map(\.quantity) == [25])
  }

  // MARK: - Costs over time

  @Test func tradedVolumeIsForgottenAfterThirtyDays() {
    var volume = TradedVolume()
    volume.add(100, at: Scenario.time(0))
    volume.add(-50, at: Scenario.time(10))
    #expect(volume.sum(at: Scenario.time(29)) == 150)
    #expect(volume.sum(at: Scenario.time(30)) == 50)
    volume.add(7, at: Scenario.time(30))
    #expect(volume.sum(at: Scenario.time(40)) == 7)
    #expect(volume.sum(at: Scenario.time(400)) == 0)
  }

  @Test func impactOfAFillIsPartOfItsSlippage() {
    var settings = ExecutionSettings(cash: 10_000, slippageBps: 100, impact: 1)
    settings.limits.maxLeverage = 100
    let closes = [10.0, 11, 9.9, 10]
    var broker = Broker(
      instruments: [Instrument(name: "X")], execution: settings,
      targets: TargetSettings(unit: .units))
    var all: [Fill] = []
    for (index, close) in closes.enumerated() {
      let (events, _) = step(&broker, index, [flat(close, volume: 100)]) {
        $0.decide([index == 2 ? 50 : .nan])
      }
      all += fills(events)
    }
    // σ = √0.02, √(50/100): a tenth of the price; one hundredth of it is plain slippage.
    #expect(all.count == 1)
    #expect(abs(all[0].price - 11.1) < 1e-12)
    #expect(abs(all[0].impact - 50) < 1e-11)
    #expect(abs(all[0].slippage - 55) < 1e-11)
  }

  // MARK: - State

  @Test func aLiquidationGoesOnAfterARestore() throws {
    var settings = ExecutionSettings(cash: 100)
    settings.maintenanceMargin = 0.5
    settings.maxDrawdown = 0.9
    func fresh() -> Broker {
      Broker(
        instruments: [Instrument(name: "X")], execution: settings,
        targets: TargetSettings(unit: .units))
    }
    var broker = fresh()
    _ = step(&broker, 0, [flat(10)]) { $0.decide([20]) }
    _ = step(&broker, 1, [flat(10)])
    let (breach, _) = step(&broker, 2, [bar(10, 10, 7, 9)]) { $0.decide([25]) }
    #expect(
      breach.compactMap { event -> OrderReason? in
        if case .order(let event) = event { event.reason } else { nil }
      } == [.marginCall])
    var writer = StateWriter()
    broker.save(to: &writer)
    var restored = fresh()
    var reader = StateReader(writer.bytes)
    try restored.restore(from: &reader)
    #expect(reader.isAtEnd)
    // Nothing else is ordered while the position waits for a bar.
    let (nothing, _) = step(&restored, 3, [nil]) { $0.decide([25]) }
    #expect(nothing.isEmpty)
    let (sold, _) = step(&restored, 4, [flat(8)]) { $0.decide([1]) }
    #expect(fills(sold).map(\.quantity) == [20])
    #expect(restored.openOrders.map(\.order.quantity) == [1])
  }
}
