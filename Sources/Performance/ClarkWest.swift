import Numerics

// T. E. Clark, K. D. West, "Approximately normal tests for equal predictive accuracy in nested
// models", Journal of Econometrics 138 (2007): a model that nests its baseline and has to estimate
// its parameters errs by more than the baseline on noise, by Σ(f_b − f)². The test adds that back.
//   1. c = e_b² − e² + (f_b − f)², e = y − f, e_b = y − f_b.
//   2. Its mean over its standard error, with the autocovariances of the overlapping labels
//      (uniform weights; Bartlett's where these give a variance that is not positive).
//   3. p = 1 − Φ: one-sided, small where the forecast knows what the baseline does not.

/// The Clark–West test of a forecast against one baseline.
enum ClarkWest {
  /// c of one row. With u = y − f_b and v = f − f_b it is u² − (u − v)² + v² = 2uv.
  static func term(forecast: Double, baseline: Double, actual: Double) -> Double {
    2 * (actual - baseline) * (forecast - baseline)
  }

  /// One-sided p of mean(c) > 0, for `terms` c in the order of time and autocovariances up to `lags`;
  /// `sameAsBaseline` is the reason given where all terms are zero.
  static func p(terms: [Double], lags: Int, sameAsBaseline: String) -> Figure {
    guard terms.count > lags + 1 else {
      return .undefined("\(count(terms.count)) too few for autocovariances up to lag \(lags)")
    }
    if terms.allSatisfy({ $0 == 0 }) { return .undefined(sameAsBaseline) }
    guard Sample.varies(terms, scale: terms.reduce(0) { max($0, abs($1)) }) else {
      return .undefined("the differences in loss do not vary")
    }
    let n = Double(terms.count)
    let mean = Sample.mean(terms)
    let covariances = (0...lags).map { autocovariance(terms, mean: mean, lag: $0) }
    var variance = covariances[0] + 2 * covariances.dropFirst().reduce(0, +)
    if variance <= 0 {
      variance = covariances[0]
      for lag in 0..<lags {
        let weight = 1 - Double(lag + 1) / Double(lags + 1)
        variance += 2 * weight * covariances[lag + 1]
      }
    }
    guard variance > 0 else { return .undefined("the differences in loss do not vary") }
    return Figure(
      Elementary.normalCDF(-mean / (variance / n).squareRoot()),
      orUndefined: "the differences in loss are beyond the largest number")
  }

  private static func autocovariance(_ values: [Double], mean: Double, lag: Int) -> Double {
    var sum = WideSum()
    for index in lag..<values.count {
      sum.addProduct(values[index] - mean, values[index - lag] - mean)
    }
    return sum.value / Double(values.count)
  }

  private static func count(_ count: Int) -> String {
    count == 1 ? "1 forecast is" : "\(count) forecasts are"
  }
}
