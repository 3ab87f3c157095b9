import Bytes
import Market

/// What a run put out, event by event, as hashes that two runs are compared by.
struct EventTrace {
  struct Entry: Equatable {
    var bar: Int
    var kind: String
    var hash: UInt64
    /// Whether it was told before anything but the open of its bar was looked at.
    var isOfOpen: Bool
  }

  private(set) var entries: [Entry] = []
  /// The last bar that ended.
  private var lastBar = -1
  private var writer = StateWriter()

  mutating func add(_ event: Event) {
    writer = StateWriter()
    let bar: Int
    let kind: String
    var isOfOpen = false
    switch event {
    case .update(let update):
      // The bar of its refit, which follows it, is that of all that comes with it.
      (bar, kind) = (lastBar + 1, "update of the weights")
      write([update.refit, update.epoch, update.update])
      write([update.loss, update.validationLoss, update.gradientNorm])
    case .refit(let refit, let at, let time):
      (bar, kind) = (at, "refit")
      write([refit.index, at, Int(time.milliseconds), refit.samples, refit.epochs, refit.updates])
      write([refit.bestEpoch ?? 0])
      write([refit.lossFirst, refit.lossLast, refit.validationLoss ?? .nan])
    case .forecast(let forecast, _, let trainedThrough):
      (bar, kind) = (forecast.bar, "forecast")
      write([
        forecast.bar, forecast.horizon, forecast.trainedThroughBar, forecast.refit,
        Int(trainedThrough.milliseconds),
      ])
      write([
        forecast.value, forecast.naive, forecast.mean, forecast.lower, forecast.upper,
        forecast.spread,
      ])
    case .score(let score, _, let oracle, let scale):
      (bar, kind) = (score.bar, "score")
      write([score.bar, score.forecast.bar, score.forecast.horizon])
      write([score.forecast.value, score.actual, oracle ?? .nan, scale])
    case .order(let order):
      (bar, kind) = (order.bar, "order")
      write([
        order.sequence, order.bar, order.order.id, order.order.instrument,
        order.order.side.rawValue, order.kind.rawValue, order.reason?.rawValue ?? -1,
      ])
      write([
        order.quantity, order.order.limitPrice ?? .nan, order.order.stopPrice ?? .nan,
      ])
    case .fill(let fill):
      (bar, kind) = (fill.bar, "fill")
      isOfOpen = fill.phase == .open
      write([
        fill.sequence, fill.bar, fill.orderID, fill.instrument, fill.side.rawValue,
        fill.phase.rawValue,
      ])
      write([fill.quantity, fill.price, fill.fee, fill.slippage])
    case .trade(let trade, let at):
      (bar, kind) = (at, "trade")
      write([trade.id, trade.instrument, trade.barsHeld])
      write([trade.quantity, trade.entryPrice, trade.exitPrice, trade.pnl])
    case .flow(let flow):
      (bar, kind) = (flow.bar, "flow")
      write([flow.bar, flow.instrument ?? -1, flow.kind.rawValue])
      write([flow.amount])
    case .action(let action):
      (bar, kind, isOfOpen) = (action.bar, "action", true)
      write([action.bar, action.instrument])
      switch action.kind {
      case .split(let ratio): write([0, ratio])
      case .dividend(let amount): write([1, amount])
      }
      write([action.quantityBefore, action.quantityAfter])
    case .equity(let point, _, _):
      (bar, kind) = (point.bar, "equity row")
      write([
        point.cash, point.positionValue, point.equity, point.grossExposure, point.netExposure,
      ])
    }
    lastBar = kind == "equity row" ? bar : lastBar
    entries.append(Entry(bar: bar, kind: kind, hash: hash, isOfOpen: isOfOpen))
  }

  /// The entries up to a bar, that bar included.
  func through(_ bar: Int) -> ArraySlice<Entry> { entries.prefix { $0.bar <= bar } }

  /// The entries up to the open of a bar: all before it, and of it those up to its last fill at the
  /// open.
  func throughOpen(of bar: Int) -> ArraySlice<Entry> {
    let before = entries.prefix { $0.bar < bar }
    let last = entries[before.count...].prefix { $0.bar == bar }.lastIndex { $0.isOfOpen }
    return entries[..<(last.map { $0 + 1 } ?? before.count)]
  }

  private mutating func write(_ values: [Int]) { writer.write(values) }
  private mutating func write(_ values: [Double]) { writer.write(values) }

  /// FNV-1a, 64 bits: fast, and a chance meeting of two outputs is no danger here.
  private var hash: UInt64 {
    writer.bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
