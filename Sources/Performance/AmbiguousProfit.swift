import Bytes
import Market

/// Follows how much of a run's profit rests on fills that another path within their bar would have
/// made otherwise.
public struct AmbiguousProfit: Equatable, Sendable {
  private var fillCount = 0
  /// Of closed trades whose entry or exit was such a fill.
  private var ambiguous = WideSum()
  /// Of all closed trades.
  private var all = WideSum()
  private var tradeCount = 0

  public init() {}

  /// Takes the next fill.
  @inline(__always)
  public mutating func add(_ fill: Fill) {
    if fill.isAmbiguous { fillCount += 1 }
  }

  /// Takes the next closed trade.
  public mutating func add(_ trade: Trade) {
    tradeCount += 1
    all.add(trade.pnl)
    if trade.isAmbiguous { ambiguous.add(trade.pnl) }
  }

  /// Fills that depend on the path within their bar.
  public var fills: Int { fillCount }

  /// Σ profit of the closed trades whose entry or exit was one of them, money.
  public var profit: Figure {
    Figure(ambiguous.value, orUndefined: "an amount is beyond the largest number")
  }

  /// `profit` over the net profit of all closed trades. It lies beyond 0...1 where one of the two kinds
  /// of trades lost; there is no share of a loss.
  public var share: Figure {
    guard tradeCount > 0 else { return .undefined("no trade was closed") }
    guard all.value > 0 else { return .undefined("the closed trades made no net profit") }
    return Figure(
      ambiguous.value / all.value, orUndefined: "an amount is beyond the largest number")
  }

  /// All of them, in a fixed order.
  public var metrics: [Metric] {
    [
      Metric("ambiguous_fills", .count, .value(Double(fillCount))),
      Metric("ambiguous_profit", .money, profit),
      Metric("ambiguous_profit_share", .fraction, share),
    ]
  }
}

extension AmbiguousProfit: Restorable {
  public func save(to writer: inout StateWriter) {
    writer.write(fillCount)
    writer.write(tradeCount)
    ambiguous.save(to: &writer)
    all.save(to: &writer)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    fillCount = try reader.readInt()
    tradeCount = try reader.readInt()
    try ambiguous.restore(from: &reader)
    try all.restore(from: &reader)
  }
}
