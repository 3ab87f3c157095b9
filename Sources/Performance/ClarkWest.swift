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
    MeanTest.statistic(terms, lags: lags, allZero: sameAsBaseline).then {
      .value(Elementary.normalCDF(-$0))
    }
  }
}

/// The mean of a loss difference over its standard error.
enum MeanTest {
  /// mean / √(V/n) of terms in the order of time; `allZero` is the reason given where all are zero.
  static func statistic(_ terms: [Double], lags: Int, allZero: String) -> Figure {
    if let reason = LongRunVariance.reasonAgainst(count: terms.count, lags: lags) {
      return .undefined(reason)
    }
    if terms.allSatisfy({ $0 == 0 }) { return .undefined(allZero) }
    let constant = "the differences in loss do not vary"
    guard Sample.varies(terms) else {
      return .undefined(constant)
    }
    let mean = Sample.mean(terms)
    let variance = LongRunVariance.of(
      LongRunVariance.autocovariances(terms, mean: mean, lags: lags))
    guard variance > 0 else { return .undefined(constant) }
    return Figure(
      mean / (variance / Double(terms.count)).squareRoot(),
      orUndefined: "the differences in loss are beyond the largest number")
  }
}
