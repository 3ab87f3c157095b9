import Bytes
import Foundation
import Market
import Testing

@testable import Simulation

/// What must hold of every order, over random orders, bars and settings. The seed names the case;
/// PAWL_SEQUENCES in the environment asks for more of them.
struct OrderPropertyTests {
  private static let sequences =
    ProcessInfo.processInfo.environment["PAWL_SEQUENCES"].flatMap(Int.init) ?? 2000

  /// Calls for seeds until one has a fault.
  private func forSeeds(_ share: Int = 1, _ check: (Int) throws -> [String]) rethrows {
    for seed in 0..<Self.sequences / share {
      let faults = try check(seed)
      if !faults.isEmpty {
        Issue.record("seed \(seed): \(faults.prefix(3))")
        return
      }
    }
  }

  @Test func cashAndPositionsAreExplainedAndNoPriceIsInvented() {
    var kinds: [String: Int] = [:]
    forSeeds { seed in
      let scenario = OrderScenario(seed: seed)
      let outcome = scenario.run()
      for fill in outcome.fills {
        kinds[fill.phase.name + (fill.isAmbiguous ? "?" : ""), default: 0] += 1
      }
      return FillAudit(scenario, outcome).faults
    }
    // The law is only worth what the cases cover.
    for (kind, share) in [("open", 1), ("path", 1), ("close", 1), ("path?", 20)] {
      #expect(kinds[kind, default: 0] > Self.sequences / share, "\(kind): \(kinds)")
    }
  }

  @Test func everyOrderEndsOnceOrIsOpen() {
    var kinds: [OrderEventKind: Int] = [:]
    forSeeds { seed in
      let outcome = OrderScenario(seed: seed).run()
      var faults: [String] = []
      var open: [Int: Double] = [:]
      var ended: Set<Int> = []
      for event in outcome.orders {
        kinds[event.kind, default: 0] += 1
        let id = event.order.id
        if ended.contains(id) { faults.append("an event of \(id) after its end") }
        if (open[id] == nil) != (event.kind == .submitted) { faults.append("\(id) begins once") }
        switch event.kind {
        case .submitted, .amended: open[id] = event.quantity
        case .partlyFilled: open[id, default: 0] -= event.quantity
        case .triggered, .released: break
        case .filled:
          if event.reason?.isCut != true, event.quantity != open[id] {
            faults.append("\(id) is filled whole")
          }
        case .cancelled, .replaced, .expired, .rejected:
          if event.quantity != open[id] { faults.append("\(id) ended at what was left") }
          if event.reason == nil { faults.append("\(id) ended without a reason") }
        }
        if event.kind.isFinal { ended.insert(id) }
      }
      let waiting = open.keys.filter { !ended.contains($0) }.sorted()
      if waiting != outcome.openOrders.map(\.order.id) { faults.append("open orders") }
      for order in outcome.openOrders where order.remaining != open[order.order.id] {
        faults.append("what is left of \(order.order.id)")
      }
      return faults
    }
    for kind in [OrderEventKind.triggered, .cancelled, .expired, .rejected, .amended, .released] {
      #expect(kinds[kind, default: 0] > Self.sequences / 30, "\(kind): \(kinds)")
    }
  }

  @Test func aMirroredMarketGivesTheMirroredAccount() {
    forSeeds(2) { seed in
      // One instrument: with several, sells before buys is another order of adding.
      var scenario = OrderScenario(seed: seed, instruments: 1)
      scenario.base.execution.borrowBpsYear = 0
      // Who is short owes a dividend, on which side of zero the price may be.
      scenario.corporate = scenario.corporate.map {
        $0.filter { if case .split = $0.kind { true } else { false } }
      }
      var mirror = scenario
      mirror.changeBars {
        Bar(
          time: $0.time, open: -$0.open, high: -$0.low, low: -$0.high, close: -$0.close,
          volume: $0.volume)
      }
      mirror.base.values = scenario.base.values.map { $0.map { -$0 } }
      switch scenario.base.execution.path {
      case .openHighLowClose: mirror.base.execution.path = .openLowHighClose
      case .openLowHighClose: mirror.base.execution.path = .openHighLowClose
      case .worst, .adaptive, .detail: break
      }
      mirror.changeRequests {
        $0.side = $0.side.opposite
        $0.limitPrice = $0.limitPrice.map { -$0 }
        $0.stopPrice = $0.stopPrice.map { -$0 }
      }
      mirror.changeAmendments { _, limit, stop in
        limit = limit.map { -$0 }
        stop = stop.map { -$0 }
      }
      let outcome = scenario.run()
      let other = mirror.run()
      var faults: [String] = []
      if outcome.equity
        != other.equity.map({
          var point = $0
          point.netExposure += 0
          return point
        })
      {
        faults.append("equity")
      }
      if outcome.fills.map(\.price) != other.fills.map({ -$0.price }) { faults.append("prices") }
      if outcome.fills.map(\.side) != other.fills.map(\.side.opposite) { faults.append("sides") }
      if outcome.fills.map(\.isAmbiguous) != other.fills.map(\.isAmbiguous) {
        faults.append("ambiguous fills")
      }
      return faults
    }
  }

