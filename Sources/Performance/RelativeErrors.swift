/// Errors measured by something that makes them the same for all targets.
enum RelativeErrors {
  /// mean |y − f| / scale, each row by the scale of the refit that forecast it.
  /// R. J. Hyndman, A. B. Koehler, Int. J. Forecasting 22 (2006).
  static func mase(_ scores: HorizonScores) -> Figure {
    let missing = scores.scales.count { !$0.isFinite }
    guard missing == 0 else {
      return .undefined(
        "the naive error on the training labels is not known at \(missing) of \(scores.count) "
          + "forecasts")
    }
    guard scores.scales.allSatisfy({ $0 > 0 }) else {
      return .undefined("the naive baseline makes no error on the training labels")
    }
    var sum = WideSum()
    for row in 0..<scores.count {
      sum.add(abs(scores.actuals[row] - scores.forecasts[row]) / scores.scales[row])
    }
    return Figure(
      sum.value / Double(scores.count), orUndefined: "errors are beyond the largest number")
  }

  /// mean 2|y − f| / (|y| + |f|), 0...2; a row in which both are 0 has no error.
  static func smape(_ scores: HorizonScores) -> Figure {
    let values = scores.forecasts + scores.actuals
    guard !values.contains(where: { $0 > 0 }) || !values.contains(where: { $0 < 0 }) else {
      return .undefined("forecasts and what came are of both signs")
    }
    var sum = WideSum()
    for row in 0..<scores.count {
      let (y, f) = (scores.actuals[row], scores.forecasts[row])
      // Halves, so that the sum of two large values is finite.
      let size = abs(y) / 2 + abs(f) / 2
      if size > 0 { sum.add(abs(y - f) / size) }
    }
    return .value(sum.value / Double(scores.count))
  }
}
