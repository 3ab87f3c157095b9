import Journal
import Performance

extension RunMetrics {
  /// The manifest's tables among `metrics`: the deepest drawdowns, returns by calendar, and figures of
  /// the trades by kind.
  ///
  /// - Parameter instruments: names, in the order of the spec.
  /// - Returns: by name.
  func tables(instruments: [String]) -> [String: JSONValue] {
    let returns = self.returns
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

extension TradeReport {
  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = [:]
    var reasons: [String: JSONValue] = [:]
    for metric in metrics {
      members[metric.name] = JSONValue(metric.value)
      if let reason = metric.reason { reasons[metric.name] = .string(reason) }
    }
    members["undefined"] = .object(reasons)
    return .object(members)
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
