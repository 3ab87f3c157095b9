import Bytes
import Market
import Simulation
import WalkForward

/// The spine: steps through the bars once, forward in time.
///
/// `step` is the way of a bar. At each time all instruments finish a phase before the next begins,
/// and a phase is given only what it may see:
///
/// 1. open: splits and dividends of the day take effect; resting orders meet the open;
/// 2. path: resting orders meet the bar's range;
/// 3. close: on-close orders fill, positions are marked, financing is booked;
/// 4. learn: features are appended, labels mature, the model refits and forecasts;
/// 5. decide: position expressions become orders, which are eligible from the next bar.
public struct Engine {
  private(set) var panel: Panel
  /// Finer bars; nil where none are asked for.
  private(set) var detail: DetailFeed?
  private(set) var learner: Learner?
  var trader: Trader
  var broker: Broker
  /// Whether some target had a value at any step so far.
  private var hasDecided = false

  init(
    panel: consuming Panel, detail: DetailFeed? = nil, learner: Learner?, trader: Trader,
    broker: Broker
  ) {
    self.panel = panel
    self.detail = detail
    self.learner = learner
    self.trader = trader
    self.broker = broker
  }

  /// The step last taken, from 0; -1 before the first.
  public var bar: Int { panel.step }
  /// When that step closed.
  public var time: Timestamp { panel.time }
  /// Whether `update` events are told of a network's training.
  public var tellsUpdates: Bool {
    get { learner?.tellsUpdates ?? false }
    set { learner?.tellsUpdates = newValue }
  }
  /// Refits so far.
  public var refitCount: Int { learner?.refitCount ?? 0 }

  /// Takes one step.
  ///
  /// - Parameter emit: is handed everything that happens, in order.
  /// - Returns: false at the end of the bars; then nothing has happened.
  /// - Throws: `RunFailure` where a file's next row is no bar, or training or the account met a
  ///   number that is not finite.
  public mutating func step(_ emit: (Event) -> Void) throws(RunFailure) -> Bool {
    do throws(BarError) {
      guard try panel.advance() else { return false }
    } catch {
      throw .bars(error)
    }
    broker.beginStep(bar: panel.step, time: panel.time)
    if panel.hasActions { applyActions() }

    for instrument in panel.bars.indices where panel.present[instrument] {
      broker.open(instrument: instrument, price: panel.bars[instrument].open)
    }
    broker.finishOpen()
    // What the opens did is told before anything else of the bar is looked at.
    if !broker.outbox.isEmpty { try drainBroker(emit) }

    for instrument in panel.bars.indices where panel.present[instrument] {
      let bar = panel.bars[instrument]
      if detail == nil {
        broker.close(instrument: instrument, bar: bar)
      } else {
        broker.close(
          instrument: instrument, bar: bar, detail: try finerBars(of: instrument, bar))
      }
    }
    broker.finishClose()

    try learner?.step(panel, emit)

    decide()
    let point = broker.finishStep()
    if !broker.outbox.isEmpty { try drainBroker(emit) }
    guard point.equity.isFinite, point.grossExposure.isFinite else { throw overflow("equity") }
    let couldFill = hasDecided || (trader.hasTarget && broker.execution.fill == .thisClose)
    hasDecided = hasDecided || trader.hasTarget
    emit(.equity(point, hasPosition: point.grossExposure != 0, orderCouldFill: couldFill))
    return true
  }

  /// Rule 12: splits and dividends come before the opens of their day.
  private mutating func applyActions() {
    for instrument in panel.bars.indices {
      for action in panel.dueActions(of: instrument) { broker.apply(action.kind, to: instrument) }
    }
  }

  private mutating func finerBars(
    of instrument: Int, _ bar: Bar
  ) throws(RunFailure) -> ArraySlice<Bar> {
    try detail?.bars(of: instrument, through: bar) ?? []
  }

  /// Tells what the broker did; nothing that is not finite leaves it.
  private mutating func drainBroker(_ emit: (Event) -> Void) throws(RunFailure) {
    for event in broker.outbox {
      switch event {
      case .order(let order):
        guard order.quantity.isFinite else { throw overflow("an order's quantity") }
        emit(.order(order))
      case .fill(let fill):
        guard fill.value.isFinite, fill.fee.isFinite, fill.slippage.isFinite
        else { throw overflow("a fill's value") }
        emit(.fill(fill))
      case .trade(let trade):
        guard trade.pnl.isFinite, trade.fees.isFinite else { throw overflow("a trade's profit") }
        emit(.trade(trade, bar: panel.step))
      case .flow(let flow):
        guard flow.amount.isFinite else { throw overflow("a flow") }
        emit(.flow(flow))
      case .action(let action):
        guard action.quantityAfter.isFinite else { throw overflow("a position after a split") }
        emit(.action(action))
      }
    }
    broker.clearOutbox()
  }

  private func overflow(_ what: String) -> RunFailure {
    .overflow(what, bar: panel.step, time: panel.time)
  }
}

extension Engine: Restorable {
  public func save(to writer: inout StateWriter) {
    panel.save(to: &writer)
    detail?.save(to: &writer)
    learner?.save(to: &writer)
    trader.save(to: &writer)
    broker.save(to: &writer)
    writer.write(hasDecided)
  }

  /// Goes on where another engine of the same spec and bars was saved; the bars up to there are read
  /// past, not computed again.
  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try panel.restore(from: &reader)
    try detail?.restore(from: &reader)
    try learner?.restore(from: &reader)
    try trader.restore(from: &reader)
    try broker.restore(from: &reader)
    hasDecided = try reader.readBool()
  }
}
