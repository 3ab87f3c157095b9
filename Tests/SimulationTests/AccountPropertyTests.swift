import Bytes
import Market
import Simulation
import Testing

/// What must hold of every account, over random targets and bars.
struct AccountPropertyTests {
  /// 4 instruments at most, up to 40 steps; the seed names the case.
  private func scenario(
    _ seed: Int, instruments: Int? = nil, targets: TargetSettings? = nil, signed: Bool = false
  ) -> Scenario {
    var random = TestRandom(seed: seed)
    let count = random.below(4) + 1
    return RandomMarket.scenario(
      &random, instruments: instruments ?? count, steps: 5 + random.below(36),
      fill: FillPolicy.allCases[random.below(3)], targets: targets, signed: signed)
  }

  @Test(arguments: [false, true])
  func everyAccountIsExplainedByItsFillsFeesFlowsAndMarks(_ signed: Bool) {
    var fills = 0
    var cuts = 0
    var partials = 0
    var ruins = 0
    for seed in 0..<2000 {
      let scenario = scenario(seed, signed: signed)
      var replay = Replay(scenario)
      let outcome = replay.run()
      #expect(replay.faults.isEmpty, "seed \(seed): \(replay.faults.prefix(3))")
      fills += outcome.fills.count
      cuts += outcome.orders.count { $0.reason == .cutLeverage }
      partials += outcome.orders.count { $0.kind == .partlyFilled }
      ruins += outcome.orders.count { $0.reason == .ruined }
      if !replay.faults.isEmpty { return }
    }
    // The law is only worth what the cases cover.
    #expect(fills > 20_000 && cuts > 1000 && partials > 1000 && ruins > 20)
  }

