import Market
import Simulation

/// Bars and decisions of a few instruments, and what the broker makes of them.
struct Scenario {
  var instruments: [Instrument]
  var execution: ExecutionSettings
  var targets = TargetSettings(unit: .units)
  var orders: [OrderRule] = []
  var exits: [ExitRule] = []
  /// The same at every step.
  var levels = TargetLevels()
  /// By step, then instrument; nil where the instrument has no bar.
  var bars: [[Bar?]]
  /// By step, then instrument; NaN changes nothing. Steps after the last decide nothing.
  var values: [[Double]]

  struct Outcome: Equatable {
    var events: [BrokerEvent] = []
    var equity: [EquityPoint] = []
    var positions: [OpenPosition] = []
    var openOrders: [WorkingOrder] = []
    var realisedPnl = 0.0

    var fills: [Fill] { events.compactMap { if case .fill(let fill) = $0 { fill } else { nil } } }
    var trades: [Trade] { events.compactMap { if case .trade(let it) = $0 { it } else { nil } } }
    var flows: [Flow] { events.compactMap { if case .flow(let it) = $0 { it } else { nil } } }
    var orders: [OrderEvent] {
      events.compactMap { if case .order(let it) = $0 { it } else { nil } }
    }
    var lastEquity: Double { equity.last?.equity ?? .nan }
  }

  init(
    _ bars: [[Bar?]], values: [[Double]], execution: ExecutionSettings,
    targets: TargetSettings = TargetSettings(unit: .units), signed: Bool = false
  ) {
    let count = bars.first?.count ?? 0
    instruments = (0..<count).map { Instrument(name: "I\($0)", allowsSignedPrices: signed) }
    self.bars = bars
    self.values = values
    self.execution = execution
    self.targets = targets
  }

  func makeBroker() -> Broker {
    Broker(
      instruments: instruments, execution: execution, targets: targets, orders: orders, exits: exits
    )
  }

  func run() -> Outcome {
    var broker = makeBroker()
    var outcome = Outcome()
    for step in bars.indices { self.step(step, of: &broker, into: &outcome) }
    finish(broker, into: &outcome)
    return outcome
  }

  func finish(_ broker: Broker, into outcome: inout Outcome) {
    outcome.positions = broker.openPositions
    outcome.openOrders = broker.openOrders
    outcome.realisedPnl = broker.realisedPnl
  }

  /// One step; steps are days. `probe` sees the broker after each phase's events were taken.
  func step(
    _ step: Int, of broker: inout Broker, into outcome: inout Outcome,
    probe: (Broker, [BrokerEvent]) -> Void = { _, _ in }
  ) {
    func take(_ broker: inout Broker) {
      probe(broker, broker.outbox)
      outcome.events += broker.outbox
      broker.clearOutbox()
    }
    broker.beginStep(bar: step, time: Self.time(step))
    for (index, bar) in bars[step].enumerated() {
      if let bar { broker.open(instrument: index, price: bar.open) }
    }
    broker.finishOpen()
    take(&broker)
    for (index, bar) in bars[step].enumerated() {
      if let bar { broker.close(instrument: index, bar: bar) }
    }
    broker.finishClose()
    take(&broker)
    if step < values.count { broker.decide(values[step], levels: levels) }
    take(&broker)
    outcome.equity.append(broker.finishStep())
  }

  static func time(_ step: Int) -> Timestamp {
    Timestamp(milliseconds: 946_684_800_000 + Int64(step) * Timestamp.millisecondsPerDay)
  }
}

/// A bar given as open, high, low, close.
func bar(
  _ open: Double, _ high: Double, _ low: Double, _ close: Double, volume: Double = .nan
) -> Bar {
  Bar(
    time: Timestamp(milliseconds: 0), open: open, high: high, low: low, close: close,
    volume: volume)
}

/// A bar that rests at one price.
func flat(_ price: Double, volume: Double = .nan) -> Bar {
  bar(price, price, price, price, volume: volume)
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct TestRandom {
  private var state: UInt64
  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
  mutating func unit() -> Double { Double(bits() >> 11) * 0x1p-53 }
  mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }
  mutating func below(_ count: Int) -> Int { Int(bits() % UInt64(count)) }
}
