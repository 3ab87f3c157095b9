import Bytes
import Market

/// Follows closed trades. Flat memory, no allocation.
public struct TradeMetrics: Equatable, Sendable {
  private(set) var count = 0
  private(set) var wins = 0
  private(set) var losses = 0
  private(set) var wonMoney = WideSum()
  private(set) var lostMoney = WideSum()

  public init() {}

  /// Takes a closed trade; one that made neither profit nor loss is neither win nor loss.
  public mutating func add(_ trade: Trade) {
    count += 1
    if trade.pnl > 0 {
      wins += 1
      wonMoney.add(trade.pnl)
    } else if trade.pnl < 0 {
      losses += 1
      lostMoney.add(-trade.pnl)
    }
  }

  /// The metrics of the trades so far.
  public var report: TradeReport { TradeReport(self) }
}

extension TradeMetrics: Restorable {
  public func save(to writer: inout StateWriter) {
    writer.write(count)
    writer.write(wins)
    writer.write(losses)
    wonMoney.save(to: &writer)
    lostMoney.save(to: &writer)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    count = try reader.readInt()
    wins = try reader.readInt()
    losses = try reader.readInt()
    try wonMoney.restore(from: &reader)
    try lostMoney.restore(from: &reader)
  }
}

/// Metrics of closed trades, on their profit net of both sides' fees.
public struct TradeReport: Equatable, Sendable {
  /// Closed trades.
  public var count: Int
  /// Wins / trades.
  public var winRate: Figure
  /// Σ wins / |Σ losses|.
  public var profitFactor: Figure
  /// p·W − q·L, money a trade: p and q the shares of wins and losses, W and L their mean sizes.
  public var expectancy: Figure

  init(_ trades: TradeMetrics) {
    count = trades.count
    let all = Double(trades.count)
    let none = "no trade was closed"
    winRate = Figure(Double(trades.wins) / all, orUndefined: none)
    // p·W is the money won / trades, whatever the number of wins.
    expectancy = Figure(
      (trades.wonMoney.value - trades.lostMoney.value) / all, orUndefined: none)
    profitFactor = Figure(
      trades.wonMoney.value / trades.lostMoney.value,
      orUndefined: trades.count == 0 ? none : "no trade was closed at a loss")
  }

  /// All of them, in a fixed order.
  public var metrics: [Metric] {
    [
      Metric("trades", .count, .value(Double(count))),
      Metric("win_rate", .fraction, winRate),
      Metric("profit_factor", .ratio, profitFactor),
      Metric("expectancy", .money, expectancy),
    ]
  }
}
