/// Costs of trading, over all fills.
public struct CostFigures: Equatable, Sendable {
  /// Σ|value| of all fills, money of the account.
  public var tradedValue: Double
  /// Money.
  public var fees: Double
  /// Money lost against the reference prices.
  public var slippage: Double
  /// Net profit of the tested span with fees and slippage added back, money.
  public var grossProfit: Double
  /// (fees + slippage) / traded value · 10⁴: charged, for each side traded.
  public var costBps: Figure
  /// Gross profit / traded value · 10⁴: the cost a traded side at which the net result is zero.
  /// Negative where the positions lose before any cost.
  public var breakEvenCostBps: Figure

  init(tradedValue: Double, fees: Double, slippage: Double, netProfit: Double) {
    self.tradedValue = tradedValue
    self.fees = fees
    self.slippage = slippage
    grossProfit = netProfit + fees + slippage
    let nothingTraded = "nothing was traded"
    costBps = Figure((fees + slippage) / tradedValue * 1e4, orUndefined: nothingTraded)
    breakEvenCostBps = Figure(grossProfit / tradedValue * 1e4, orUndefined: nothingTraded)
  }

  /// All of them, in a fixed order.
  public var metrics: [Metric] {
    [
      Metric("traded_value", .money, money(tradedValue)),
      Metric("fees", .money, money(fees)),
      Metric("slippage", .money, money(slippage)),
      Metric("gross_profit", .money, money(grossProfit)),
      Metric("cost_bps", .basisPoints, costBps),
      Metric("break_even_cost_bps", .basisPoints, breakEvenCostBps),
    ]
  }

  private func money(_ value: Double) -> Figure {
    Figure(value, orUndefined: "the amount is beyond the largest number")
  }
}

/// The return and cost metrics of a run.
public struct ReturnReport: Equatable, Sendable {
  /// By which all of them are annualised.
  public var barsPerYear: BarsPerYear
  /// From the first bar at which an order could fill.
  public var tested: SpanFigures
  /// From the first bar.
  public var whole: SpanFigures
  public var costs: CostFigures
  /// The first bar at which equity was zero or less, if any.
  public var ruinedAtBar: Int?
  /// What was tried on these bars, this run included.
  public var trials: Trials
  /// The deepest of the tested span, at most 10, deepest first.
  public var drawdowns: [DrawdownRow]
  /// The calendar months of the tested span that have a bar, in order.
  public var months: [PeriodReturn]
  /// The years that they make.
  public var years: [PeriodReturn]

  /// The tested span and the costs, in a fixed order, `bars_per_year` first.
  public var metrics: [Metric] {
    [Metric("bars_per_year", .bars, barsPerYear.figure)] + tested.metrics + costs.metrics
      + [Metric("trials", .count, .value(Double(trials.count)))]
  }

  /// The second column: the same names over the whole span, where they differ by span.
  public var wholeSpanMetrics: [Metric] { whole.metrics }
}

extension EquityMetrics {
  /// The metrics of the bars so far.
  public var report: ReturnReport { report(trials: Trials()) }

  /// The metrics of the bars so far, chosen out of so many trials.
  public func report(trials: Trials) -> ReturnReport {
    let all = settled
    let barsPerYear = annualisation.barsPerYear
    func span(
      _ sums: ReturnSums, _ drawdown: Drawdown, _ returns: ArraySlice<Double>?,
      barsWithPosition: Int, startEquity: Double, startTime: Int64
    ) -> Span {
      Span(
        sums: sums, barsWithPosition: barsWithPosition,
        drawdown: drawdown.ended(bar: lastBar, time: lastTime), returns: returns, trials: trials,
        startEquity: startEquity, endEquity: lastEquity,
        years: Years.between(startTime, lastTime), tradedValue: tradedValue,
        barsPerYear: barsPerYear.figure, riskFreePerYear: riskFreePerYear,
        minimumReturn: minimumReturn, ruinedAtBar: ruinedAtBar)
    }
    let tested = span(
      all.tested, all.testedDrawdown, all.kept.tested(isTesting: isTesting),
      barsWithPosition: positionBarsTested,
      startEquity: isTesting ? testedStartEquity : lastEquity,
      startTime: isTesting ? testedStartTime : lastTime)
    var wholeSums = all.before
    wholeSums.add(all.tested)
    let whole = span(
      wholeSums, all.wholeDrawdown, all.kept.whole,
      barsWithPosition: positionBarsBefore + positionBarsTested,
      startEquity: startingEquity, startTime: annualisation.first)
    let months = periods.months(endingAt: lastEquity)
    return ReturnReport(
      barsPerYear: barsPerYear, tested: tested.figures, whole: whole.figures,
      costs: CostFigures(
        tradedValue: tradedValue, fees: fees, slippage: slippage,
        netProfit: lastEquity - tested.startEquity),
      ruinedAtBar: ruinedAtBar < 0 ? nil : ruinedAtBar, trials: trials,
      drawdowns: isTesting ? tested.drawdown.deepest : [], months: months,
      years: PeriodReturns.years(of: months))
  }
}
