import Journal
import WalkForward

/// What `training`, `forecasts` and `scores` say of each other.
///
/// 1. A forecast names the newest refit of its bar that took hold.
/// 2. A score repeats the forecast that it is of, to the last bit, and is the only one of it.
/// 3. Where a label matured at a bar, it is the naive forecast made there.
struct ForecastInvariants {
  private struct Key: Hashable {
    var bar: Int
    var horizon: Int
  }
  private struct Made {
    var forecast: Double
    var naive: Double
    var mean: Double
    var lower: Double
    var upper: Double
    var spread: Double
  }

  private(set) var findings: [Finding] = []
  private let training: LogRows
  private let forecasts: LogRows
  private let scores: LogRows
  private var refits = 0
  /// Forecasts without a score so far, of bars not long past.
  private var open: [Key: Made] = [:]

  init(_ directory: String) throws(JournalError) {
    training = try LogRows(directory, .training)
    forecasts = try LogRows(directory, .forecasts)
    scores = try LogRows(directory, .scores)
  }

  mutating func check() throws(JournalError) {
    while scores.hasRow {
      let bar = try scores.reader.whole(ScoreColumns.bar)
      try takeForecasts(through: bar)
      try takeScore(bar)
      try scores.advance()
    }
    try takeForecasts(through: .max)
  }

  private mutating func add(_ finding: Finding) {
    if findings.count < RunInvariants.maximumFindings { findings.append(finding) }
  }

  private mutating func takeForecasts(through last: Int) throws(JournalError) {
    let row = forecasts.reader
    while forecasts.hasRow {
      let bar = try row.whole(ForecastColumns.bar)
      guard bar <= last else { break }
      while training.hasRow, try training.reader.whole(TrainingColumns.bar) <= bar {
        if training.reader.text(TrainingColumns.start) != Refit.Start.kept.rawValue {
          refits = try training.reader.whole(TrainingColumns.refit)
        }
        try training.advance()
      }
      if try row.whole(ForecastColumns.refit) != refits {
        add(row.finding(ForecastColumns.refit, needed: "\(refits), the newest refit of training,"))
      }
      let key = Key(bar: bar, horizon: try row.whole(ForecastColumns.horizon))
      if last != .max {
        open[key] = Made(
          forecast: try row.double(ForecastColumns.forecast),
          naive: try row.double(ForecastColumns.naive), mean: try row.double(ForecastColumns.mean),
          lower: try row.double(ForecastColumns.lower),
          upper: try row.double(ForecastColumns.upper),
          spread: try row.double(ForecastColumns.spread))
      }
      try forecasts.advance()
    }
    // A label that is null leaves its forecast without a score.
    if open.count > 4096 { open = open.filter { $0.key.bar + $0.key.horizon >= last } }
  }

  private mutating func takeScore(_ bar: Int) throws(JournalError) {
    let row = scores.reader
    let horizon = try row.whole(ScoreColumns.horizon)
    let actual = try row.double(ScoreColumns.actual)
    if horizon > 0, let made = open[Key(bar: bar, horizon: horizon)], made.naive != actual {
      add(
        row.finding(
          ScoreColumns.actual, needed: "\(logText(made.naive)), the naive forecast of bar \(bar),"))
    }
    guard let made = open.removeValue(forKey: Key(bar: bar - horizon, horizon: horizon)) else {
      return add(
        row.finding(ScoreColumns.madeAtBar, needed: "a bar with a forecast not yet scored"))
    }
    let columns = [
      (ScoreColumns.forecast, made.forecast), (ScoreColumns.naive, made.naive),
      (ScoreColumns.mean, made.mean), (ScoreColumns.lower, made.lower),
      (ScoreColumns.upper, made.upper), (ScoreColumns.spread, made.spread),
    ]
    for (column, value) in columns {
      let found = try row.double(column)
      if found != value, !(found.isNaN && value.isNaN) {
        add(row.finding(column, needed: "\(logText(value)), as in forecasts,"))
      }
    }
  }
}
