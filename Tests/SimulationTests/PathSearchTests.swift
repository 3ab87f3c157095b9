import Market
import Testing

@testable import Simulation

/// The search for the worst way against ways drawn at random.
struct PathSearchTests {
  private static let execution = ExecutionSettings(cash: 100_000)

  private func start(_ random: inout TestRandom) -> PathState {
    func price(_ random: inout TestRandom) -> Double { 10 + Double(random.below(13) - 6) / 2 }
    let open = price(&random)
    let close = price(&random)
    let bar = SimulationTests.bar(
      open, max(open, close, price(&random)) + 1, min(open, close, price(&random)) - 1, close)
    var orders: [WorkingOrder] = []
    let types: [OrderType] = [.limit, .stop, .stopLimit, .limit, .stop]
    for id in 1...(random.below(4) + 1) {
      let side: Side = random.below(2) == 0 ? .buy : .sell
      let type = types[random.below(types.count)]
      var level = price(&random)
      // What the open meets is no longer waiting.
      let isStop = type != .limit
      let isAbove = (side == .buy) == isStop
      if isAbove ? level <= open : level >= open { level = 2 * open - level }
      if level == open { level += isAbove ? 0.5 : -0.5 }
      var order = WorkingOrder(
        order: Order(
          id: id, instrument: 0, side: side, quantity: Double(random.below(5) + 1), type: type,
          limitPrice: type == .stop ? nil : type == .limit ? level : price(&random),
          stopPrice: type == .limit ? nil : level, isReduceOnly: random.below(4) == 0,
          decidedAtBar: 0),
        reason: .requested, remaining: 0, eligibleFromBar: 0)
      order.remaining = order.order.quantity
      if random.below(3) == 0, id > 1 {
        order.parentID = id - 1
        order.unreleased = order.remaining
        orders[id - 2].hasChildren = true
      } else if random.below(3) > 0 {
        order.groupID = 1
      }
      orders.append(order)
    }
    let held = Double(random.below(9) - 4)
    var exposure = Exposure()
    exposure.move(from: 0, to: held, price: bar.open)
    return PathState(
      bar: bar, orders: orders, isLive: orders.map { _ in true },
      holding: Holding(
        held: held, cash: 100_000, exposure: exposure,
        capacity: random.below(3) == 0 ? 6 : .infinity, mark: bar.open,
        factor: 1),
      rule: FillRule(
        costs: Costs(
          ExecutionSettings(cash: 1, fees: FeeSchedule(takerBps: 5), slippageBps: 10)),
        limits: ExposureLimits(maxLeverage: 1e6), tick: 0, lot: 0, factor: 1, impact: .none),
      touch: random.below(3) == 0)
  }

  /// A way with up to nine turns, both extremes among them.
  private func wander(_ start: PathState, _ random: inout TestRandom) -> PathState {
    var state = start
    let bar = start.bar
    var turns = (0..<random.below(8)).map { _ in
      bar.low + (bar.high - bar.low) * Double(random.below(21)) / 20
    }
    turns.insert(bar.high, at: random.below(turns.count + 1))
    turns.insert(bar.low, at: random.below(turns.count + 1))
    for turn in turns { state.go(to: turn) }
    state.go(to: bar.close)
    return state
  }

  @Test func noWayThroughABarIsWorseThanTheWorst() {
    var ambiguous = 0
    for seed in 0..<3000 {
      var random = TestRandom(seed: seed)
      let start = start(&random)
      let (worst, certain) = PathSearch.resolve(start, path: .worst)
      ambiguous += worst.fills.count { !certain.contains($0) }
      for _ in 0..<20 {
        let way = wander(start, &random)
        #expect(way.value >= worst.value - 1e-7, "seed \(seed)")
        let fills = way.fills
        #expect(certain.allSatisfy { fills.contains($0) }, "seed \(seed)")
        if way.value < worst.value - 1e-7 { return }
      }
      for path in [PathModel.openHighLowClose, .openLowHighClose, .adaptive] {
        let (state, other) = PathSearch.resolve(start, path: path)
        #expect(state.value >= worst.value - 1e-7, "seed \(seed)")
        #expect(other == certain, "seed \(seed)")
      }
    }
    #expect(ambiguous > 150)
  }

  @Test func theWorstWayIsOneThatAPriceCanHaveGone() {
    // Among many ways drawn, one is as bad: the search does not err beyond what can have been.
    var found = 0
    var tried = 0
    for seed in 0..<600 {
      var random = TestRandom(seed: seed)
      let start = start(&random)
      let (worst, certain) = PathSearch.resolve(start, path: .worst)
      guard worst.fills.contains(where: { !certain.contains($0) }) else { continue }
      tried += 1
      for _ in 0..<4000 where wander(start, &random).value <= worst.value + 1e-7 {
        found += 1
        break
      }
    }
    #expect(tried > 20)
    #expect(found == tried)
  }

  @Test func dozensOfLevelsInOneBarAreStillDecided() {
    let bar = SimulationTests.bar(10, 30, -10, 10)
    let orders = (1...24).map { id -> WorkingOrder in
      let side: Side = id % 2 == 0 ? .buy : .sell
      return WorkingOrder(
        order: Order(
          id: id, instrument: 0, side: side, quantity: 1, type: .limit,
          limitPrice: 10 - side.sign * Double(id) / 2, decidedAtBar: 0),
        reason: .requested, remaining: 1, eligibleFromBar: 0)
    }
    let start = PathState(
      bar: bar, orders: orders, isLive: orders.map { _ in true },
      holding: Holding(
        held: 0, cash: 1e6, exposure: Exposure(), capacity: .infinity, mark: 10, factor: 1),
      rule: FillRule(
        costs: Costs(ExecutionSettings(cash: 1)), limits: ExposureLimits(maxLeverage: 1e6),
        tick: 0, lot: 0, factor: 1, impact: .none),
      touch: false)
    let (state, certain) = PathSearch.resolve(start, path: .worst)
    #expect(state.fills.count == 24)
    #expect(certain.isEmpty)
  }
}