  @Test func profitIsThatOfTradesOpenPositionsFeesAndFlows() {
    for seed in 0..<500 {
      let scenario = scenario(seed)
      let outcome = scenario.run()
      let fees = outcome.fills.reduce(0) { $0 + $1.fee }
      let tradeFees = outcome.trades.reduce(0) { $0 + $1.fees }
      let gross = outcome.trades.reduce(0) { $0 + $1.pnl + $1.fees }
      let unrealised = outcome.positions.reduce(0) { $0 + $1.unrealisedPnl }
      let flows = outcome.flows.reduce(0) { $0 + $1.amount }
      let profit = outcome.lastEquity - scenario.execution.cash
      let scale = outcome.fills.reduce(scenario.execution.cash) { $0 + $1.quantity * $1.price }
      #expect(abs(gross + unrealised - fees + flows - profit) <= 1e-12 * scale, "seed \(seed)")
      #expect(tradeFees <= fees * (1 + 1e-12), "seed \(seed)")
      if outcome.positions.isEmpty {
        #expect(abs(tradeFees - fees) <= 1e-12 * (fees + 1), "seed \(seed)")
      }
      #expect(
        abs(outcome.trades.reduce(0) { $0 + $1.pnl } - outcome.realisedPnl) <= 1e-12 * scale,
        "seed \(seed)")
    }
  }

  @Test func everyOrderIsSubmittedFirstAndEndsAtMostOnce() {
    for seed in 0..<500 {
      let outcome = scenario(seed).run()
      var open: [Int: Double] = [:]
      var ended: Set<Int> = []
      for event in outcome.orders {
        let id = event.order.id
        #expect(!ended.contains(id), "seed \(seed)")
        #expect((open[id] == nil) == (event.kind == .submitted), "seed \(seed)")
        switch event.kind {
        case .submitted: open[id] = event.quantity
        case .partlyFilled: open[id, default: 0] -= event.quantity
        case .filled:
          if event.reason != .cutLeverage { #expect(event.quantity == open[id], "seed \(seed)") }
          ended.insert(id)
        case .replaced, .cancelled, .rejected:
          #expect(event.quantity == open[id], "seed \(seed)")
          ended.insert(id)
        case .triggered, .expired, .amended, .released: Issue.record("seed \(seed): \(event.kind)")
        }
      }
      let waiting = open.keys.filter { !ended.contains($0) }.sorted()
      #expect(waiting == outcome.openOrders.map(\.order.id), "seed \(seed)")
      #expect(outcome.openOrders.allSatisfy { $0.remaining == open[$0.order.id] }, "seed \(seed)")
      let sequences = outcome.events.compactMap { event -> Int? in
        switch event {
        case .order(let event): event.sequence
        case .fill(let fill): fill.sequence
        case .trade, .flow, .action: nil
        }
      }
      #expect(sequences == Array(1..<(sequences.count + 1)), "seed \(seed)")
    }
  }

  @Test func aMirroredMarketGivesTheMirroredAccount() {
    for seed in 0..<500 {
      // One instrument: with several, sells before buys is another order of adding.
      var scenario = scenario(seed, instruments: 1, signed: true)
      scenario.execution.borrowBpsYear = 0
      var mirrored = scenario
      mirrored.bars = scenario.bars.map { step in
        step.map { bar in
          bar.map {
            Bar(
              time: $0.time, open: -$0.open, high: -$0.low, low: -$0.high, close: -$0.close,
              volume: $0.volume)
          }
        }
      }
      mirrored.values = scenario.values.map { $0.map { -$0 } }
      let outcome = scenario.run()
      let other = mirrored.run()
      // Quantity and price both change sign, so every sum of money stays.
      #expect(outcome.equity == other.equity, "seed \(seed)")
      #expect(outcome.fills.map(\.price) == other.fills.map { -$0.price }, "seed \(seed)")
      #expect(outcome.fills.map(\.side) == other.fills.map { $0.side == .buy ? .sell : .buy })
      #expect(outcome.trades.map(\.pnl) == other.trades.map(\.pnl), "seed \(seed)")
      #expect(outcome.trades.map(\.side) == other.trades.map { $0.side == .long ? .short : .long })
    }
  }

  @Test func doubledCashAndSizesDoubleEverything() {
    for seed in 0..<500 {
      var scenario = scenario(seed)
      scenario.execution.participation = nil
      var doubled = scenario
      doubled.execution.cash *= 2
      if scenario.targets.unit != .weight {
        doubled.values = scenario.values.map { $0.map { 2 * $0 } }
      }
      let outcome = scenario.run()
      let other = doubled.run()
      #expect(outcome.equity.map { 2 * $0.equity } == other.equity.map(\.equity), "seed \(seed)")
      #expect(outcome.equity.map(\.drawdown) == other.equity.map(\.drawdown), "seed \(seed)")
      #expect(
        outcome.fills.map { 2 * $0.quantity } == other.fills.map(\.quantity), "seed \(seed)")
      #expect(outcome.trades.map { 2 * $0.pnl } == other.trades.map(\.pnl), "seed \(seed)")
      #expect(
        outcome.trades.map(\.returnFraction) == other.trades.map(\.returnFraction), "seed \(seed)")
    }
  }

  @Test func higherCostsNeverRaiseTheProfit() {
    // In units and without a limit to cut them, trades are the same whatever they cost.
    for seed in 0..<500 {
      var scenario = scenario(seed, targets: TargetSettings(unit: .units))
      scenario.execution.cash = 1e9
      scenario.execution.riskFree = 0
      scenario.execution.limits.maxLeverage = 1e9
      scenario.execution.fees.takerBps = 0
      scenario.execution.slippageBps = 0
      var last = Double.infinity
      for bps in [0.0, 1, 5, 30] {
        scenario.execution.fees.takerBps = bps
        let fee = scenario.run()
        scenario.execution.slippageBps = bps
        let both = scenario.run()
        if bps > 0, !fee.fills.isEmpty {
          #expect(fee.lastEquity < last, "seed \(seed), \(bps) bps")
          #expect(both.lastEquity < fee.lastEquity, "seed \(seed), \(bps) bps")
        }
        last = both.lastEquity
      }
    }
  }

  // MARK: - State

  @Test func aRestoredBrokerGoesOnAsIfNeverStopped() throws {
    for seed in 0..<500 {
      let scenario = scenario(seed, signed: seed % 2 == 0)
      var random = TestRandom(seed: seed + 1_000_000)
      let stop = random.below(scenario.bars.count + 1)
      var outcome = Scenario.Outcome()
      var first = scenario.makeBroker()
      for step in 0..<stop { scenario.step(step, of: &first, into: &outcome) }
      var writer = StateWriter()
      first.save(to: &writer)

      var second = scenario.makeBroker()
      var reader = StateReader(writer.bytes)
      try second.restore(from: &reader)
      #expect(reader.isAtEnd, "seed \(seed)")
      var again = StateWriter()
      second.save(to: &again)
      #expect(again.bytes == writer.bytes, "seed \(seed)")
      for step in stop..<scenario.bars.count {
        scenario.step(step, of: &second, into: &outcome)
      }
      scenario.finish(second, into: &outcome)
      #expect(outcome == scenario.run(), "seed \(seed), stopped before \(stop)")
    }
  }

  @Test func aStateThatDoesNotFitIsRefused() {
    let scenario = scenario(3, instruments: 3)
    var broker = scenario.makeBroker()
    var outcome = Scenario.Outcome()
    for step in 0..<5 { scenario.step(step, of: &broker, into: &outcome) }
    var writer = StateWriter()
    broker.save(to: &writer)
    for length in stride(from: 0, to: writer.bytes.count, by: 7) {
      var other = scenario.makeBroker()
      var reader = StateReader(Array(writer.bytes[..<length]))
      #expect(throws: StateError.self) { try other.restore(from: &reader) }
    }
  }
}

