import Backtest
import Bytes
import Journal
import Performance

/// Every figure of a run, as text that a person reads and as JSON.
struct MetricsReport {
  let run: LoggedRun
  let rolling: RollingSharpe
  let intervals: ResampledFigures
  let resamples: Int
  let level: Double

  init(
    _ run: LoggedRun, rolling: RollingSharpe, intervals: ResampledFigures, resamples: Int,
    level: Double
  ) {
    self.run = run
    self.rolling = rolling
    self.intervals = intervals
    self.resamples = resamples
    self.level = level
  }

  var json: JSONValue {
    let barsPerYear = run.figures.returns.barsPerYear
    return [
      "directory": .string(run.directory), "name": .string(run.manifest.name),
      "seed": .int(run.manifest.seed), "digest": .string(run.manifest.digest),
      "tested_from_bar": .int(run.testedFromBar),
      "annualisation": [
        "bars_per_year": JSONValue(barsPerYear.figure.value),
        "basis": .string(barsPerYear.basis.rawValue),
      ],
      "metrics": .object(run.figures.json),
      "rolling_sharpe": rolling.json,
      "intervals": intervalsJSON,
      "from_manifest": .array(run.takenFromManifest.map { .string($0) }),
      "mismatches": .array(
        run.mismatches.map {
          ["name": .string($0.name), "logs": $0.logs, "manifest": $0.manifest]
        }),
    ]
  }

  private var intervalsJSON: JSONValue {
    var members: [String: JSONValue] = [
      "level": .number(level), "resamples": .int(resamples), "seed": .int(run.manifest.seed),
    ]
    var reasons: [String: JSONValue] = [:]
    for metric in intervals.metrics {
      members[metric.name] = JSONValue(metric.value)
      if let reason = metric.reason { reasons[metric.name] = .string(reason) }
    }
    members["undefined"] = .object(reasons)
    return .object(members)
  }

  var text: String {
    var sections = [heading, account, costs]
    sections += [trades, tradesByKind, drawdowns, calendar, rollingLines, intervalLines, forecasts]
    sections += [undefined, mismatches]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }
      .joined(separator: "\n")
  }

  private var heading: [String] {
    let figures = run.figures
    let bars = run.times.count
    var lines = ["\(run.manifest.name), seed \(run.manifest.seed): \(run.directory)"]
    lines.append("  \(figures.verdict.text)")
    lines.append(
      run.testedFromBar < bars
        ? "  \(bars) bars, tested from bar \(run.testedFromBar) on (the manifest says which)"
        : "  \(bars) bars, none of them tested")
    lines.append("  \(annualisation)")
    if !run.takenFromManifest.isEmpty {
      lines.append(
        "  in no log, so taken from the manifest: "
          + run.takenFromManifest.joined(separator: ", "))
    }
    if run.mismatches.isEmpty { lines.append("  equal to the manifest, figure by figure") }
    return lines
  }

  private var annualisation: String {
    let found = run.figures.returns.barsPerYear
    guard let value = found.figure.value else {
      return "nothing is annualised: \(found.figure.reason ?? "")"
    }
    let why =
      switch found.basis {
      case .given: "as the spec says"
      case .sessions: "sessions of the calendar"
      case .months: "the median step is a month"
      case .weeks: "the median step is a week"
      case .tradingDays: "the median step is a day, and no bar falls on a weekend"
      case .calendarDays: "the median step is a day, and bars fall on weekends"
      case .counted: "counted"
      }
    return "P, bars a year: \(MetricText.show(value, .bars)), \(why)"
  }

  private var account: [String] {
    let returns = run.figures.returns
    var rows = [["Account", "tested span", "whole span", "a year is"]]
    for (tested, whole) in zip(returns.tested.metrics, returns.whole.metrics) {
      rows.append(
        [tested.name, MetricText.show(tested), MetricText.show(whole), basis(of: tested.name)])
    }
    return TextTable.lines(rows)
  }

  /// What a figure of a year is reckoned by.
  private func basis(of name: String) -> String {
    switch name {
    case "volatility", "sharpe", "sharpe_lo", "sortino":
      let value = run.figures.returns.barsPerYear.figure.value
      return value.map { "\(MetricText.show($0, .bars)) bars" } ?? ""
    case "cagr", "calmar", "turnover", "years": return "365.25 days"
    default: return ""
    }
  }

  private var costs: [String] {
    let figures = run.figures
    var rows = [["Costs", ""]]
    rows += (figures.returns.costs.metrics + figures.ambiguous.metrics).map {
      [$0.name, MetricText.show($0)]
    }
    return TextTable.lines(rows)
  }

  private var drawdowns: [String] {
    let found = run.figures.returns.drawdowns
    guard !found.isEmpty else { return [] }
    var rows = [["Drawdowns, deepest first", "bars", "peak", "trough", "recovered"]]
    for row in found {
      rows.append([
        DecimalText.percent(row.depth, places: 2), "\(row.bars)", MetricText.time(row.peakTime),
        MetricText.time(row.troughTime),
        row.isRecovered ? MetricText.time(row.endTime) : "not by \(MetricText.time(row.endTime))",
      ])
    }
    return TextTable.lines(rows)
  }

  private var rollingLines: [String] {
    let title = "Rolling Sharpe ratio of \(rolling.window) bars"
    guard let least = rolling.least, let greatest = rolling.greatest, let last = rolling.last,
      let quartiles = rolling.quartiles
    else { return ["\(title): n/a, \(rolling.reason ?? "")"] }
    func row(_ name: String, _ value: Double, _ time: String) -> [String] {
      ["  " + name, MetricText.show(value, .ratio), time]
    }
    return TextTable.lines([
      [title + (rolling.isDefault ? ", a year" : ""), "", "at"],
      row("least", least.value, MetricText.time(least.time)),
      row("lower quartile", quartiles.lower, ""), row("median", quartiles.median, ""),
      row("upper quartile", quartiles.upper, ""),
      row("greatest", greatest.value, MetricText.time(greatest.time)),
      row("last", last.value, MetricText.time(last.time)),
    ])
  }

  private var intervalLines: [String] {
    let returns = run.figures.returns.tested
    let trades = run.figures.trades.report
    var rows = [
      [
        "Intervals: \(DecimalText.percent(level, places: 1)) of \(resamples) resamples, "
          + "seed \(run.manifest.seed)", "figure", "low", "high",
      ]
    ]
    for (name, unit, figure, interval) in [
      ("sharpe", MetricUnit.ratio, returns.sharpe, intervals.sharpe),
      ("max_drawdown", .fraction, returns.maxDrawdown, intervals.maxDrawdown),
      ("profit_factor", .ratio, trades.profitFactor, intervals.profitFactor),
    ] {
      rows.append(
        ["  " + name]
          + [figure, interval.low, interval.high].map { MetricText.show(Metric(name, unit, $0)) })
    }
    return TextTable.lines(rows)
  }

  private var mismatches: [String] {
    guard !run.mismatches.isEmpty else { return [] }
    var rows = [["Not equal to the manifest", "by the logs", "in the manifest"]]
    for mismatch in run.mismatches {
      rows.append([mismatch.name, mismatch.logs.oneLine, mismatch.manifest.oneLine])
    }
    return TextTable.lines(rows)
  }
}

extension JSONValue {
  /// A number or a word as it stands in a document; lists and objects by their kind alone.
  fileprivate var oneLine: String {
    switch self {
    case .array(let values): "a list of \(values.count)"
    case .object: "an object"
    default: String(text.dropLast())
    }
  }
}