  @Test func doubledCashAndSizesDoubleEverything() {
    forSeeds(2) { seed in
      let scenario = OrderScenario(seed: seed)
      var doubled = scenario
      doubled.base.execution.cash *= 2
      doubled.base.execution.fees.perOrder *= 2
      doubled.base.execution.fees.minimum *= 2
      for tier in doubled.base.execution.fees.tiers.indices {
        doubled.base.execution.fees.tiers[tier].volume *= 2
      }
      doubled.base.values = scenario.base.values.map { $0.map { 2 * $0 } }
      doubled.base.instruments = scenario.base.instruments.map {
        var instrument = $0
        instrument.lot = $0.lot.map { 2 * $0 }
        return instrument
      }
      doubled.changeBars {
        var bar = $0
        bar.volume *= 2
        return bar
      }
      doubled.changeRequests { $0.quantity *= 2 }
      doubled.changeAmendments { remaining, _, _ in remaining = remaining.map { 2 * $0 } }
      let outcome = scenario.run()
      let other = doubled.run()
      var faults: [String] = []
      if outcome.equity.map({ 2 * $0.equity }) != other.equity.map(\.equity) {
        faults.append("equity")
      }
      if outcome.fills.map(\.price) != other.fills.map(\.price) { faults.append("prices") }
      if outcome.fills.map({ 2 * $0.quantity }) != other.fills.map(\.quantity) {
        faults.append("quantities")
      }
      return faults
    }
  }

  @Test func higherFeesNeverRaiseTheProfitOfTheSameFills() {
    var compared = 0
    forSeeds(2) { seed in
      var scenario = OrderScenario(seed: seed)
      scenario.base.execution.riskFree = 0
      scenario.base.execution.fees = FeeSchedule(takerBps: 5)
      let cheap = scenario.run()
      scenario.base.execution.fees = FeeSchedule(takerBps: 20)
      let dear = scenario.run()
      guard
        cheap.fills.map(\.price) == dear.fills.map(\.price),
        cheap.fills.map(\.quantity) == dear.fills.map(\.quantity), !cheap.fills.isEmpty,
        cheap.fills.contains(where: { $0.price != 0 })
      else { return [] }
      compared += 1
      return dear.lastEquity < cheap.lastEquity ? [] : ["\(dear.lastEquity)"]
    }
    #expect(compared > Self.sequences / 4)
  }

  @Test func aFillThatRaisesAPositionKeepsItsLimits() {
    var raised = 0
    forSeeds { seed in
      let scenario = OrderScenario(seed: 2 * seed, instruments: 1)
      let limits = scenario.base.execution.limits
      var cash = CashLedger(cash: scenario.base.execution.cash)
      var held = 0.0
      var faults: [String] = []
      for event in scenario.run().events {
        switch event {
        case .flow(let flow): cash.book(flow)
        case .action(let action): held = action.quantityAfter
        case .fill(let fill):
          let before = abs(held)
          cash.book(fill)
          held = fill.side.position(after: held, trading: fill.quantity)
          guard abs(held) > before else { continue }
          raised += 1
          let factor = scenario.base.instruments[0].multiplier
          let reference =
            fill.price - fill.side.sign * fill.slippage / (fill.quantity * factor)
          let value = held * reference * factor
          let equity = cash.cash + value
          let bounds = [
            limits.maxLeverage, limits.initialMargin.map { 1 / $0 }, limits.maxNet,
            limits.maxPosition,
          ]
          for case let limit? in bounds where abs(value) > limit * equity * (1 + 1e-9) + 1e-6 {
            faults.append("order \(fill.orderID): \(value) of \(equity), limit \(limit)")
          }
        case .order, .trade: break
        }
      }
      return faults
    }
    #expect(raised > Self.sequences)
  }

