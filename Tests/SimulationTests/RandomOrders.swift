import Market

@testable import Simulation

/// Something that a strategy does with its orders after a close.
enum OrderAction {
  case submit(OrderRequest)
  case bracket(Bracket)
  case oneCancelsOther([OrderRequest])
  case cancel(Int)
  case amend(Int, remaining: Double?, limitPrice: Double?, stopPrice: Double?)
}

/// Random bars, targets, settings and orders, all laid down before the run.
struct OrderScenario {
  var base: Scenario
  /// By step.
  var actions: [[OrderAction]]
  /// Splits and dividends by step, each of an instrument with a bar there.
  var corporate: [[(instrument: Int, kind: CorporateAction.Kind)]] = []
  /// Finer bars by step and instrument; empty without any.
  var details: [[[Bar]]] = []

  init(seed: Int, instruments: Int? = nil) {
    var random = TestRandom(seed: seed)
    let count = instruments ?? random.below(3) + 1
    base = RandomMarket.scenario(
      &random, instruments: count, steps: 5 + random.below(20),
      fill: FillPolicy.allCases[random.below(3)], targets: TargetSettings(unit: .units),
      signed: true)
    // Small moves, so that levels are met and touched: prices on half units.
    base.bars = base.bars.map { step in step.map { $0.map { Self.coarse($0) } } }
    base.execution.path = PathModel.allCases[random.below(4)]
    base.execution.limitTouch = random.below(3) == 0
    base.execution.limits.maxLeverage = random.below(3) == 0 ? 2 : 1e6
    for index in base.instruments.indices {
      if random.below(2) == 0 { base.instruments[index].tick = 0.25 }
      if random.below(2) == 0 { base.instruments[index].lot = 0.5 }
    }
    if base.instruments.allSatisfy({ $0.tick != nil }), random.below(2) == 0 {
      base.execution.slippageTicks = 1
    }
    // Targets now and then only, since each replaces a waiting one.
    base.values = base.values.map { step in
      step.map { random.below(5) == 0 ? ($0 / 100).rounded() : .nan }
    }
    if random.below(2) == 0 { Self.addRules(&random, to: &base) }
    actions = []
    for step in base.bars.indices {
      actions.append((0..<random.below(3)).map { _ in Self.action(&random, base, step) })
    }
    corporate = base.bars.map { _ in [] }
    // Every other case has all the rest that an account and its costs may be.
    if seed % 2 == 0 { enrich(&random) }
  }

  private mutating func enrich(_ random: inout TestRandom) {
    func one(in count: Int) -> Bool { random.below(count) == 0 }
    var fees = base.execution.fees
    if one(in: 2) { fees.makerBps = 2 }
    if one(in: 3) { fees.perUnit = 0.01 }
    if one(in: 3) { fees.perOrder = 0.5 }
    if one(in: 3) { fees.minimum = 1 }
    if one(in: 3) { fees.tiers = [FeeTier(volume: 500, takerBps: 3, makerBps: 1)] }
    base.execution.fees = fees
    if one(in: 4) { base.execution.impact = 0.5 }
    if one(in: 3) { base.execution.limits.initialMargin = 0.4 }
    if one(in: 3) { base.execution.limits.maxNet = 0.5 }
    if one(in: 3) { base.execution.limits.maxPosition = 0.1 }
    if one(in: 3) { base.execution.maintenanceMargin = 0.3 }
    if one(in: 4) { base.execution.maxDrawdown = 0.05 }
    for index in base.instruments.indices where one(in: 3) {
      base.instruments[index].multiplier = 20
    }
    if base.instruments.count > 1, one(in: 2) { giveRate() }
    for step in base.bars.indices {
      for index in base.instruments.indices where base.bars[step][index] != nil && one(in: 8) {
        corporate[step].append(
          (index, one(in: 2) ? .split(ratio: one(in: 2) ? 2 : 0.5) : .dividend(amount: 0.25)))
      }
    }
    if one(in: 3) {
      base.execution.path = .detail
      details = base.bars.map { $0.map { $0.map { Self.finer($0, &random) } ?? [] } }
    }
  }

  /// Makes the last instrument the price of the first one's currency: about 1, and above 0.
  private mutating func giveRate() {
    let last = base.instruments.count - 1
    base.instruments[0].rate = last
    func rate(_ price: Double) -> Double { 0.5 + 1 / (1 + abs(price)) }
    base.bars = base.bars.map { step in
      var step = step
      step[last] = step[last].map { bar in
        let prices = [bar.open, bar.high, bar.low, bar.close].map(rate)
        return Bar(
          time: bar.time, open: prices[0], high: prices.max() ?? 1, low: prices.min() ?? 1,
          close: prices[3], volume: bar.volume)
      }
      return step
    }
    base.instruments[last].tick = nil
    base.execution.slippageTicks = 0
  }

