import Bytes
import Market

/// The exchange and the account: takes target positions, makes orders of them, fills them on bars,
/// and keeps the money.
///
/// A step of the panel goes through it phase by phase, all instruments finishing a phase before the
/// next begins, and what a call may see is what it is given:
///
///     broker.beginStep(bar: bar, time: time)
///     for each action of the day { broker.apply(action, to: i) }
///     for each instrument with a bar { broker.open(instrument: i, price: bar.open) }
///     broker.finishOpen()        // orders that meet the opens fill
///     for each instrument with a bar { broker.close(instrument: i, bar: bar) }
///     broker.finishClose()       // orders that meet a level within the bar fill, then on-close
///                                // orders; financing; positions are marked
///     broker.decide(values)      // may be left out; so may submit, amend and cancel
///     let row = broker.finishStep()
///
/// What happened lies in `outbox` until `clearOutbox`; once its storage and those of orders and lots
/// have grown, a step allocates nothing.
public struct Broker: Sendable {
  public let execution: ExecutionSettings
  public let targets: TargetSettings
  /// One for each instrument, or none where all targets are market orders.
  let orderRules: [OrderRule]
  /// One for each instrument, or none where nothing protects positions.
  let exitRules: [ExitRule]
  let allowsSignedPrices: [Bool]
  var costs: Costs
  /// Of each instrument; 0 for none.
  let ticks: [Double]
  let lots: [Double]
  let multipliers: [Double]
  /// The clocks by which `day` orders end; UTC for nil.
  let zones: [Zone?]
  /// Instruments whose currency is not the account's, and the instruments that price it.
  @usableFromInline let converted: [(instrument: Int, rate: Int)]

  /// What happened since it was last cleared, oldest first.
  public internal(set) var outbox: [BrokerEvent] = []

  /// Whether neither margin nor liquidity looks at whole bars.
  @usableFromInline let takesNoteOfClosesOnly: Bool

  // What is read or written for every instrument at every step can be inlined into the spine.
  @usableFromInline var stage = Stage.betweenSteps
  @usableFromInline var bar = -1
  /// Of the current step; nil before the first.
  @usableFromInline var time: Timestamp?
  @usableFromInline var account: Account
  /// Orders not yet filled, in the order of submission, which is the order of matching.
  @usableFromInline var working: [WorkingOrder] = []
  /// One for each instrument.
  @usableFromInline var quotes: [Quote]
  /// The last value acted on of each position expression, NaN before the first; kept only where
  /// orders wait for a change.
  var lastValues: [Double]
  @usableFromInline var liquidity: Liquidity?
  /// Kept where sizes depend on it.
  var returns: ReturnHistory?
  /// Kept where fees depend on it.
  @usableFromInline var tradedVolume: TradedVolume?
  var sequence = 0
  var orderCount = 0
  /// The bar at which the drawdown stop ended all trading, -1 before.
  public internal(set) var stoppedAtBar = -1
  /// How often margin was short.
  public internal(set) var marginCallCount = 0
  /// Whether positions are being closed because margin was short.
  var isLiquidating = false

  // Only within a step, so no part of the state.

  /// The account's positions at the latest marks, from `finishClose` on.
  @usableFromInline var valuation = Exposure()
  /// Financing that has accrued since the previous step.
  var interest = 0.0
  var borrowCosts: [Double]
  var decision = Decision()
  var changes: [OrderChange] = []
  /// Instruments some of whose orders wait for a level of this step's bar.
  @usableFromInline var pathCount = 0
  var walksPath: [Bool]
  /// This step's bars of those instruments, and finer ones where there are any.
  var pathBars: [Bar] = []
  var pathDetails: [ArraySlice<Bar>] = []
  /// This step's highs and lows, or the last closes; kept where margin is tested.
  var highs: [Double] = []
  var lows: [Double] = []
  /// Positions at the opens.
  var openExposure = Exposure()
  /// Whether an order of this step is still to meet this step's close.
  @usableFromInline var meetsThisClose = false

  @usableFromInline enum Stage: Sendable { case betweenSteps, open, close, decide, decided }

