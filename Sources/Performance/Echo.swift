/// Which of the target's values a forecast looks like most.
///
/// A forecast f_t of y_{t+h} that hardly leaves the last value is a picture of the past: it agrees best
/// not with y_{t+h} but with y_t, h steps before.
enum Echo {
  /// Lags beyond the horizon that are looked at.
  static let lagsBeyondHorizon = 10
  /// Fewer rows than these tell nothing.
  static let leastRows = 20
  /// A move ratio below this hardly leaves the reference.
  static let leastMoveRatio = 0.1

  /// The k in 0 ... h + 10 that maximises corr(f_t, y_{t+h−k}), the smallest of equals; 0 is the
  /// target itself. All lags are looked at over the same rows.
  static func lag(_ scores: HorizonScores) -> Figure {
    let lags = 0...(scores.horizon + lagsBeyondHorizon)
    var rowOfBar: [Int: Int] = [:]
    for (row, bar) in scores.bars.enumerated() { rowOfBar[bar] = row }
    // Rows whose lagged targets are all there: places of y_{t+h−k} for each k.
    let rows = scores.bars.compactMap { bar -> [Int]? in
      let places = lags.compactMap { rowOfBar[bar - $0] }
      return places.count == lags.count ? places : nil
    }
    guard rows.count >= leastRows else {
      return .undefined(
        "\(rows.count) forecasts have \(lags.upperBound) others right before them, "
          + "\(leastRows) are needed")
    }
    let forecasts = rows.map { scores.forecasts[$0[0]] }
    guard Sample.varies(forecasts) else { return .undefined("the forecast does not vary") }
    var best: (lag: Int, correlation: Double)?
    for lag in lags {
      let actuals = rows.map { scores.actuals[$0[lag]] }
      guard Sample.varies(actuals) else { continue }
      let correlation = Sample.correlation(forecasts, actuals)
      if correlation > best?.correlation ?? -.infinity { best = (lag, correlation) }
    }
    guard let best else { return .undefined("what came does not vary") }
    return .value(Double(best.lag))
  }

  /// 1 where a forecast only repeats the last value: its echo is as old as the newest label known, and
  /// it hardly leaves that label.
  static func repeatsLastValue(echo: Figure, moveRatio: Figure, horizon: Int) -> Figure {
    echo.then { echo in
      moveRatio.then {
        .value(Int(echo) == max(horizon, 1) && $0 < leastMoveRatio ? 1 : 0)
      }
    }
  }
}
