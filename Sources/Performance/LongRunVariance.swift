// The variance of a mean over forecasts h steps ahead: their labels overlap, so that errors up to
// h − 1 rows apart go together.
//   1. V = γ_0 + 2 Σ γ_k, k up to max(h, overlap) − 1, γ_k the autocovariances with divisor n.
//   2. Uniform weights can give a V that is not positive; then Bartlett's, 1 − k / (lags + 1), which
//      cannot. W. K. Newey, K. D. West, Econometrica 55 (1987).

/// The long-run variance of a series whose autocovariances end at a known lag.
enum LongRunVariance {
  /// - Parameter covariances: γ_0 ... γ_lags, at least one.
  /// - Returns: V; not positive only where Bartlett's weights give no better.
  static func of(_ covariances: [Double]) -> Double {
    let variance = covariances[0] + 2 * covariances.dropFirst().reduce(0, +)
    guard variance <= 0 else { return variance }
    let lags = covariances.count - 1
    var weighted = covariances[0]
    for lag in 1..<max(covariances.count, 1) {
      weighted += 2 * (1 - Double(lag) / Double(lags + 1)) * covariances[lag]
    }
    return weighted
  }

  /// γ_0 ... γ_lags of values in the order of time.
  static func autocovariances(_ values: [Double], mean: Double, lags: Int) -> [Double] {
    (0...lags).map { lag in
      var sum = WideSum()
      for index in lag..<values.count {
        sum.addProduct(values[index] - mean, values[index - lag] - mean)
      }
      return sum.value / Double(values.count)
    }
  }

  /// Why a series of so many rows has no such variance; nil where it has.
  static func reasonAgainst(count: Int, lags: Int) -> String? {
    guard count <= lags + 1 else { return nil }
    let rows = count == 1 ? "1 forecast is" : "\(count) forecasts are"
    return "\(rows) too few for autocovariances up to lag \(lags)"
  }
}