  /// Two or three bars that make up one; now and then bars that do not, or none.
  private static func finer(_ bar: Bar, _ random: inout TestRandom) -> [Bar] {
    func part(_ open: Double, _ close: Double, _ reach: Double) -> Bar {
      Bar(
        time: bar.time, open: open, high: max(open, close, reach),
        low: min(open, close, reach), close: close)
    }
    let middle = ((bar.low + bar.high) / 2).rounded()
    let between = min(max(middle, bar.low), bar.high)
    switch random.below(5) {
    case 0: return []
    case 1: return [part(bar.open, bar.close, bar.low)]
    case 2: return [part(bar.open, between, bar.high), part(between, bar.close, bar.low)]
    case 3: return [part(bar.open, between, bar.low), part(bar.high, bar.close, between)]
    default:
      return [
        part(bar.open, bar.low, bar.open), part(between, between, bar.high),
        part(between, bar.close, between),
      ]
    }
  }

  /// Targets of other than market orders, with exits: distances, so that a mirrored market mirrors them.
  private static func addRules(_ random: inout TestRandom, to base: inout Scenario) {
    base.levels = TargetLevels(instruments: base.instruments.count)
    for index in base.instruments.indices {
      let types: [OrderType] = [.market, .limit, .stop, .stopLimit, .marketOnOpen, .marketOnClose]
      let type = types[random.below(6)]
      let isGood = random.below(3) == 0
      base.orders.append(
        OrderRule(
          type: type, unit: .distance, timeInForce: isGood ? .goodTillDate : .goodTillCancelled,
          goodForBars: isGood ? 1 + random.below(3) : nil))
      let trails = random.below(3) == 0
      base.exits.append(
        ExitRule(
          unit: .distance, hasStopLoss: !trails && random.below(3) > 0,
          hasTakeProfit: random.below(2) == 0, hasTrailingStop: trails))
      for kind in TargetLevels.Kind.allCases {
        base.levels[kind, index] = Double(1 + random.below(6)) / 2
      }
    }
  }

  private static func coarse(_ bar: Bar) -> Bar {
    func half(_ price: Double) -> Double { (price * 2).rounded() / 2 }
    return Bar(
      time: bar.time, open: half(bar.open), high: half(bar.high), low: half(bar.low),
      close: half(bar.close), volume: bar.volume)
  }

  private static func action(
    _ random: inout TestRandom, _ scenario: Scenario, _ step: Int
  ) -> OrderAction {
    let instrument = random.below(scenario.instruments.count)
    let last = scenario.bars[...step].reversed().lazy.compactMap { $0[instrument] }.first
    let price = last?.close ?? 20
    func request(_ side: Side, quantity: Double, _ random: inout TestRandom) -> OrderRequest {
      var request = OrderRequest(
        instrument: instrument, side: side, quantity: quantity,
        type: OrderType.allCases[random.below(7)])
      func level(_ random: inout TestRandom) -> Double { price + Double(random.below(17) - 8) / 4 }
      if request.type.hasLimitPrice { request.limitPrice = level(&random) }
      switch request.type {
      case .stop, .stopLimit: request.stopPrice = level(&random)
      case .trailingStop:
        request.trail =
          random.below(2) == 0 ? .amount(Double(random.below(4) + 1) / 2) : .fraction(0.05)
      case .market, .marketOnOpen, .marketOnClose, .limit: break
      }
      request.isReduceOnly = random.below(5) == 0
      request.timeInForce = TimeInForce.allCases[random.below(5)]
      if request.timeInForce == .goodTillDate {
        request.goodTill = Scenario.time(step + 1 + random.below(4))
      }
      if request.timeInForce.isImmediate, request.type.hasStopPrice {
        request.timeInForce = .goodTillCancelled
      }
      return request
    }
    let side: Side = random.below(2) == 0 ? .buy : .sell
    let quantity = Double(random.below(40) + 1) / 2
    switch random.below(8) {
    case 0: return .cancel(random.below(12) + 1)
    case 1:
      let level = price + Double(random.below(17) - 8) / 4
      return .amend(
        random.below(12) + 1, remaining: random.below(2) == 0 ? quantity : nil,
        limitPrice: random.below(2) == 0 ? level : nil,
        stopPrice: random.below(2) == 0 ? level : nil)
    case 2:
      return .oneCancelsOther([
        request(side, quantity: quantity, &random),
        request(random.below(2) == 0 ? .buy : .sell, quantity: quantity, &random),
      ])
    case 3, 4:
      var entry = request(side, quantity: quantity, &random)
      entry.isReduceOnly = false
      let from = entry.limitPrice ?? entry.stopPrice ?? price
      var bracket = Bracket(
        entry: entry,
        stopPrice: random.below(5) == 0
          ? nil : from - side.sign * Double(random.below(6) + 1) / 2,
        limitPrice: random.below(5) == 0
          ? nil : from + side.sign * Double(random.below(6) + 1) / 2)
      if random.below(3) == 0, bracket.stopLoss != nil {
        bracket.stopLoss?.type = .trailingStop
        bracket.stopLoss?.stopPrice = nil
        bracket.stopLoss?.trail = .amount(1)
      }
      return .bracket(bracket)
    default: return .submit(request(side, quantity: quantity, &random))
    }
  }

