import Numerics

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
      Metric("sharpe_p", .probability, sharpeP),
      Metric("sortino", .ratio, sortino),
      Metric("max_drawdown", .fraction, maxDrawdown),
      Metric("max_drawdown_bars", .bars, maxDrawdownBars),
      Metric("max_drawdown_recovered", .flag, maxDrawdownRecovered),
      Metric("longest_drawdown_bars", .bars, longestDrawdownBars),
      Metric("longest_drawdown_recovered", .flag, longestDrawdownRecovered),
      Metric("calmar", .ratio, calmar),
      Metric("exposure", .fraction, exposure),
      Metric("turnover", .ratio, turnover),
    ]
  }
}

/// What is needed of one span to work out its figures.
struct Span {
  var sums: ReturnSums
  var barsWithPosition: Int
  var drawdown: Drawdown
  var startEquity: Double
  var endEquity: Double
  var years: Double
  var tradedValue: Double
  var barsPerYear: Figure
  var riskFreePerYear: Double
  var minimumReturn: Double
  /// -1 where equity stayed above zero.
  var ruinedAtBar: Int

  /// A return is equity / equity − 1, and carries a rounding error of this order: a deviation or a
  /// drawdown that is no larger is none.
  static let roundingOfReturns = 1e-15
  private static let tooLarge = "equity is beyond the largest number"

  var figures: SpanFigures {
    let drawdown = drawdown.ended
    let cagr = cagr
    return SpanFigures(
      bars: .value(Double(sums.bars)),
      years: ifAny(.value(years)),
      finalEquity: Figure(endEquity, orUndefined: Self.tooLarge),
      netProfit: Figure(endEquity - startEquity, orUndefined: Self.tooLarge),
      cagr: cagr,
      volatility: deviation.then { perRootYear($0) },
      sharpe: deviation.then(sharpe),
      sharpeP: deviation.then(sharpeP),
      sortino: sortino,
      maxDrawdown: ifAny(.value(drawdown.depth)),
      maxDrawdownBars: ifAny(.value(Double(drawdown.deepestBars))),
      maxDrawdownRecovered: flag(drawdown.deepestRecovered, in: drawdown),
      longestDrawdownBars: ifAny(.value(Double(drawdown.longestBars))),
      longestDrawdownRecovered: flag(drawdown.longestRecovered, in: drawdown),
      calmar: calmar(cagr, drawdown),
      exposure: ifAny(.value(Double(barsWithPosition) / Double(sums.bars))),
      turnover: turnover)
  }

  private func ifAny(_ figure: Figure) -> Figure {
    sums.bars > 0 ? figure : .undefined("there was no bar at which an order could fill")
  }

  private func ifSolvent(_ figure: @autoclosure () -> Figure) -> Figure {
    guard ruinedAtBar < 0 else {
      return .undefined("ruined: equity was zero or less at bar \(ruinedAtBar)")
    }
    return ifAny(.value(0)).then { _ in figure() }
  }

  private var cagr: Figure {
    ifSolvent(
      years > 0
        ? Figure(
          Elementary.power(endEquity / startEquity, 1 / years) - 1,
          orUndefined: "the span is too short to reckon a year from")
        : .undefined("no time passed"))
  }

  /// std(r, n − 1), above zero or undefined where a ratio to it would be noise.
  private var deviation: Figure {
    ifSolvent(
      sums.bars > 1
        ? Figure(sums.deviation, orUndefined: Self.tooLarge)
        : .undefined("one return has no standard deviation"))
  }

  private func perRootYear(_ value: Double) -> Figure {
    barsPerYear.then { Figure(value * $0.squareRoot(), orUndefined: Self.tooLarge) }
  }

  private func aboveRounding(_ deviation: Double, _ reason: String) -> Figure {
    deviation > Self.roundingOfReturns ? .value(deviation) : .undefined(reason)
  }

  private func sharpe(_ deviation: Double) -> Figure {
    aboveRounding(deviation, "returns do not vary").then { deviation in
      barsPerYear.then { perRootYear((sums.meanReturn - riskFreePerYear / $0) / deviation) }
    }
  }

  private func sharpeP(_ deviation: Double) -> Figure {
    // Without a risk-free rate no bars per year are needed.
    let riskFree =
      riskFreePerYear == 0 ? Figure.value(0) : barsPerYear.then { .value(riskFreePerYear / $0) }
    return aboveRounding(deviation, "returns do not vary").then { deviation in
      riskFree.then {
        let statistic = (sums.meanReturn - $0) / deviation * Double(sums.bars).squareRoot()
        return .value(Elementary.normalCDF(-statistic))
      }
    }
  }

  private var sortino: Figure {
    ifSolvent(
      aboveRounding(sums.shortfallDeviation, "no return was below the minimum").then { deviation in
        perRootYear((sums.meanReturn - minimumReturn) / deviation)
      })
  }

  private func flag(_ value: Bool, in drawdown: Drawdown) -> Figure {
    ifAny(drawdown.depth < 0 ? .value(value ? 1 : 0) : .undefined("there was no drawdown"))
  }

  private func calmar(_ cagr: Figure, _ drawdown: Drawdown) -> Figure {
    cagr.then {
      drawdown.depth < -Self.roundingOfReturns
        ? .value($0 / -drawdown.depth) : .undefined("there was no drawdown")
    }
  }

  private var turnover: Figure {
    ifSolvent(
      years > 0
        ? Figure(
          tradedValue / sums.meanEquity(startingWith: startEquity) / years,
          orUndefined: Self.tooLarge)
        : .undefined("no time passed"))
  }
}