/// Follows a run from the outside: what each event does to cash and positions is computed here once
/// more, and every row and limit is held against it.
private struct Replay {
  let scenario: Scenario
  var faults: [String] = []
  private var ledger: CashLedger
  private var quantities: [Double]
  private var prices: [Double]

  init(_ scenario: Scenario) {
    self.scenario = scenario
    ledger = CashLedger(cash: scenario.execution.cash)
    quantities = Array(repeating: 0, count: scenario.instruments.count)
    prices = Array(repeating: .nan, count: scenario.instruments.count)
  }

  mutating func run() -> Scenario.Outcome {
    var broker = scenario.makeBroker()
    var outcome = Scenario.Outcome()
    for step in scenario.bars.indices {
      var phases: [[BrokerEvent]] = []
      var positions: [Double] = []
      scenario.step(step, of: &broker, into: &outcome) { broker, events in
        phases.append(events)
        positions = scenario.instruments.indices.map { broker.position(of: $0) }
      }
      reveal(step) { $0.open }
      phases[0].forEach { take($0, step) }
      reveal(step) { $0.close }
      (phases[1] + phases[2]).forEach { take($0, step) }
      expect(positions == quantities, "positions at \(step)")
      check(outcome.equity[step], step)
    }
    scenario.finish(broker, into: &outcome)
    return outcome
  }

  private mutating func reveal(_ step: Int, _ price: (Bar) -> Double) {
    for (index, bar) in scenario.bars[step].enumerated() {
      if let bar { prices[index] = price(bar) }
    }
  }

  private mutating func expect(_ holds: Bool, _ what: String) {
    if !holds { faults.append(what) }
  }

  private var gross: Double {
    quantities.indices.reduce(0) {
      quantities[$1] == 0 ? $0 : $0 + abs(quantities[$1] * prices[$1])
    }
  }
  private var net: Double {
    quantities.indices.reduce(0) { quantities[$1] == 0 ? $0 : $0 + quantities[$1] * prices[$1] }
  }

  private mutating func take(_ event: BrokerEvent, _ step: Int) {
    let settings = scenario.execution
    switch event {
    case .fill(let fill):
      let before = gross
      let equityBefore = ledger.cash + net
      let price = prices[fill.instrument]
      let cash = ledger.cash
      expect(scenario.bars[step][fill.instrument] != nil, "a fill at \(step) without a bar")
      ledger.book(fill)
      expect(
        ledger.cash == (cash - fill.side.sign * fill.quantity * fill.price) - fill.fee,
        "the ledger at \(step)")
      quantities[fill.instrument] = fill.side.position(
        after: quantities[fill.instrument], trading: fill.quantity)
      expect(
        fill.price == price + fill.side.sign * (abs(price) * settings.slippageBps / 1e4),
        "the price at \(step)")
      expect(
        fill.fee == abs(fill.quantity * fill.price) * settings.fees.takerBps / 1e4,
        "the fee at \(step)")
      expect(
        fill.slippage == fill.quantity * abs(fill.price - price), "the slippage at \(step)")
      let scale = gross + abs(ledger.cash) + 1
      if gross > before + 1e-12 * scale {
        expect(
          gross <= settings.limits.maxLeverage * (ledger.cash + net) + 1e-11 * scale,
          "leverage at \(step)")
        expect(equityBefore > 0, "a ruined account raised exposure at \(step)")
      }
    case .flow(let flow):
      ledger.book(flow)
    case .order, .trade, .action: break
    }
  }

  private mutating func check(_ point: EquityPoint, _ step: Int) {
    expect(point.cash == ledger.cash, "cash at \(step)")
    expect(point.positionValue == net, "position value at \(step)")
    expect(point.netExposure == net, "net exposure at \(step)")
    expect(point.grossExposure == gross, "gross exposure at \(step)")
    expect(point.equity == point.cash + point.positionValue, "equity at \(step)")
    expect(point.drawdown <= 0, "drawdown at \(step)")
  }
}
