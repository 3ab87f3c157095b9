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

  /// - Parameter values: of one horizon in the target's unit, in the order of the quantiles.
  func prediction(_ values: [Double]) -> Prediction {
    let sorted = values.sorted()
    var prediction = Prediction(
      middle.count == 1
        ? sorted[middle.lowerBound]
        : sorted[middle.lowerBound] / 2 + sorted[middle.upperBound] / 2)
    if count > 1 {
      (prediction.lower, prediction.upper) = (sorted[0], sorted[count - 1])
      prediction.wasCrossed = sorted != values
    }
    return prediction
  }
}