  // MARK: - Within the bar

  @Test func nothingUpToTheEndOfTheOpenPhaseKnowsTheRestOfTheBar() {
    forSeeds { seed in
      let scenario = OrderScenario(seed: seed)
      var random = TestRandom(seed: seed + 1_000_000)
      let step = random.below(scenario.base.bars.count)
      var poisoned = scenario
      for index in scenario.base.instruments.indices {
        poisoned.poison(step, index, &random)
      }
      return scenario.events(of: step).open == poisoned.events(of: step).open
        ? [] : ["step \(step)"]
    }
  }

  @Test func oneInstrumentChangesNoEarlierFillOfAnother() {
    var compared = 0
    forSeeds { seed in
      let scenario = OrderScenario(seed: seed, instruments: 3)
      var random = TestRandom(seed: seed + 2_000_000)
      let step = random.below(scenario.base.bars.count)
      let victim = random.below(2) + 1
      var poisoned = scenario
      poisoned.poison(step, victim, &random)
      let events = scenario.events(of: step)
      let others = poisoned.events(of: step)
      func earlier(_ fills: [Fill]) -> [Fill] {
        fills.filter { $0.phase == .path && $0.instrument < victim }
      }
      compared += earlier(events.fills).count
      return events.open == others.open && earlier(events.fills) == earlier(others.fills)
        ? [] : ["step \(step)"]
    }
    #expect(compared > Self.sequences / 100)
  }

  // MARK: - State

  @Test func aBrokerRestoredAtEveryBarGoesOnAsIfNeverStopped() throws {
    try forSeeds(4) { seed in
      let scenario = OrderScenario(seed: seed)
      var outcome = Scenario.Outcome()
      var broker = scenario.makeBroker()
      for step in scenario.base.bars.indices {
        scenario.step(step, of: &broker, into: &outcome)
        var writer = StateWriter()
        broker.save(to: &writer)
        var reader = StateReader(writer.bytes)
        broker = scenario.makeBroker()
        try broker.restore(from: &reader)
        if !reader.isAtEnd { return ["bytes left at \(step)"] }
      }
      scenario.base.finish(broker, into: &outcome)
      return outcome == scenario.run() ? [] : ["the outcome"]
    }
  }
}

extension OrderScenario {
  /// Replaces all of a bar but its open.
  fileprivate mutating func poison(_ step: Int, _ instrument: Int, _ random: inout TestRandom) {
    guard let bar = base.bars[step][instrument] else { return }
    let close = bar.open + random.uniform(-5, 5)
    base.bars[step][instrument] = Bar(
      time: bar.time, open: bar.open, high: max(bar.open, close) + random.uniform(0, 5),
      low: min(bar.open, close) - random.uniform(0, 5), close: close,
      volume: random.uniform(0, 4000))
  }

  /// All events up to the end of a step's open phase, and the fills of the step after it.
  fileprivate func events(of step: Int) -> (open: [BrokerEvent], fills: [Fill]) {
    var broker = makeBroker()
    var outcome = Scenario.Outcome()
    for earlier in 0..<step { self.step(earlier, of: &broker, into: &outcome) }
    var open = outcome.events
    var phase = 0
    let before = outcome.fills.count
    var opened = 0
    self.step(step, of: &broker, into: &outcome) { _, events in
      if phase == 0 {
        open += events
        opened = events.count { if case .fill = $0 { true } else { false } }
      }
      phase += 1
    }
    // Sequence numbers count what others did, too.
    let fills = outcome.fills[(before + opened)...].map { fill in
      var fill = fill
      fill.sequence = 0
      return fill
    }
    return (open, fills)
  }
}

