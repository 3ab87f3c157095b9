import Bytes
import Market
import Testing

@testable import Simulation

/// Targets made by other than market orders, and what protects the positions that they open.
@Suite struct TargetOrderTests {
  /// One instrument, units, no costs.
  private struct Play {
    var bars: [Bar?]
    var values: [Double]
    var targets = TargetSettings(unit: .units, rebalance: .onChange)
    var execution = ExecutionSettings(cash: 1_000_000)
    var order = OrderRule()
    var exit = ExitRule()
    /// The same at every step.
    var levels: [TargetLevels.Kind: Double] = [:]
    var instrument = Instrument(name: "X")

    func broker() -> Broker {
      Broker(
        instruments: [instrument], execution: execution, targets: targets, orders: [order],
        exits: [exit])
    }

    func step(_ step: Int, of broker: inout Broker) -> [BrokerEvent] {
      broker.beginStep(bar: step, time: Scenario.time(step))
      if let bar = bars[step] { broker.open(instrument: 0, price: bar.open) }
      broker.finishOpen()
      if let bar = bars[step] { broker.close(instrument: 0, bar: bar) }
      broker.finishClose()
      var levels = TargetLevels(instruments: 1)
      for (kind, level) in self.levels { levels[kind, 0] = level }
      broker.decide([step < values.count ? values[step] : .nan], levels: levels)
      _ = broker.finishStep()
      defer { broker.clearOutbox() }
      return broker.outbox
    }

    func run() -> [BrokerEvent] {
      var broker = broker()
      return bars.indices.flatMap { step($0, of: &broker) }
    }

    /// `bar event id side quantity @price reason`, prices of the order, and `bar side quantity price`.
    var log: [String] {
      run().compactMap { event in
        switch event {
        case .order(let it) where it.kind != .filled && it.kind != .partlyFilled:
          let price = it.order.limitPrice ?? it.order.stopPrice
          return "\(it.bar) \(it.kind.name) \(it.order.id) \(it.order.side.name) "
            + "\(it.quantity)" + (price.map { " @\($0)" } ?? "")
            + (it.reason.map { " \($0.name)" } ?? "")
        case .fill(let it):
          return "\(it.bar) fill \(it.orderID) \(it.side.name) \(it.quantity) at \(it.price)"
        default: return nil
        }
      }
    }

    var trades: [String] {
      run().compactMap {
        guard case .trade(let it) = $0 else { return nil }
        return "\(it.side.name) \(it.quantity) \(it.entryPrice) to \(it.exitPrice) "
          + it.exitReason.name
      }
    }
  }

  private let none = Double.nan

  // MARK: - Orders

  @Test(arguments: [
    // Type, unit, limit, stop, target: where its levels stand at a close of 100.
    (OrderType.limit, LevelUnit.fraction, 0.02, Double.nan, 1.0, "98.0"),
    (.limit, .fraction, 0.02, .nan, -1, "102.0"),
    (.limit, .distance, 3, .nan, 1, "97.0"),
    (.limit, .price, 95, .nan, 1, "95.0"),
    (.limit, .price, 95, .nan, -1, "95.0"),
    (.stop, .fraction, .nan, 0.02, 1, "102.0"),
    (.stop, .fraction, .nan, 0.02, -1, "98.0"),
    (.stop, .distance, .nan, 3, -1, "97.0"),
    (.stopLimit, .distance, 1, 3, 1, "104.0/103.0"),
    (.stopLimit, .distance, 1, 3, -1, "96.0/97.0"),
    (.stopLimit, .fraction, 0.5, 0.02, 1, "153.0/102.0"),
    (.stopLimit, .price, 104, 103, -1, "104.0/103.0"),
  ])
  func levelsAreMeasuredFromTheCloseOnTheSideOfTheOrder(
    type: OrderType, unit: LevelUnit, limit: Double, stop: Double, target: Double, prices: String
  ) throws {
    let play = Play(
      bars: [flat(100)], values: [target], order: OrderRule(type: type, unit: unit),
      levels: [.limit: limit, .stop: stop])
    var broker = play.broker()
    _ = play.step(0, of: &broker)
    let order = try #require(broker.openOrders.first?.order)
    let found = [order.limitPrice, order.stopPrice].compactMap { $0.map { "\($0)" } }
    #expect(found.joined(separator: "/") == prices)
    #expect(order.type == type)
  }

