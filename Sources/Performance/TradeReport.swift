/// Metrics of closed trades, on their profit net of both sides' fees.
///
/// p and q are the shares of wins and losses, W and L their mean sizes.
public struct TradeReport: Equatable, Sendable {
  /// Fewer trades than these are too few for SQN and Kelly to mean much.
  public static let fewTrades = 30

  /// Closed trades.
  public var count: Int
  public var wins: Int
  public var losses: Int
  /// Wins / trades.
  public var winRate: Figure
  /// Σ wins / |Σ losses|.
  public var profitFactor: Figure
  /// p·W − q·L, money a trade.
  public var expectancy: Figure
  /// W/L.
  public var payoff: Figure
  /// The largest profit, money.
  public var best: Figure
  /// The smallest profit or largest loss, money.
  public var worst: Figure
  /// √N · mean / std(n − 1) of the profits.
  public var sqn: Figure
  /// p − q/(W/L), the share of the account to risk at fixed odds.
  public var kelly: Figure
  public var meanBarsHeld: Figure
  public var medianBarsHeld: Figure
  /// Trades that made nothing end a row of either.
  public var mostWinsInRow: Figure
  public var mostLossesInRow: Figure
  /// Mean of the most adverse excursions, fractions of the entry price, at most 0.
  public var meanMAE: Figure
  public var worstMAE: Figure
  /// Mean of the most favourable excursions, at least 0.
  public var meanMFE: Figure
  public var bestMFE: Figure

  init(_ trades: TradeSums) {
    count = trades.count
    wins = trades.wins
    losses = trades.losses
    let n = Double(trades.count)
    let none = "no trade was closed"
    func any(_ value: Double) -> Figure {
      trades.count > 0
        ? Figure(value, orUndefined: "an amount is beyond the largest number")
        : .undefined(none)
    }
    func anyLoss(_ value: Double) -> Figure {
      if trades.count == 0 { return .undefined(none) }
      return trades.losses > 0 ? any(value) : .undefined("no trade was closed at a loss")
    }
    winRate = any(Double(trades.wins) / n)
    // p·W is the money won / trades, whatever the number of wins.
    expectancy = any((trades.wonMoney.value - trades.lostMoney.value) / n)
    profitFactor = anyLoss(trades.wonMoney.value / trades.lostMoney.value)
    let meanWin = trades.wonMoney.value / Double(trades.wins)
    let meanLoss = trades.lostMoney.value / Double(trades.losses)
    let payoff =
      trades.count > 0 && trades.wins == 0
      ? Figure.undefined("no trade was closed at a profit") : anyLoss(meanWin / meanLoss)
    self.payoff = payoff
    kelly = payoff.then { .value((Double(trades.wins) - Double(trades.losses) / $0) / n) }
    best = any(trades.best)
    worst = any(trades.worst)
    sqn = Self.sqn(trades)
    meanBarsHeld = any(Double(trades.lengths.total) / n)
    medianBarsHeld = trades.count > 0 ? .value(trades.lengths.median) : .undefined(none)
    mostWinsInRow = any(Double(trades.mostWinsInRow))
    mostLossesInRow = any(Double(trades.mostLossesInRow))
    func excursion(_ of: TradeSums.Excursions, _ value: Double) -> Figure {
      if trades.count == 0 { return .undefined(none) }
      return of.count > 0 ? .value(value) : .undefined("no trade knows its excursion")
    }
    let (against, with) = (trades.adverse, trades.favourable)
    meanMAE = excursion(against, against.sum.value / Double(against.count))
    worstMAE = excursion(against, against.farthest)
    meanMFE = excursion(with, with.sum.value / Double(with.count))
    bestMFE = excursion(with, with.farthest)
  }

  private static func sqn(_ trades: TradeSums) -> Figure {
    if trades.count == 0 { return .undefined("no trade was closed") }
    if trades.count == 1 { return .undefined("one trade has no standard deviation") }
    let n = Double(trades.count)
    let deviation = (trades.squaredDeviations / (n - 1)).squareRoot()
    // Less than the rounding of the profits is no variation.
    guard deviation > 1e-14 * max(abs(trades.best), abs(trades.worst)) else {
      return .undefined("profits of trades do not vary")
    }
    return Figure(
      n.squareRoot() * trades.meanProfit / deviation,
      orUndefined: "an amount is beyond the largest number")
  }

  /// All of them, in a fixed order.
  public var metrics: [Metric] {
    [
      Metric("trades", .count, .value(Double(count))),
      Metric("win_rate", .fraction, winRate),
      Metric("profit_factor", .ratio, profitFactor),
      Metric("expectancy", .money, expectancy),
      Metric("wins", .count, .value(Double(wins))),
      Metric("losses", .count, .value(Double(losses))),
      Metric("payoff", .ratio, payoff),
      Metric("best_trade", .money, best),
      Metric("worst_trade", .money, worst),
      Metric("sqn", .ratio, sqn),
      Metric("kelly", .fraction, kelly),
      Metric("few_trades", .flag, .value(count < Self.fewTrades ? 1 : 0)),
      Metric("mean_bars_held", .bars, meanBarsHeld),
      Metric("median_bars_held", .bars, medianBarsHeld),
      Metric("most_wins_in_row", .count, mostWinsInRow),
      Metric("most_losses_in_row", .count, mostLossesInRow),
      Metric("mean_mae", .fraction, meanMAE),
      Metric("worst_mae", .fraction, worstMAE),
      Metric("mean_mfe", .fraction, meanMFE),
      Metric("best_mfe", .fraction, bestMFE),
    ]
  }
}
