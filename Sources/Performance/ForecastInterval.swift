/// The two quantiles that an interval forecast gives.
public struct ForecastInterval: Equatable, Sendable {
  /// In 0..<1, below `upper`.
  public var lower: Double
  public var upper: Double

  public init(lower: Double, upper: Double) {
    precondition(
      lower > 0 && lower < upper && upper < 1, "quantiles of an interval rise between 0 and 1")
    self.lower = lower
    self.upper = upper
  }

  /// The share of values that should lie within: upper − lower.
  var share: Double { upper - lower }
}

/// How well interval forecasts held, over the rows that have both ends.
struct IntervalScores {
  /// The share of y within lower...upper, ends included.
  var coverage: Figure
  /// The share that should lie within.
  var nominal: Figure
  /// Mean over rows and both quantiles of max(q e, (q − 1) e), e = y − quantile forecast.
  /// R. Koenker, G. Bassett, Econometrica 46 (1978).
  var pinballLoss: Figure

  init(_ scores: HorizonScores) {
    guard let interval = scores.interval else {
      coverage = .undefined("no interval is forecast")
      (nominal, pinballLoss) = (coverage, coverage)
      return
    }
    var within = 0
    var counted = 0
    var loss = WideSum()
    for row in 0..<scores.count {
      let (y, low, high) = (scores.actuals[row], scores.lowers[row], scores.uppers[row])
      guard low.isFinite, high.isFinite else { continue }
      counted += 1
      if low <= y && y <= high { within += 1 }
      for (q, error) in [(interval.lower, y - low), (interval.upper, y - high)] {
        loss.add(max(q * error, (q - 1) * error))
      }
    }
    let none = "no forecast has both ends of its interval"
    nominal = .value(interval.share)
    coverage = Figure(Double(within) / Double(counted), orUndefined: none)
    pinballLoss = Figure(loss.value / Double(2 * counted), orUndefined: none)
  }
}