  @Test func anOrderWithoutItsLevelIsNotMadeAndTheWaitingOneStays() {
    let bars = Array(repeating: flat(100) as Bar?, count: 3)
    var play = Play(
      bars: bars, values: [1, 2, 3],
      targets: TargetSettings(unit: .units), order: OrderRule(type: .limit),
      levels: [.limit: none])
    #expect(play.log == [])
    play.levels = [.limit: 0.5]
    #expect(
      play.log == [
        "0 submitted 1 buy 1.0 @50.0 rebalance", "1 replaced 1 buy 1.0 @50.0 replaced",
        "1 submitted 2 buy 2.0 @50.0 rebalance", "2 replaced 2 buy 2.0 @50.0 replaced",
        "2 submitted 3 buy 3.0 @50.0 rebalance",
      ])
  }

  @Test func aLevelThatIsNoPriceIsRejected() {
    let play = Play(
      bars: [flat(100), flat(100)], values: [1], order: OrderRule(type: .limit),
      levels: [.limit: 1.5])
    #expect(
      play.log == [
        "0 submitted 1 buy 1.0 @-50.0 rebalance", "0 rejected 1 buy 1.0 @-50.0 bad_price",
      ])
  }

  @Test func anOrderGoodForTwoBarsExpiresBeforeTheThird() {
    let play = Play(
      bars: [flat(100), flat(100), nil, flat(100), flat(40)], values: [1],
      order: OrderRule(type: .limit, timeInForce: .goodTillDate, goodForBars: 2),
      levels: [.limit: 0.5])
    #expect(
      play.log == [
        "0 submitted 1 buy 1.0 @50.0 rebalance", "4 expired 1 buy 1.0 @50.0 good_till_reached",
      ])
  }

  @Test func ordersOnTheCloseFillThereWhateverThePolicy() {
    var play = Play(
      bars: [flat(100), bar(101, 103, 99, 102)], values: [1],
      order: OrderRule(type: .marketOnClose))
    #expect(play.log.last == "1 fill 1 buy 1.0 at 102.0")
    play.order = OrderRule(type: .marketOnOpen)
    play.execution.fill = .nextClose
    #expect(play.log.last == "1 fill 1 buy 1.0 at 101.0")
  }

  // MARK: - Exits

  @Test func exitsStandFromThePriceThatTheEntryMetWithoutItsSlippage() {
    var play = Play(
      bars: [flat(100), flat(200), bar(200, 205, 175, 190)], values: [1],
      exit: ExitRule(hasStopLoss: true, hasTakeProfit: true),
      levels: [.stopLoss: 0.1, .takeProfit: 0.5])
    play.execution.slippageBps = 100
    #expect(
      play.log == [
        "0 submitted 1 buy 1.0 rebalance", "0 submitted 2 sell 1.0 stop_loss",
        "0 submitted 3 sell 1.0 take_profit", "1 fill 1 buy 1.0 at 202.0",
        "1 released 2 sell 1.0 @180.0 parent_filled",
        "1 released 3 sell 1.0 @300.0 parent_filled",
        "2 triggered 2 sell 1.0 @180.0 stop_reached", "2 fill 2 sell 1.0 at 178.2",
        "2 cancelled 3 sell 1.0 @300.0 sibling_filled",
      ])
    #expect(play.trades == ["long 1.0 202.0 to 178.2 stop_loss"])
  }

  @Test(arguments: [
    // Side of the entry, unit, levels, the range of its own bar: what closes it in that bar.
    (
      1.0, LevelUnit.fraction, [TargetLevels.Kind.stopLoss: 0.1], bar(100, 101, 89, 95),
      "90.0 stop_loss"
    ),
    (1, .distance, [.takeProfit: 5], bar(100, 106, 99, 101), "105.0 take_profit"),
    (-1, .distance, [.takeProfit: 5], bar(100, 101, 94, 98), "95.0 take_profit"),
    (-1, .price, [.stopLoss: 108], bar(100, 109, 99, 101), "108.0 stop_loss"),
    (-1, .fraction, [.trailingStop: 0.1], bar(100, 111, 99, 101), "110.0 trailing_stop"),
    // The open lies beyond the price of the stop: it fills there at once.
    (1, .price, [.stopLoss: 98], bar(97, 99, 96, 97), "97.0 stop_loss"),
  ])
  func exitsLiveFromTheBarOfTheEntryOn(
    target: Double, unit: LevelUnit, levels: [TargetLevels.Kind: Double], range: Bar,
    outcome: String
  ) {
    let play = Play(
      bars: [flat(100), range], values: [target],
      exit: ExitRule(
        unit: unit, hasStopLoss: levels[.stopLoss] != nil,
        hasTakeProfit: levels[.takeProfit] != nil, hasTrailingStop: levels[.trailingStop] != nil),
      levels: levels)
    #expect(
      play.trades.map { $0.split(separator: " ").suffix(2).joined(separator: " ") } == [outcome])
  }

  @Test(arguments: [FillPolicy.nextClose, .thisClose])
  func exitsOfAnEntryAtACloseLiveFromTheNextBarOn(_ fill: FillPolicy) {
    // The bars up to the fill reach the level of the exit, and must not matter.
    var play = Play(
      bars: [bar(100, 100, 50, 100), bar(100, 100, 50, 100), bar(100, 100, 89, 100)], values: [1],
      exit: ExitRule(hasStopLoss: true), levels: [.stopLoss: 0.1])
    if fill == .thisClose { play.bars.remove(at: 1) }
    play.execution.fill = fill
    let exit = play.bars.count - 1
    #expect(play.log.last == "\(exit) fill 2 sell 1.0 at 90.0")
  }

  @Test func aTargetThatClosesEndsTheExits() {
    let play = Play(
      bars: Array(repeating: flat(100), count: 4), values: [10, 0],
      exit: ExitRule(hasStopLoss: true, hasTakeProfit: true),
      levels: [.stopLoss: 0.1, .takeProfit: 0.1])
    #expect(
      play.log.suffix(4) == [
        "1 submitted 4 sell 10.0 rebalance", "2 fill 4 sell 10.0 at 100.0",
        "2 cancelled 2 sell 10.0 @90.0 position_closed",
        "2 cancelled 3 sell 10.0 @110.0 position_closed",
      ])
  }

  @Test func aFlipEndsTheExitsAndProtectsWhatItOpens() {
    let play = Play(
      bars: Array(repeating: flat(100), count: 3), values: [10, -4],
      exit: ExitRule(unit: .distance, hasStopLoss: true), levels: [.stopLoss: 5])
    #expect(
      play.log.suffix(5) == [
        "1 submitted 3 sell 14.0 rebalance", "1 submitted 4 buy 4.0 stop_loss",
        "2 fill 3 sell 14.0 at 100.0", "2 cancelled 2 sell 10.0 @95.0 position_closed",
        "2 released 4 buy 4.0 @105.0 parent_filled",
      ])
  }

  @Test func aTargetThatLowersLeavesTheExitsAndTheyCloseNoMoreThanIsHeld() {
    let play = Play(
      bars: [flat(100), flat(100), flat(100), bar(100, 100, 80, 100)], values: [10, 4],
      exit: ExitRule(unit: .distance, hasStopLoss: true), levels: [.stopLoss: 5])
    #expect(
      play.log.suffix(3) == [
        "2 fill 3 sell 6.0 at 100.0", "3 triggered 2 sell 10.0 @95.0 stop_reached",
        "3 fill 2 sell 4.0 at 95.0",
      ])
  }

  @Test func anExitAtTheSameOpenTakesTheClosingPartOfATargetOff() {
    // The stop closes ten at the open; of the flip's fourteen only the four that open are left.
    var play = Play(
      bars: [flat(100), flat(100), flat(80), flat(80)], values: [10, -4],
      exit: ExitRule(unit: .distance, hasStopLoss: true), levels: [.stopLoss: 5])
    #expect(
      play.log.suffix(5) == [
        "2 triggered 2 sell 10.0 @95.0 stop_reached", "2 fill 2 sell 10.0 at 80.0",
        "2 amended 3 sell 4.0 position_closed", "2 fill 3 sell 4.0 at 80.0",
        "2 released 4 buy 4.0 @85.0 parent_filled",
      ])
    play.values = [10, 0]
    #expect(play.log.last == "2 cancelled 3 sell 10.0 position_closed")
  }

  @Test func exitsOfAClosedPositionDoNotMeetTheNextOne() {
    // Two entries with stops of their own; the stop of the second closes all that is left.
    let play = Play(
      bars: [
        flat(100), flat(100), flat(120), flat(120), bar(120, 120, 114, 114), flat(114), flat(114),
        bar(114, 114, 94, 94),
      ],
      values: [10, 15, none, 5, none, none, none],
      exit: ExitRule(unit: .distance, hasStopLoss: true), levels: [.stopLoss: 5])
    let log = play.log
    #expect(log.contains("4 fill 4 sell 5.0 at 115.0"))
    #expect(log.last == "4 cancelled 2 sell 10.0 @95.0 position_closed")
  }

  @Test func whatCannotBeProtectedIsNotOpenedAndIsTriedAgain() {
    var play = Play(
      bars: Array(repeating: flat(100), count: 3), values: [1, 1],
      exit: ExitRule(hasStopLoss: true), levels: [.stopLoss: none])
    #expect(play.log == [])
    play.exit.unit = .price
    // On the wrong side of a long position.
    play.levels[.stopLoss] = 101
    #expect(play.log == [])
    play.values = [-1]
    #expect(play.log.first == "0 submitted 1 sell 1.0 rebalance")
  }

  @Test func aFlipThatCannotBeProtectedCloses() {
    var broker: Broker
    var play = Play(
      bars: Array(repeating: flat(100), count: 4), values: [2, -3, none],
      exit: ExitRule(hasStopLoss: true), levels: [.stopLoss: 0.1])
    broker = play.broker()
    _ = play.step(0, of: &broker)
    play.levels = [:]
    for step in 1..<4 { _ = play.step(step, of: &broker) }
    #expect(broker.position(of: 0) == 0)
    #expect(broker.openOrders.isEmpty)
  }

  @Test func aPartlyFilledEntryReleasesAsMuchOfItsExits() {
    var play = Play(
      bars: [
        flat(100, volume: 100), flat(100, volume: 100), bar(100, 100, 80, 100, volume: 100),
        flat(100, volume: 100),
      ],
      values: [15], exit: ExitRule(unit: .distance, hasStopLoss: true, hasTakeProfit: true),
      levels: [.stopLoss: 10, .takeProfit: 50])
    play.execution.participation = 0.1
    // Ten fill, then five at the next open; the stop has no volume left in that bar.
    #expect(
      play.log.dropFirst(3) == [
        "1 fill 1 buy 10.0 at 100.0", "1 released 2 sell 10.0 @90.0 parent_filled",
        "1 released 3 sell 10.0 @150.0 parent_filled", "2 fill 1 buy 5.0 at 100.0",
        "2 released 2 sell 5.0 @90.0 parent_filled", "2 released 3 sell 5.0 @150.0 parent_filled",
        "2 triggered 2 sell 15.0 @90.0 stop_reached", "2 fill 2 sell 5.0 at 90.0",
        "2 amended 3 sell 10.0 @150.0 sibling_filled", "3 fill 2 sell 10.0 at 100.0",
        "3 cancelled 3 sell 10.0 @150.0 sibling_filled",
      ])
  }

  @Test func everyBarEntersAgainAfterAnExitAndOnChangeDoesNot() {
    var play = Play(
      bars: [flat(100), bar(100, 100, 80, 100), flat(100), flat(100)], values: [1, 1, 1],
      targets: TargetSettings(unit: .units), exit: ExitRule(hasStopLoss: true),
      levels: [.stopLoss: 0.1])
    func fills() -> Int { play.log.count { $0.contains("fill ") } }
    #expect(fills() == 3)
    play.targets.rebalance = .onChange
    #expect(fills() == 2)
  }

  // MARK: - Bundles

  @Test func legsFillTogetherOrWait() {
    let bars: [[Bar?]] = [
      [flat(10), flat(20)], [flat(10), nil], [flat(11), flat(21)], [flat(11), flat(21)],
    ]
    var targets = TargetSettings(unit: .units, rebalance: .onChange, legs: .allOrNone)
    var scenario = Scenario(
      bars, values: [[5, -5]], execution: ExecutionSettings(cash: 10_000), targets: targets)
    #expect(scenario.run().fills.map { [$0.bar, $0.instrument] } == [[2, 1], [2, 0]])
    targets.legs = .legged
    scenario.targets = targets
    #expect(scenario.run().fills.map { [$0.bar, $0.instrument] } == [[1, 0], [2, 1]])
  }

  @Test func aLegThatALimitWouldCutKeepsTheOtherWaiting() {
    var execution = ExecutionSettings(cash: 1000)
    execution.limits.maxLeverage = 1
    let scenario = Scenario(
      Array(repeating: [flat(10), flat(10)], count: 3), values: [[80, -80]], execution: execution,
      targets: TargetSettings(unit: .units, rebalance: .onChange, legs: .allOrNone))
    let outcome = scenario.run()
    #expect(outcome.fills.isEmpty)
    #expect(outcome.openOrders.count == 2)
  }

  @Test func aNewerDecisionReplacesAllLegsAndDecidesThemAnew() {
    // The first leg's value changes and the second's does not: both are ordered anew.
    let bars: [[Bar?]] = [
      [flat(10), flat(20)], [flat(10), nil], [flat(11), flat(21)], [flat(11), flat(21)],
    ]
    let scenario = Scenario(
      bars, values: [[5, -5], [6, -5], [6, -5]], execution: ExecutionSettings(cash: 10_000),
      targets: TargetSettings(unit: .units, rebalance: .onChange, legs: .allOrNone))
    let outcome = scenario.run()
    #expect(
      outcome.orders.map { "\($0.bar) \($0.kind.name) \($0.order.id) \($0.quantity)" } == [
        "0 submitted 1 5.0", "0 submitted 2 5.0", "1 replaced 1 5.0", "1 replaced 2 5.0",
        "1 submitted 3 6.0", "2 filled 3 6.0", "2 submitted 4 5.0", "3 filled 4 5.0",
      ])
  }
}