  /// - Parameters:
  ///   - instruments: in the order of the spec; elsewhere each is named by its index.
  ///   - execution: values within their ranges.
  ///   - targets: how the values given to `decide` are read.
  ///   - orders: how the targets of each instrument are made; empty for market orders.
  ///   - exits: what protects the positions of each instrument; empty for nothing.
  public init(
    instruments: [Instrument], execution: ExecutionSettings, targets: TargetSettings,
    orders: [OrderRule] = [], exits: [ExitRule] = []
  ) {
    execution.checkRanges()
    targets.checkRanges(exits: exits)
    precondition(
      orders.isEmpty || orders.count == instruments.count, "there is one rule for each instrument")
    precondition(
      exits.isEmpty || exits.count == instruments.count, "there is one exit for each instrument")
    precondition(
      targets.legs == .legged
        || orders.allSatisfy({ $0 == OrderRule() }) && exits.allSatisfy(\.isEmpty),
      "legs that go together are market orders without exits")
    self.execution = execution
    self.targets = targets
    orderRules = orders.allSatisfy { $0 == OrderRule() } ? [] : orders
    exitRules = exits.allSatisfy(\.isEmpty) ? [] : exits
    if targets.unit.usesReturns, let window = targets.volatilityWindow {
      returns = ReturnHistory(window: window, instruments: instruments.count)
    }
    allowsSignedPrices = instruments.map(\.allowsSignedPrices)
    costs = Costs(execution)
    for step in instruments.flatMap({ [$0.tick, $0.lot, $0.multiplier] }) {
      precondition(
        step.map { $0 > 0 && $0.isFinite } ?? true, "ticks, lots and multipliers are above 0")
    }
    ticks = instruments.map { $0.tick ?? 0 }
    lots = instruments.map { $0.lot ?? 0 }
    multipliers = instruments.map(\.multiplier)
    zones = instruments.map(\.zone)
    converted = instruments.indices.compactMap { index in
      instruments[index].rate.map { (index, $0) }
    }
    walksPath = Array(repeating: false, count: instruments.count)
    account = Account(cash: execution.cash, instruments: instruments.count)
    quotes = instruments.map { Quote(factor: $0.rate == nil ? $0.multiplier : .nan) }
    lastValues = Array(repeating: .nan, count: instruments.count)
    borrowCosts = Array(repeating: 0, count: instruments.count)
    if execution.participation != nil || execution.impact > 0 {
      liquidity = Liquidity(
        participation: execution.participation, impact: execution.impact,
        instruments: instruments.count)
    }
    takesNoteOfClosesOnly = liquidity == nil && execution.maintenanceMargin == nil
    if !execution.fees.tiers.isEmpty { tradedVolume = TradedVolume() }
    if execution.maintenanceMargin != nil {
      highs = Array(repeating: .nan, count: instruments.count)
      lows = highs
    }
  }

  // MARK: - Phases

  /// Begins a step: financing accrues on what was held since the previous one.
  ///
  /// - Parameters:
  ///   - bar: the step of the panel, after the previous one.
  ///   - time: of the step, after the previous one.
  @inlinable
  @inline(__always)
  public mutating func beginStep(bar: Int, time: Timestamp) {
    precondition(stage == .betweenSteps, "a step begins after the previous one has finished")
    precondition(bar > self.bar, "steps go forward")
    if let previous = self.time {
      precondition(time > previous, "time goes forward")
      if execution.hasFinancing {
        accrue(milliseconds: time.milliseconds - previous.milliseconds)
      }
    }
    self.bar = bar
    self.time = time
    stage = .open
    if tradedVolume != nil { updateRates(at: time) }
  }

  /// Reveals the open of an instrument, and nothing else of its bar.
  @inlinable
  public mutating func open(instrument: Int, price: Double) {
    precondition(stage == .open, "opens are revealed in the open phase")
    quotes[instrument].open(at: price, bar: bar)
    if liquidity != nil { liquidity?.beginBar(of: instrument) }
  }

  /// Ends the open phase: orders meet the opens.
  @inlinable
  @inline(__always)
  public mutating func finishOpen() {
    precondition(stage == .open, "the open phase ends once")
    if !converted.isEmpty { updateFactors() }
    if !working.isEmpty { matchOpens() }
    stage = .close
  }

  /// Reveals the whole bar of an instrument whose open has been revealed.
  @inlinable
  public mutating func close(instrument: Int, bar: Bar) {
    guard takesNoteOfClosesOnly, pathCount == 0 else {
      return close(instrument: instrument, bar: bar, detail: [])
    }
    precondition(stage == .close, "closes are revealed in the close phase")
    quotes[instrument].close(at: bar.close, bar: self.bar)
    account.see(high: bar.high, low: bar.low, of: instrument)
  }

