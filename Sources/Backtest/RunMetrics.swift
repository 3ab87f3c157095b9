import Bytes
import Performance
import Recurrent

/// Follows a run event by event for all the figures of its manifest and summary.
public struct RunMetrics: Restorable, Sendable {
  private(set) var equity: EquityMetrics
  private(set) var trades = TradeMetrics()
  private var ambiguous = AmbiguousProfit()
  private var forecasts: ForecastMetrics?
  /// Of each horizon, the standard deviations over the members of an ensemble.
  private var spreads: [MeanOfFinite] = []
  private let horizons: [Int]
  /// Forecasts made, scored or not.
  public private(set) var forecastCount = 0

  init(_ prepared: PreparedRun) {
    self.init(prepared.spec, prepared.programs, sessionsPerYear: prepared.sessionsPerYear)
  }

  /// `sessionsPerYear` is that of the calendar, nil without one.
  init(_ spec: RunSpec, _ programs: RunPrograms, sessionsPerYear: Double?) {
    equity = EquityMetrics(
      startingEquity: spec.execution.settings.cash,
      riskFreePerYear: spec.execution.settings.riskFree,
      barsPerYear: spec.execution.barsPerYear, sessionsPerYear: sessionsPerYear)
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
    case .fill(let fill):
      equity.add(fill)
      ambiguous.add(fill)
    case .trade(let trade, _):
      trades.add(trade)
      ambiguous.add(trade)
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

  /// The figures of the run so far.
  ///
  /// - Parameters:
  ///   - leaks: what it saw of the future, identifiers only.
  ///   - instruments: names, in the order of the spec.
  /// - Returns: all of them.
  func figures(leaks: [String], instruments: [String]) -> RunFigures {
    RunFigures(
      returns: equity.report, trades: trades, ambiguous: ambiguous,
      horizons: zip(forecasts?.reports ?? [], spreads).map {
        RunFigures.Horizon(report: $0, ensembleSpread: $1.figure)
      },
      leaks: leaks, instruments: instruments)
  }

  /// Whether forecasts of a horizon are followed.
  func hasHorizon(_ horizon: Int) -> Bool { horizons.contains(horizon) }

  public func save(to writer: inout StateWriter) {
    equity.save(to: &writer)
    trades.save(to: &writer)
    ambiguous.save(to: &writer)
    forecasts?.save(to: &writer)
    for spread in spreads { spread.save(to: &writer) }
    writer.write(forecastCount)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try equity.restore(from: &reader)
    try trades.restore(from: &reader)
    try ambiguous.restore(from: &reader)
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
