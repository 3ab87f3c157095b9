import Bytes
import Foundation
import Market
import Testing

@testable import Performance

@Test(arguments: try ReferenceCase.read("returns.txt"))
func returnMetricsAgreeWithEmpyrical(reference: ReferenceCase) throws {
  let rows = try reference.name == "sp500" ? sp500() : inputs(of: reference)
  let start = Int(try reference.number("start"))
  var metrics = EquityMetrics(
    startingEquity: reference.name == "sp500" ? rows[0].equity : 100_000,
    riskFreePerYear: try reference.number("risk_free"),
    minimumReturn: try reference.number("minimum"))
  metrics.add(fill(quantity: try reference.number("traded") / 10, price: 10))
  for (bar, row) in rows.enumerated() {
    metrics.add(
      point(bar: bar, milliseconds: row.time, equity: row.equity), hasPosition: row.held,
      orderCouldFill: bar >= start)
  }
  let report = metrics.report
  #expect(agrees(report.barsPerYear.figure.value, try reference.number("per_year")))
  for metric in report.tested.metrics {
    let expected = try reference.number(metric.name)
    #expect(agrees(metric.value, expected, relative: true), "\(metric) was not \(expected)")
  }
  for metric in report.wholeSpanMetrics {
    let expected = try reference.number("whole_" + metric.name)
    #expect(
      agrees(metric.value, expected, relative: true), "whole span: \(metric) was not \(expected)")
  }
}

@Test(arguments: try ReferenceCase.read("returns.txt").filter { $0.name != "sp500" })
func periodsAndRollingRatiosAgreeWithEmpyrical(reference: ReferenceCase) throws {
  let rows = inputs(of: reference)
  let start = Int(try reference.number("start"))
  var metrics = EquityMetrics(
    startingEquity: 100_000, riskFreePerYear: try reference.number("risk_free"))
  for (bar, row) in rows.enumerated() {
    metrics.add(
      point(bar: bar, milliseconds: row.time, equity: row.equity), hasPosition: row.held,
      orderCouldFill: bar >= start)
  }
  let report = metrics.report
  for (name, periods) in [("monthly", report.months), ("yearly", report.years)] {
    let expected = reference.list(name)
    #expect(periods.count == expected.count, "\(name)")
    for (period, value) in zip(periods, expected) {
      // Of a return that may be near 0: to the rounding of a ratio of equities.
      #expect(agrees(period.figure.value, value), "\(name) \(period)")
    }
  }
  let rolling = metrics.rollingSharpe(window: 20)
  let expected = reference.list("rolling_sharpe")
  #expect(rolling.count == expected.count + 19)
  for (found, value) in zip(rolling.dropFirst(19), expected) { #expect(agrees(found, value)) }
}

@Test(arguments: try ReferenceCase.read("edges.txt"))
func edgesAgreeWithEmpyricalAndAreNullWhereItHasNoNumber(reference: ReferenceCase) throws {
  var metrics = EquityMetrics(startingEquity: 100_000, barsPerYear: 365)
  for (bar, equity) in reference.list("equity").enumerated() {
    metrics.add(
      point(bar: bar, milliseconds: Int64(reference.list("times")[bar]), equity: equity),
      hasPosition: true, orderCouldFill: true)
  }
  let report = metrics.report
  for name in ["volatility", "sharpe", "sortino", "max_drawdown", "var_95", "cvar_95"] {
    let expected = try reference.number(name)
    for found in [report.metrics.figure(name), report.wholeSpanMetrics.figure(name)] {
      if expected.isFinite {
        #expect(agrees(found.value, expected, relative: true), "\(name) was not \(expected)")
      } else {
        #expect(found.value == nil && found.reason?.isEmpty == false, "\(name)")
      }
    }
  }
}

private struct Row {
  var time: Int64
  var equity: Double
  var held: Bool
}

private func inputs(of reference: ReferenceCase) -> [Row] {
  let times = reference.list("times")
  let equity = reference.list("equity")
  let held = reference.list("held")
  return times.indices.map { Row(time: Int64(times[$0]), equity: equity[$0], held: held[$0] == 1) }
}

private func sp500() throws -> [Row] {
  let url = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../fixtures/market/sp500.csv")
  var rows: [Row] = []
  for line in try String(contentsOf: url, encoding: .utf8).split(whereSeparator: \.isNewline)
    .dropFirst()
  {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    let date = cells[0].split(separator: "/").compactMap { Int($0) }
    guard let close = Double(cells[4]) else { continue }
    let day = try #require(CivilDate(year: date[2], month: date[0], day: date[1]))
    rows.append(
      Row(
        time: day.midnight.milliseconds + Timestamp.millisecondsPerDay - 1, equity: close,
        held: true))
  }
  return rows
}

@Test func savedAndRestoredAtAnyBarTheReportIsTheSameBits() throws {
  for name in ["weekdays", "hourly"] {
    let reference = try #require(try ReferenceCase.read("returns.txt").first { $0.name == name })
    let rows = inputs(of: reference)
    var straight = EquityMetrics(startingEquity: 100_000, riskFreePerYear: 0.02)
    for stop in [0, 1, 39, 40, 41, 150, 255, 256, 257, 295, 296, 297, 300] {
      var before = EquityMetrics(startingEquity: 100_000, riskFreePerYear: 0.02)
      straight = before
      var after = before
      for (bar, row) in rows.enumerated() {
        if bar == stop { after = try restored(before) }
        let next = point(bar: bar, milliseconds: row.time, equity: row.equity)
        let traded = fill(quantity: Double(bar) / 3, price: 0.1, fee: 0.7, slippage: 0.1)
        func feed(_ metrics: inout EquityMetrics) {
          metrics.add(traded)
          metrics.add(next, hasPosition: row.held, orderCouldFill: bar >= 40)
        }
        feed(&straight)
        if bar < stop { feed(&before) } else { feed(&after) }
      }
      if stop == rows.count { after = try restored(before) }
      var expected = StateWriter()
      straight.save(to: &expected)
      var found = StateWriter()
      after.save(to: &found)
      #expect(found.bytes == expected.bytes, "\(name) stopped at \(stop)")
      #expect(after.report == straight.report, "\(name) stopped at \(stop)")
    }
  }
}

private func restored(_ metrics: EquityMetrics) throws -> EquityMetrics {
  var writer = StateWriter()
  metrics.save(to: &writer)
  var reader = StateReader(writer.bytes)
  var copy = EquityMetrics(startingEquity: 100_000, riskFreePerYear: 0.02)
  try copy.restore(from: &reader)
  #expect(reader.isAtEnd)
  return copy
}
