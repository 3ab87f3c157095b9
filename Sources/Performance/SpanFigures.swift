/// Return figures over one span of bars; a fraction unless its comment says otherwise.
///
/// r are the returns of the bars, P the bars in a year, E the equity, E_0 the one before the first
/// bar. Where equity was zero or less at any bar of the run, every ratio is undefined.
public struct SpanFigures: Equatable, Sendable {
  /// Bars counted.
  public var bars: Figure
  /// Days / 365.25, from the time of E_0 to the last bar.
  public var years: Figure
  /// Money.
  public var finalEquity: Figure
  /// E_T − E_0, money, after all costs.
  public var netProfit: Figure
  /// (E_T/E_0)^(1/years) − 1.
  public var cagr: Figure
  /// std(r, n − 1) · √P.
  public var volatility: Figure
  /// mean(r − rf) / std(r − rf, n − 1) · √P, rf the risk-free rate a year / P.
  public var sharpe: Figure
  /// Sharpe ratio of a year by Lo, for returns that follow themselves: SR·P/√(P + 2Σ_{k<P}(P−k)ρ_k),
  /// SR that of a return, ρ_k up to lag ⌊4(n/100)^(2/9)⌋.
  public var sharpeLo: Figure
  /// The probability that the true Sharpe ratio is above 0.
  public var probabilisticSharpe: Figure
  /// The probability that it is above what the best of the trials is expected to have without skill.
  public var deflatedSharpe: Figure
  /// One-sided p of mean(r − rf) > 0: 1 − Φ(mean/std · √n), bars taken as independent.
  public var sharpeP: Figure
  /// mean(r − m) · P / (√(mean(min(r − m, 0)²) over all r) · √P), m the minimum return.
  public var sortino: Figure
  /// min(E_t / max(E_0...E_t) − 1), at most 0.
  public var maxDrawdown: Figure
  /// Bars of the deepest drawdown, from the peak to its recovery or to the end.
  public var maxDrawdownBars: Figure
  /// 1 where the deepest drawdown was made good, else 0.
  public var maxDrawdownRecovered: Figure
  /// Bars of the longest drawdown, which need not be the deepest.
  public var longestDrawdownBars: Figure
  /// 1 where the longest drawdown was made good, else 0.
  public var longestDrawdownRecovered: Figure
  /// √(mean over bars of (E_t / max(E_0...E_t) − 1)²).
  public var ulcer: Figure
  /// The 5th percentile of r: a loss is negative.
  public var valueAtRisk95: Figure
  /// Mean of the ⌊(n − 1)·0.05⌋ + 1 lowest r.
  public var conditionalValueAtRisk95: Figure
  /// The same at 1 %.
  public var valueAtRisk99: Figure
  public var conditionalValueAtRisk99: Figure
  /// m₃/m₂^(3/2) of r, moments with divisor n.
  public var skewness: Figure
  /// m₄/m₂² of r, 3 for the normal distribution.
  public var kurtosis: Figure
  /// CAGR / |max drawdown|.
  public var calmar: Figure
  /// Bars with a position / bars.
  public var exposure: Figure
  /// Σ|traded value| / mean(E_0...E_T) / years, both sides counted.
  public var turnover: Figure

  /// All of them, in a fixed order.
  public var metrics: [Metric] {
    [
      Metric("bars", .bars, bars),
      Metric("years", .years, years),
      Metric("final_equity", .money, finalEquity),
      Metric("net_profit", .money, netProfit),
      Metric("cagr", .fractionPerYear, cagr),
      Metric("volatility", .fractionPerYear, volatility),
      Metric("sharpe", .ratio, sharpe),
      Metric("sharpe_lo", .ratio, sharpeLo),
      Metric("sharpe_p", .probability, sharpeP),
      Metric("probabilistic_sharpe", .probability, probabilisticSharpe),
      Metric("deflated_sharpe", .probability, deflatedSharpe),
      Metric("sortino", .ratio, sortino),
      Metric("max_drawdown", .fraction, maxDrawdown),
      Metric("max_drawdown_bars", .bars, maxDrawdownBars),
      Metric("max_drawdown_recovered", .flag, maxDrawdownRecovered),
      Metric("longest_drawdown_bars", .bars, longestDrawdownBars),
      Metric("longest_drawdown_recovered", .flag, longestDrawdownRecovered),
      Metric("ulcer", .fraction, ulcer),
      Metric("calmar", .ratio, calmar),
      Metric("var_95", .fraction, valueAtRisk95),
      Metric("cvar_95", .fraction, conditionalValueAtRisk95),
      Metric("var_99", .fraction, valueAtRisk99),
      Metric("cvar_99", .fraction, conditionalValueAtRisk99),
      Metric("skewness", .ratio, skewness),
      Metric("kurtosis", .ratio, kurtosis),
      Metric("exposure", .fraction, exposure),
      Metric("turnover", .ratio, turnover),
    ]
  }
}
