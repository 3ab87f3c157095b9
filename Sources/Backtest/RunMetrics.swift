import Bytes
import Journal
import Performance
import Recurrent

/// Follows a run event by event for all the figures of its manifest and summary.
public struct RunMetrics: Restorable, Sendable {
  private var equity: EquityMetrics
  private(set) var trades = TradeMetrics()
  private var forecasts: ForecastMetrics?
  /// Of each horizon, the standard deviations over the members of an ensemble.
  private var spreads: [MeanOfFinite] = []
  private let horizons: [Int]
  /// Forecasts made, scored or not.
  public private(set) var forecastCount = 0

  init(_ prepared: PreparedRun) {
    let (spec, programs) = (prepared.spec, prepared.programs)
    equity = EquityMetrics(
      startingEquity: spec.execution.settings.cash,
      riskFreePerYear: spec.execution.settings.riskFree,
      barsPerYear: spec.execution.barsPerYear, sessionsPerYear: prepared.sessionsPerYear)
    horizons = spec.learning?.target.horizons ?? []
    spreads = horizons.map { _ in MeanOfFinite() }
    // A label that looks back on more steps than it looks ahead overlaps with as many others.
    let spans = programs.targets.map { $0.outputs[0].warmUpSteps }
    forecasts = spec.learning.map {
      ForecastMetrics(
        horizons: $0.target.horizons, overlap: max(spans.min() ?? 1, 1),
        interval: $0.network?.training.loss.interval)
    }
  }

  mutating func add(_ event: Event) {
    switch event {
    case .fill(let fill): equity.add(fill)
    case .trade(let trade, _): trades.add(trade)
    case .equity(let point, let hasPosition, let orderCouldFill):
      equity.add(point, hasPosition: hasPosition, orderCouldFill: orderCouldFill)
    case .forecast(let forecast, _, _):
      forecastCount += 1
      if let index = horizons.firstIndex(of: forecast.horizon) {
        spreads[index].add(forecast.spread)
      }
    case .score(let score, _, let oracle, let scale):
      forecasts?.add(
        horizon: score.forecast.horizon, bar: score.forecast.bar, forecast: score.forecast.value,
        naive: score.forecast.naive, mean: score.forecast.mean, actual: score.actual,
        oracle: oracle ?? .nan, scale: scale, lower: score.forecast.lower,
        upper: score.forecast.upper)
    case .update, .refit, .order, .flow, .action: break
    }
  }

  /// Return and cost figures.
  public var returns: ReturnReport { equity.report }
  /// Forecast figures, one report a horizon.
  public var forecastReports: [ForecastReport] { forecasts?.reports ?? [] }

  public func verdict(leaks: [RunStatement]) -> Verdict {
    Verdict(leaks: leaks.map(\.kind.rawValue), forecasts: forecastReports, returns: returns)
  }

  /// The manifest's `metrics`: figures by name, those of the first horizon among them, the others'
  /// with `_h` and the horizon behind; those of the whole span under `whole_span`; for each that is
  /// null the reason under `undefined`; and the verdict.
  func json(leaks: [RunStatement]) -> [String: JSONValue] {
    let (returns, forecastReports) = (self.returns, self.forecastReports)
    var table = FigureTable()
    table.put(returns.metrics)
    table.put(trades.report.metrics)
    for (index, report) in forecastReports.enumerated() {
      let suffix = index == 0 ? "" : "_h\(report.horizon)"
      table.put(report.metrics, suffix: suffix)
      table.put([Metric("ensemble_spread", .target, spreads[index].figure)], suffix: suffix)
    }
    var whole = FigureTable()
    whole.put(returns.wholeSpanMetrics)
    let verdict = Verdict(
      leaks: leaks.map(\.kind.rawValue), forecasts: forecastReports, returns: returns)
    var values = table.values
    if let first = forecastReports.first {
      values["horizon"] = .int(first.horizon)
      values["horizons"] = .array(forecastReports.map { .int($0.horizon) })
    }
    values["bars_per_year_basis"] = .string(returns.barsPerYear.basis.rawValue)
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
    for spread in spreads { spread.save(to: &writer) }
    writer.write(forecastCount)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try equity.restore(from: &reader)
    try trades.restore(from: &reader)
    try forecasts?.restore(from: &reader)
    for index in spreads.indices { try spreads[index].restore(from: &reader) }
    forecastCount = try reader.readInt()
  }
}

/// A mean that passes over what is missing.
private struct MeanOfFinite: Restorable, Sendable {
  private var sum = 0.0
  private var count = 0

  mutating func add(_ value: Double) {
    guard value.isFinite else { return }
    sum += value
    count += 1
  }

  var figure: Figure {
    Figure(sum / Double(count), orUndefined: "the model is no ensemble")
  }

  func save(to writer: inout StateWriter) {
    writer.write(sum)
    writer.write(count)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    sum = try reader.readDouble()
    count = try reader.readInt()
  }
}

extension Loss {
  /// What the outermost of several quantiles bound.
  fileprivate var interval: ForecastInterval? {
    guard case .quantile(let quantiles) = self, let lower = quantiles.first,
      let upper = quantiles.last, lower < upper
    else { return nil }
    return ForecastInterval(lower: lower, upper: upper)
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
