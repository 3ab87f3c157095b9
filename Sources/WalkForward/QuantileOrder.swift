import Recurrent

/// Turns the quantiles of a horizon into one forecast and its interval.
///
/// The forecast is the median where the loss names it, else the middle quantile, else (an even number
/// of them) the mean of the two in the middle. Quantiles that cross are sorted: Chernozhukov,
/// Fernández-Val and Galichon, "Quantile and Probability Curves Without Crossing", 2010, show that
/// this never takes them further from the truth. It is told by `Prediction.wasCrossed`.
struct QuantileOrder {
  /// Outputs of a horizon.
  let count: Int
  /// The one or two outputs whose mean is the forecast.
  let middle: ClosedRange<Int>

  init(_ loss: Loss) {
    guard case .quantile(let quantiles) = loss else {
      (count, middle) = (1, 0...0)
      return
    }
    count = quantiles.count
    if let median = quantiles.firstIndex(of: 0.5) {
      middle = median...median
    } else {
      middle = (count - 1) / 2...count / 2
    }
  }

  /// One forecast of one horizon. It is of the members' means; the spread is the standard deviation of
  /// what each member alone would forecast (n - 1 below the sum).
  ///
  /// - Parameter members: of each its outputs in the order of the quantiles, in the target's unit.
  /// - Returns: the forecast; the interval is NaN where there is one output, the spread with one member.
  func prediction(_ members: [[Double]]) -> Prediction {
    let values = (0..<count).map { output in Self.mean(members.map { $0[output] }) }
    let sorted = values.sorted()
    var prediction = Prediction(forecast(sorted))
    if count > 1 {
      (prediction.lower, prediction.upper) = (sorted[0], sorted[count - 1])
      prediction.wasCrossed = sorted != values
    }
    if members.count > 1 {
      let each = members.map { forecast($0.sorted()) }
      let center = Self.mean(each)
      var squares = 0.0
      for value in each { squares += (value - center) * (value - center) }
      prediction.spread = (squares / Double(members.count - 1)).squareRoot()
    }
    return prediction
  }

  private func forecast(_ sorted: [Double]) -> Double {
    middle.count == 1
      ? sorted[middle.lowerBound]
      : sorted[middle.lowerBound] / 2 + sorted[middle.upperBound] / 2
  }

  /// Of one value the value itself.
  private static func mean(_ values: [Double]) -> Double {
    var sum = 0.0
    for value in values { sum += value }
    return sum / Double(values.count)
  }
}
