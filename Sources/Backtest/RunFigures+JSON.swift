import Journal
import Performance

extension RunFigures {
  /// The manifest's `metrics`: figures by name, those of the first horizon among them, the others'
  /// with `_h` and the horizon behind; those of the whole span under `whole_span`; for each that is
  /// null the reason under `undefined`; the verdict; and the tables.
  public var json: [String: JSONValue] {
    var table = FigureTable()
    table.put(returns.metrics)
    table.put(trades.report.metrics)
    table.put(ambiguous.metrics)
    for (index, horizon) in horizons.enumerated() {
      table.put(horizon.metrics, suffix: suffix(ofHorizonAt: index))
    }
    var whole = FigureTable()
    whole.put(returns.wholeSpanMetrics)
    var values = table.values
    if let first = horizons.first {
      values["horizon"] = .int(first.report.horizon)
      values["horizons"] = .array(horizons.map { .int($0.report.horizon) })
    }
    values["bars_per_year_basis"] = .string(returns.barsPerYear.basis.rawValue)
    let verdict = verdict
    values["whole_span"] = .object(whole.values)
    values["undefined"] = .object(table.reasons)
    values["verdict"] = .object([
      "kind": .string(verdict.kind.rawValue), "text": .string(verdict.text),
    ])
    return values.merging(tables) { figure, _ in figure }
  }

  /// The deepest drawdowns, returns by calendar, and figures of the trades by kind, by name.
  private var tables: [String: JSONValue] {
    func groups(_ reports: [(String, TradeReport)]) -> JSONValue {
      .object(Dictionary(uniqueKeysWithValues: reports.map { ($0.0, $0.1.json) }))
    }
    return [
      "drawdowns": .array(returns.drawdowns.map(\.json)),
      "monthly_returns": .array(returns.months.map(\.json)),
      "yearly_returns": .array(returns.years.map(\.json)),
      "trades_by_side": groups(trades.bySide.map { ($0.side.name, $0.report) }),
      "trades_by_instrument": groups(
        trades.byInstrument.map { (instruments[$0.instrument], $0.report) }),
      "trades_by_exit_reason": groups(trades.byExitReason.map { ($0.reason.name, $0.report) }),
    ]
  }
}

/// Figures by name, and for those without a value the reason.
struct FigureTable {
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

extension TradeReport {
  fileprivate var json: JSONValue {
    var table = FigureTable()
    table.put(metrics)
    return .object(table.values.merging(["undefined": .object(table.reasons)]) { $1 })
  }
}

extension DrawdownRow {
  fileprivate var json: JSONValue {
    [
      "depth": .number(depth), "bars": .int(bars), "recovered": .bool(isRecovered),
      "peak_bar": .int(peakBar), "peak_ts": .string(peakTime.iso8601),
      "trough_bar": .int(troughBar), "trough_ts": .string(troughTime.iso8601),
      "end_bar": .int(endBar), "end_ts": .string(endTime.iso8601),
    ]
  }
}

extension PeriodReturn {
  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = ["year": .int(year), "return": JSONValue(figure.value)]
    if let month { members["month"] = .int(month) }
    return .object(members)
  }
}