  /// The same with finer bars.
  ///
  /// - Parameters:
  ///   - instrument: with a bar at this step.
  ///   - bar: its bar.
  ///   - detail: finer bars of the same time, in order; read by `path: detail` alone.
  public mutating func close(instrument: Int, bar: Bar, detail: ArraySlice<Bar>) {
    precondition(stage == .close, "closes are revealed in the close phase")
    quotes[instrument].close(at: bar.close, bar: self.bar)
    if pathCount > 0, walksPath[instrument] {
      pathBars[instrument] = bar
      if execution.path == .detail { pathDetails[instrument] = detail }
    } else {
      account.see(high: bar.high, low: bar.low, of: instrument)
    }
    if execution.maintenanceMargin != nil {
      highs[instrument] = bar.high
      lows[instrument] = bar.low
    }
    liquidity?.completeBar(of: instrument, volume: bar.volume, close: bar.close)
    returns?.completeBar(of: instrument, close: bar.close)
  }

  /// Ends the path and close phases: orders meet the prices within the bars; margin is tested; on-close
  /// orders meet the closes; financing is booked, and positions are marked at the last close of their
  /// instrument.
  public mutating func finishClose() {
    precondition(stage == .close, "the close phase ends once")
    if pathCount > 0 { walkPaths() }
    if let margin = execution.maintenanceMargin { testMargin(margin) }
    if !converted.isEmpty { updateFactors() }
    if !working.isEmpty { match(at: .close) }
    if execution.hasFinancing { bookFinancing() }
    valuation = Exposure(of: account.positions, at: quotes)
    stage = .decide
    if let most = execution.maxDrawdown { testDrawdown(most) }
  }

  /// Ends the step.
  ///
  /// - Returns: the account at the close of the step, with the fills of `decide` where decisions
  ///   are carried out at the same close.
  @inlinable
  @inline(__always)
  public mutating func finishStep() -> EquityPoint {
    precondition(stage == .decide || stage == .decided, "a step finishes after its close")
    if meetsThisClose { matchThisClose() }
    stage = .betweenSteps
    return account.point(bar: bar, time: now, exposure: valuation)
  }

  // MARK: - What can be asked

  /// Money: cash and positions at the last marks. In `decide` it is that of phase 3.
  @inlinable public var equity: Double { account.ledger.cash + valuation.net }

  public var cash: Double { account.ledger.cash }

  /// Sum of the profit of closed trades, net of both sides' fees.
  public var realisedPnl: Double { account.realisedPnl }

  /// Units held of an instrument, negative for a short position.
  @inlinable
  public func position(of instrument: Int) -> Double { account.positions[instrument].quantity }

  /// Each position that is open, in the order of instruments, at its last mark. Its average price
  /// is that of the lots still held; its unrealised profit leaves fees out.
  public var openPositions: [OpenPosition] { account.openPositions(at: quotes) }

  /// Orders that still wait, in the order of submission.
  public var openOrders: [WorkingOrder] { working }

  /// Empties `outbox` and keeps its storage.
  public mutating func clearOutbox() {
    if !outbox.isEmpty { outbox.removeAll(keepingCapacity: true) }
  }

  // MARK: - Parts shared by the phases

  @usableFromInline var now: Timestamp {
    guard let time else { preconditionFailure("a step has begun") }
    return time
  }

  @usableFromInline
  mutating func matchOpens() {
    match(at: .open)
    preparePaths()
  }

  /// The broker's rates, which fall with the volume traded.
  @usableFromInline
  mutating func updateRates(at time: Timestamp) {
    guard let tradedVolume else { return }
    costs.rates = execution.fees.rates(volume: tradedVolume.sum(at: time))
  }

  /// Orders decided at a close that are to meet that very close.
  @usableFromInline
  mutating func matchThisClose() {
    meetsThisClose = false
    if !working.isEmpty { match(at: .close) }
    valuation = Exposure(of: account.positions, at: quotes)
  }

  /// Takes the latest known prices of currencies.
  @usableFromInline
  mutating func updateFactors() {
    for (instrument, rate) in converted {
      quotes[instrument].factor = multipliers[instrument] * quotes[rate].price
    }
  }

  func hasBar(_ instrument: Int) -> Bool { quotes[instrument].lastBar == bar }

  mutating func nextSequence() -> Int {
    sequence += 1
    return sequence
  }

  mutating func report(
    _ order: Order, _ kind: OrderEventKind, quantity: Double, reason: OrderReason? = nil
  ) {
    outbox.append(
      .order(
        OrderEvent(
          sequence: nextSequence(), bar: bar, time: now, order: order, kind: kind,
          quantity: quantity, reason: reason)))
  }
}