/// Follows a run from the outside.
private struct FillAudit {
  private(set) var faults: [String] = []

  init(_ scenario: OrderScenario, _ outcome: Scenario.Outcome) {
    var ledger = CashLedger(cash: scenario.base.execution.cash)
    var held = Array(repeating: 0.0, count: scenario.base.instruments.count)
    var marks = held
    let instruments = scenario.base.instruments
    var orders: [Int: Order] = [:]
    var index = 0
    let events = outcome.events
    for (step, point) in outcome.equity.enumerated() {
      while index < events.count, events[index].bar.map({ $0 <= step }) ?? true {
        switch events[index] {
        case .fill(let fill):
          if let order = orders[fill.orderID] {
            check(fill, order, scenario, held: held[fill.instrument])
          } else {
            faults.append("a fill of no order at \(step)")
          }
          ledger.book(fill)
          held[fill.instrument] = fill.side.position(
            after: held[fill.instrument], trading: fill.quantity)
        case .flow(let flow): ledger.book(flow)
        case .order(let event): orders[event.order.id] = event.order
        case .action(let action):
          if case .split(let ratio) = action.kind {
            if action.quantityAfter != held[action.instrument] * ratio {
              faults.append("a split at \(step)")
            }
            held[action.instrument] = action.quantityAfter
            marks[action.instrument] /= ratio
          }
        case .trade: break
        }
        index += 1
      }
      for (instrument, bar) in scenario.base.bars[step].enumerated() {
        if let bar { marks[instrument] = bar.close }
      }
      let value = held.indices.filter { held[$0] != 0 }.reduce(0) { sum, index in
        sum + held[index] * marks[index] * instruments[index].multiplier
          * (instruments[index].rate.map { marks[$0] } ?? 1)
      }
      if point.cash != ledger.cash { faults.append("cash at \(step)") }
      if abs(point.equity - ledger.cash - value) > 1e-9 * (1 + abs(point.equity)) {
        faults.append("equity at \(step)")
      }
    }
    if index != events.count { faults.append("events after the end") }
    let open = Dictionary(
      uniqueKeysWithValues: outcome.positions.map { ($0.instrument, $0.quantity) })
    if held.indices.contains(where: { held[$0] != open[$0] ?? 0 }) { faults.append("positions") }
  }

  private mutating func check(
    _ fill: Fill, _ order: Order, _ scenario: OrderScenario, held: Double
  ) {
    guard let bar = scenario.base.bars[fill.bar][fill.instrument] else {
      faults.append("a fill at \(fill.bar) without a bar")
      return
    }
    let place = "order \(order.id) at \(fill.bar)"
    let sign = fill.side.sign
    let instrument = scenario.base.instruments[fill.instrument]
    let factor =
      instrument.rate == nil ? instrument.multiplier : fill.value / (fill.quantity * fill.price)
    let reference = fill.price - sign * fill.slippage / (fill.quantity * factor)
    let rounding = 1e-9 * (1 + abs(reference))
    switch fill.phase {
    case .open:
      if abs(reference - bar.open) > rounding { faults.append("\(place): not the open") }
    case .close:
      if abs(reference - bar.close) > rounding { faults.append("\(place): not the close") }
    case .path:
      if reference < bar.low - rounding || reference > bar.high + rounding {
        faults.append("\(place): outside the bar")
      }
    }
    if let limit = order.limitPrice, sign * fill.price > sign * limit {
      faults.append("\(place): past its limit")
    }
    if order.isReduceOnly, sign * held >= 0 || abs(held) < fill.quantity {
      faults.append("\(place): more than reduced")
    }
    if fill.isAmbiguous, fill.phase != .path { faults.append("\(place): ambiguous") }
    if fill.quantity <= 0 || fill.slippage < 0 || fill.fee < 0 || fill.impact < 0
      || fill.impact > fill.slippage + 1e-9
    {
      faults.append("\(place): signs")
    }
  }
}

extension BrokerEvent {
  /// Nil for a trade, which comes with its fill.
  fileprivate var bar: Int? {
    switch self {
    case .order(let event): event.bar
    case .fill(let fill): fill.bar
    case .flow(let flow): flow.bar
    case .action(let action): action.bar
    case .trade: nil
    }
  }
}