  // MARK: - Variants

  /// Every request of every action, changed.
  mutating func changeRequests(_ change: (inout OrderRequest) -> Void) {
    func changed(_ request: OrderRequest) -> OrderRequest {
      var request = request
      change(&request)
      return request
    }
    actions = actions.map { step in
      step.map { action in
        switch action {
        case .submit(let request): .submit(changed(request))
        case .bracket(let bracket):
          .bracket(
            Bracket(
              entry: changed(bracket.entry), stopLoss: bracket.stopLoss.map(changed),
              takeProfit: bracket.takeProfit.map(changed)))
        case .oneCancelsOther(let requests): .oneCancelsOther(requests.map(changed))
        case .cancel, .amend: action
        }
      }
    }
  }

  mutating func changeAmendments(
    _ change: (inout Double?, inout Double?, inout Double?) -> Void
  ) {
    actions = actions.map { step in
      step.map { action in
        guard case .amend(let id, var remaining, var limit, var stop) = action else {
          return action
        }
        change(&remaining, &limit, &stop)
        return .amend(id, remaining: remaining, limitPrice: limit, stopPrice: stop)
      }
    }
  }

  mutating func changeBars(_ change: (Bar) -> Bar) {
    base.bars = base.bars.map { $0.map { $0.map(change) } }
    details = details.map { $0.map { $0.map(change) } }
  }

  // MARK: - Running

  func makeBroker() -> Broker { base.makeBroker() }

  func run() -> Scenario.Outcome {
    var broker = makeBroker()
    var outcome = Scenario.Outcome()
    for step in base.bars.indices { self.step(step, of: &broker, into: &outcome) }
    base.finish(broker, into: &outcome)
    return outcome
  }

  /// One step; `probe` sees the broker and the events of the open phase, the rest up to the close,
  /// and the decisions.
  func step(
    _ step: Int, of broker: inout Broker, into outcome: inout Scenario.Outcome,
    probe: (Broker, [BrokerEvent]) -> Void = { _, _ in }
  ) {
    broker.beginStep(bar: step, time: Scenario.time(step))
    for action in corporate[step] { broker.apply(action.kind, to: action.instrument) }
    for (index, bar) in base.bars[step].enumerated() {
      if let bar { broker.open(instrument: index, price: bar.open) }
    }
    broker.finishOpen()
    take(&broker, &outcome, probe)
    for (index, bar) in base.bars[step].enumerated() {
      let detail = details.isEmpty ? [] : details[step][index][...]
      if let bar { broker.close(instrument: index, bar: bar, detail: detail) }
    }
    broker.finishClose()
    take(&broker, &outcome, probe)
    broker.decide(base.values[step], levels: base.levels)
    for action in actions[step] { act(action, on: &broker) }
    outcome.equity.append(broker.finishStep())
    take(&broker, &outcome, probe)
  }

  private func take(
    _ broker: inout Broker, _ outcome: inout Scenario.Outcome,
    _ probe: (Broker, [BrokerEvent]) -> Void
  ) {
    probe(broker, broker.outbox)
    outcome.events += broker.outbox
    broker.clearOutbox()
  }

  private func act(_ action: OrderAction, on broker: inout Broker) {
    switch action {
    case .submit(let request): broker.submit(request)
    case .bracket(let bracket): broker.submit(bracket)
    case .oneCancelsOther(let requests): broker.submit(oneCancelsOther: requests)
    case .cancel(let id): broker.cancel(id)
    case .amend(let id, let remaining, let limit, let stop):
      broker.amend(id, remaining: remaining, limitPrice: limit, stopPrice: stop)
    }
  }
}
