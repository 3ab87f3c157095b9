import Bytes
import Market

/// Follows closed trades, all of them and by side, instrument and exit reason.
///
/// What grows: the profits, 8 bytes a trade up to 2^22 trades, for resampling.
public struct TradeMetrics: Equatable, Sendable {
  private static let profitLimit = 1 << 22

  private(set) var all = TradeSums()
  private var long = TradeSums()
  private var short = TradeSums()
  /// By the index of the instrument.
  private var instruments: [TradeSums] = []
  /// In the order in which reasons came up.
  private var reasons: [OrderReason] = []
  private var reasonSums: [TradeSums] = []
  /// In the order of closing; none where there were too many.
  private(set) var profits: [Double] = []
  private(set) var keepsProfits = true

  public init() {}

  /// Takes a closed trade; one that made neither profit nor loss is neither win nor loss.
  public mutating func add(_ trade: Trade) {
    all.add(trade)
    switch trade.side {
    case .long: long.add(trade)
    case .short: short.add(trade)
    }
    while instruments.count <= trade.instrument { instruments.append(TradeSums()) }
    instruments[trade.instrument].add(trade)
    if let place = reasons.firstIndex(of: trade.exitReason) {
      reasonSums[place].add(trade)
    } else {
      reasons.append(trade.exitReason)
      reasonSums.append(TradeSums())
      reasonSums[reasons.count - 1].add(trade)
    }
    keep(trade.pnl)
  }

  private mutating func keep(_ profit: Double) {
    guard keepsProfits else { return }
    if profits.count == Self.profitLimit {
      profits = []
      keepsProfits = false
    } else {
      profits.append(profit)
    }
  }

  /// The metrics of the trades so far.
  public var report: TradeReport { TradeReport(all) }

  /// Those of long and of short trades.
  public var bySide: [(side: TradeSide, report: TradeReport)] {
    [(.long, TradeReport(long)), (.short, TradeReport(short))]
  }

  /// Those of each instrument that has trades, by its index.
  public var byInstrument: [(instrument: Int, report: TradeReport)] {
    instruments.indices.filter { instruments[$0].count > 0 }.map {
      ($0, TradeReport(instruments[$0]))
    }
  }

  /// Those of each reason for which a trade was closed, in a fixed order.
  public var byExitReason: [(reason: OrderReason, report: TradeReport)] {
    reasons.indices.sorted { reasons[$0].rawValue < reasons[$1].rawValue }.map {
      (reasons[$0], TradeReport(reasonSums[$0]))
    }
  }
}

extension TradeMetrics: Restorable {
  public func save(to writer: inout StateWriter) {
    all.save(to: &writer)
    long.save(to: &writer)
    short.save(to: &writer)
    writer.write(instruments.count)
    for sums in instruments { sums.save(to: &writer) }
    writer.write(reasons.map(\.rawValue))
    for sums in reasonSums { sums.save(to: &writer) }
    writer.write(profits)
    writer.write(keepsProfits)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try all.restore(from: &reader)
    try long.restore(from: &reader)
    try short.restore(from: &reader)
    let count = try reader.readInt()
    instruments = []
    for _ in 0..<max(count, 0) {
      var sums = TradeSums()
      try sums.restore(from: &reader)
      instruments.append(sums)
    }
    reasons = []
    reasonSums = []
    for value in try reader.readInts() {
      guard let reason = OrderReason(rawValue: value) else {
        throw StateError("an exit reason was \(value), which is none")
      }
      reasons.append(reason)
    }
    for _ in reasons {
      var sums = TradeSums()
      try sums.restore(from: &reader)
      reasonSums.append(sums)
    }
    profits = try reader.readDoubles()
    keepsProfits = try reader.readBool()
  }
}
