import Bytes
import Journal
import Performance

/// Follows a run event by event for all the figures of its manifest and summary.
public struct RunMetrics: Restorable, Sendable {
  private var equity: EquityMetrics
  private(set) var trades = TradeMetrics()
  private var forecasts: ForecastMetrics?
  /// Forecasts made, scored or not.
  public private(set) var forecastCount = 0

  init(_ spec: RunSpec) {
    equity = EquityMetrics(
      startingEquity: spec.execution.cash, riskFreePerYear: spec.execution.riskFree,
      barsPerYear: spec.execution.barsPerYear)
    forecasts = spec.learning.map { ForecastMetrics(horizons: $0.target.horizons) }
  }

  mutating func add(_ event: Event) {
    switch event {
    case .fill(let fill): equity.add(fill)
    case .trade(let trade, _): trades.add(trade)
    case .equity(let point, let hasPosition, let orderCouldFill):
      equity.add(point, hasPosition: hasPosition, orderCouldFill: orderCouldFill)
    case .forecast: forecastCount += 1
    case .score(let score, _, let oracle):
      forecasts?.add(
        horizon: score.forecast.horizon, bar: score.forecast.bar, forecast: score.forecast.value,
        naive: score.forecast.naive, mean: score.forecast.mean, actual: score.actual,
        oracle: oracle ?? .nan)
    case .refit, .order, .flow: break
    }
  }

  /// Return and cost figures.
  public var returns: ReturnReport { equity.report }
  /// Forecast figures, one report a horizon.
  public var forecastReports: [ForecastReport] { forecasts?.reports ?? [] }

  public func verdict(leaks: [Leak]) -> Verdict {
    Verdict(leaks: leaks.map(\.name), forecasts: forecastReports, returns: returns)
  }

  /// The manifest's `metrics`: figures by name, those of the first horizon among them, the others'
  /// with `_h` and the horizon behind; those of the whole span under `whole_span`; for each that is
  /// null the reason under `undefined`; and the verdict.
  func json(leaks: [Leak]) -> [String: JSONValue] {
    let returns = self.returns
    var table = FigureTable()
    table.put(returns.metrics)
    table.put(trades.report.metrics)
    for (index, report) in forecastReports.enumerated() {
      table.put(report.metrics, suffix: index == 0 ? "" : "_h\(report.horizon)")
    }
    var whole = FigureTable()
    whole.put(returns.wholeSpanMetrics)
    let verdict = self.verdict(leaks: leaks)
    var values = table.values
    if let first = forecastReports.first { values["horizon"] = .int(first.horizon) }
    values["whole_span"] = .object(whole.values)
    values["undefined"] = .object(table.reasons)
    values["verdict"] = .object([
      "kind": .string(verdict.kind.rawValue), "text": .string(verdict.text),
    ])
    return values
  }

  public func save(to writer: inout StateWriter) {
    equity.save(to: &writer)
    trades.save(to: &writer)
    forecasts?.save(to: &writer)
    writer.write(forecastCount)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try equity.restore(from: &reader)
    try trades.restore(from: &reader)
    try forecasts?.restore(from: &reader)
    forecastCount = try reader.readInt()
  }
}

/// Figures by name, and for those without a value the reason.
private struct FigureTable {
  var values: [String: JSONValue] = [:]
  var reasons: [String: JSONValue] = [:]

  mutating func put(_ metrics: [Metric], suffix: String = "") {
    for metric in metrics {
      let name = metric.name + suffix
      values[name] = JSONValue(metric.value)
      if let reason = metric.reason { reasons[name] = .string(reason) }
    }
  }
}
