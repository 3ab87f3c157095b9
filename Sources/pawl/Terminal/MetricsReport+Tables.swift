import Backtest
import Bytes
import Performance

// The tables of trades, months and forecasts, and why figures are missing.
extension MetricsReport {
  var trades: [String] {
    let found = run.figures.trades
    let groups = [("all", found.report)] + found.bySide.map { ($0.side.name, $0.report) }
    var rows = [["Trades"] + groups.map(\.0)]
    for (index, metric) in found.report.metrics.enumerated() {
      rows.append([metric.name] + groups.map { MetricText.show($0.1.metrics[index]) })
    }
    return TextTable.lines(rows)
  }

  /// What a table by instrument or by reason has room for.
  private static let shortNames = [
    "trades", "win_rate", "profit_factor", "expectancy", "best_trade", "worst_trade",
    "mean_bars_held", "mean_mae", "mean_mfe",
  ]

  var tradesByKind: [String] {
    let found = run.figures.trades
    guard found.report.count > 0 else { return [] }
    func table(_ title: String, _ groups: [(String, TradeReport)]) -> [[String]] {
      [[title] + Self.shortNames]
        + groups.map { name, report in
          let metrics = Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.name, $0) })
          return ["  " + name] + Self.shortNames.map { metrics[$0].map(MetricText.show) ?? "" }
        }
    }
    return TextTable.lines(
      table(
        "By instrument",
        found.byInstrument.map { (run.figures.instruments[$0.instrument], $0.report) })
        + table("By exit reason", found.byExitReason.map { ($0.reason.name, $0.report) }))
  }

  /// Years down, months across.
  var calendar: [String] {
    let returns = run.figures.returns
    guard !returns.months.isEmpty else { return [] }
    func show(_ period: PeriodReturn?) -> String {
      guard let period else { return "" }
      return period.figure.value.map { DecimalText.fixed($0 * 100, places: 1) } ?? "n/a"
    }
    var rows = [
      ["Returns, %", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
        + ["Dec", "year"]
    ]
    for year in returns.years {
      let months = returns.months.filter { $0.year == year.year }
      rows.append(
        ["  \(year.year)"] + (1...12).map { month in show(months.first { $0.month == month }) }
          + [show(year)])
    }
    return TextTable.lines(rows)
  }

  var forecasts: [String] {
    let horizons = run.figures.horizons
    guard let first = horizons.first else { return [] }
    var rows = [["Forecast, horizon"] + horizons.map { "\($0.report.horizon)" }]
    rows.append(
      ["reference"] + horizons.map { $0.report.reference?.name ?? "n/a" })
    for index in first.metrics.indices {
      rows.append(
        [first.metrics[index].name] + horizons.map { MetricText.show($0.metrics[index]) })
    }
    return TextTable.lines(rows)
  }

  /// The figures without a value, by the reason.
  var undefined: [String] {
    var reasons: [String] = []
    var names: [String: [String]] = [:]
    func take(_ metrics: [Metric], prefix: String = "", suffix: String = "") {
      for metric in metrics {
        guard let reason = metric.reason else { continue }
        if names[reason] == nil { reasons.append(reason) }
        names[reason, default: []].append(prefix + metric.name + suffix)
      }
    }
    let figures = run.figures
    take(figures.returns.metrics)
    take(figures.returns.wholeSpanMetrics, prefix: "whole_span.")
    take(figures.trades.report.metrics)
    take(figures.ambiguous.metrics)
    for (index, horizon) in figures.horizons.enumerated() {
      take(horizon.metrics, suffix: figures.suffix(ofHorizonAt: index))
    }
    take(intervals.metrics)
    guard !reasons.isEmpty else { return [] }
    return ["Without a value (n/a)"]
      + reasons.map { "  \($0): \((names[$0] ?? []).joined(separator: ", "))" }
  }
}
