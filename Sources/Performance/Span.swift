import Numerics

/// What is needed of one span to work out its figures.
struct Span {
  var sums: ReturnSums
  var barsWithPosition: Int
  /// Ended.
  var drawdown: Drawdown
  /// Nil where they were too many to keep.
  var returns: ArraySlice<Double>?
  var trials: Trials
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
  private static let noDrawdown = "there was no drawdown"
  private static let constant = "returns do not vary"

  var figures: SpanFigures {
    let cagr = cagr
    let deepest = drawdown.deepest.first
    let moments = moments
    let tails = tails([0.05, 0.01])
    return SpanFigures(
      bars: .value(Double(sums.bars)),
      years: ifAny(.value(years)),
      finalEquity: Figure(endEquity, orUndefined: Self.tooLarge),
      netProfit: Figure(endEquity - startEquity, orUndefined: Self.tooLarge),
      cagr: cagr,
      volatility: deviation.then { perRootYear($0) },
      sharpe: deviation.then(sharpe),
      sharpeLo: moments.figure { moments in
        barsPerYear.then { distribution.sharpeOfLo(moments.ratio, perYear: $0) }
      },
      probabilisticSharpe: moments.figure { $0.probability(above: 0) },
      deflatedSharpe: moments.figure { $0.probability(above: trials.expectedBest) },
      sharpeP: deviation.then(sharpeP),
      sortino: sortino,
      maxDrawdown: ifAny(.value(deepest?.depth ?? 0)),
      maxDrawdownBars: ifAny(.value(Double(deepest?.bars ?? 0))),
      maxDrawdownRecovered: isRecovered(deepest),
      longestDrawdownBars: ifAny(.value(Double(drawdown.longest?.bars ?? 0))),
      longestDrawdownRecovered: isRecovered(drawdown.longest),
      ulcer: ifAny(
        Figure(
          (drawdown.squares.value / Double(sums.bars)).squareRoot(), orUndefined: Self.tooLarge)),
      valueAtRisk95: tails[0].valueAtRisk,
      conditionalValueAtRisk95: tails[0].conditional,
      valueAtRisk99: tails[1].valueAtRisk,
      conditionalValueAtRisk99: tails[1].conditional,
      skewness: moments.figure { .value($0.skewness) },
      kurtosis: moments.figure { .value($0.kurtosis) },
      calmar: calmar(cagr, deepest?.depth ?? 0),
      exposure: ifAny(.value(Double(barsWithPosition) / Double(sums.bars))),
      turnover: turnover)
  }

  /// Moments of the returns, or why there are none.
  private enum Moments {
    case known(SharpeMoments)
    case undefined(String)

    func figure(_ figure: (SharpeMoments) -> Figure) -> Figure {
      switch self {
      case .known(let moments): figure(moments)
      case .undefined(let reason): .undefined(reason)
      }
    }
  }

  private var moments: Moments {
    switch keptReturns.then({ _ in deviation }).then({ aboveRounding($0, Self.constant) }) {
    case .undefined(let reason): return .undefined(reason)
    case .value:
      switch riskFree {
      case .undefined(let reason): return .undefined(reason)
      case .value(let riskFree): return .known(distribution.moments(riskFree: riskFree))
      }
    }
  }

  private var distribution: ReturnDistribution {
    ReturnDistribution(returns ?? [], mean: sums.meanReturn, deviation: sums.deviation)
  }

  /// Undefined where figures of all returns cannot be had.
  private var keptReturns: Figure {
    ifSolvent(
      returns == nil
        ? .undefined("more than \(KeptReturns.limit) bars: their returns are not kept")
        : .value(0))
  }

  private func tails(_ alphas: [Double]) -> [(valueAtRisk: Figure, conditional: Figure)] {
    if case .undefined = keptReturns { return alphas.map { _ in (keptReturns, keptReturns) } }
    return distribution.tails(alphas).map { tail in
      (
        Figure(tail.valueAtRisk, orUndefined: Self.tooLarge),
        Figure(tail.conditional, orUndefined: Self.tooLarge)
      )
    }
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

  private static let single = "one return has no standard deviation"

  /// std(r, n − 1), above zero or undefined where a ratio to it would be noise.
  private var deviation: Figure {
    ifSolvent(
      sums.bars > 1
        ? Figure(sums.deviation, orUndefined: Self.tooLarge)
        : .undefined(Self.single))
  }

  private func perRootYear(_ value: Double) -> Figure {
    barsPerYear.then { Figure(value * $0.squareRoot(), orUndefined: Self.tooLarge) }
  }

  private func aboveRounding(_ deviation: Double, _ reason: String) -> Figure {
    deviation > Self.roundingOfReturns ? .value(deviation) : .undefined(reason)
  }

  private func sharpe(_ deviation: Double) -> Figure {
    aboveRounding(deviation, Self.constant).then { deviation in
      barsPerYear.then { perRootYear((sums.meanReturn - riskFreePerYear / $0) / deviation) }
    }
  }

  /// Of a bar. Without a risk-free rate no bars per year are needed.
  private var riskFree: Figure {
    riskFreePerYear == 0 ? .value(0) : barsPerYear.then { .value(riskFreePerYear / $0) }
  }

  private func sharpeP(_ deviation: Double) -> Figure {
    aboveRounding(deviation, Self.constant).then { deviation in
      riskFree.then {
        let statistic = (sums.meanReturn - $0) / deviation * Double(sums.bars).squareRoot()
        return .value(Elementary.normalCDF(-statistic))
      }
    }
  }

  private var sortino: Figure {
    ifSolvent(
      sums.bars > 1
        ? aboveRounding(sums.shortfallDeviation, "no return was below the minimum").then {
          perRootYear((sums.meanReturn - minimumReturn) / $0)
        } : .undefined(Self.single))
  }

  private func isRecovered(_ row: DrawdownRow?) -> Figure {
    ifAny(row.map { .value($0.isRecovered ? 1 : 0) } ?? .undefined(Self.noDrawdown))
  }

  private func calmar(_ cagr: Figure, _ depth: Double) -> Figure {
    cagr.then {
      depth < -Self.roundingOfReturns ? .value($0 / -depth) : .undefined(Self.noDrawdown)
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
