import Numerics

// F. X. Diebold, R. S. Mariano, "Comparing predictive accuracy", J. Business & Economic Statistics
// 13 (1995), with the small-sample factor of D. Harvey, S. Leybourne, P. Newbold, "Testing the
// equality of prediction mean squared errors", Int. J. Forecasting 13 (1997).
//   1. d = (y − b)² − (y − f)²: positive where the forecast errs by less than its baseline.
//   2. mean(d) over its standard error, autocovariances up to h − 1 (h = lags + 1).
//   3. times √((n + 1 − 2h + h(h − 1)/n) / n), held against Student's t with n − 1 degrees.
// It measures accuracy. On noise, an estimated model that nests its baseline errs by more than it, so
// that the two-sided p is far from nominal there: whether there is skill is asked of Clark and West.

/// The Diebold–Mariano test of a forecast against a baseline.
struct DieboldMariano {
  /// Positive where the forecast errs by less.
  var statistic: Figure
  /// One-sided: small where the forecast errs by less than the baseline.
  var p: Figure
  /// Small where one of them errs by less than the other.
  var twoSidedP: Figure

  init(_ scores: HorizonScores, against baseline: Baseline) {
    let statistic = Self.statistic(scores, against: baseline)
    let degrees = scores.count - 1
    self.statistic = statistic
    p = statistic.then { .value(Elementary.studentUpperTail($0, degrees: degrees)) }
    twoSidedP = statistic.then {
      .value(2 * Elementary.studentUpperTail(abs($0), degrees: degrees))
    }
  }

  private static func statistic(_ scores: HorizonScores, against baseline: Baseline) -> Figure {
    guard scores.horizon > 0 else { return .undefined(HorizonScores.nowcast) }
    let terms = (0..<scores.count).map { row in
      let u = scores.actuals[row] - scores.value(of: baseline, at: row)
      let v = scores.forecasts[row] - scores.value(of: baseline, at: row)
      // u² − (u − v)², without the squares' cancellation.
      return v * (2 * u - v)
    }
    let n = Double(scores.count)
    let apart = n - Double(scores.lags + 1)
    // n + 1 − 2h + h(h − 1)/n = (n − h)(n − h + 1)/n.
    let factor = (apart * (apart + 1)).squareRoot() / n
    return MeanTest.statistic(
      terms, lags: scores.lags,
      allZero: "the forecast errs exactly as the \(baseline.name) baseline"
    ).then { .value($0 * factor) }
  }
}
