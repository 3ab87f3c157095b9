import Numerics

// M. H. Pesaran, A. Timmermann, "A simple nonparametric test of predictive performance", J. Business &
// Economic Statistics 10 (1992): do the signs of forecast and fact agree more often than two signs
// that know nothing of each other? With x and y their indicators,
//   hit rate − expected hit rate = 2 cov(x, y),
//   var = 4 γ_x γ_y (n − 1)/n², γ the variances x̄(1 − x̄) and ȳ(1 − ȳ): the paper's two variances
//   written as one.
// Where labels overlap, signs follow themselves. Of two independent series the product has the
// autocovariances γ_x(k) γ_y(k), so γ_x γ_y gives way to Σ γ_x(k) γ_y(k) over lags up to h − 1.

/// The Pesaran–Timmermann test of signs.
struct PesaranTimmermann {
  /// Positive where signs agree more often than by chance.
  var statistic: Figure
  /// One-sided: small where signs agree more often than by chance.
  var p: Figure

  private init(_ statistic: Figure) {
    self.statistic = statistic
    p = statistic.then { .value(Elementary.normalCDF(-$0)) }
  }

  init(undefined reason: String) { self.init(.undefined(reason)) }

  /// - Parameters:
  ///   - forecasts: f − r, in the order of time.
  ///   - actuals: y − r; rows in which either is zero do not count.
  ///   - lags: of the autocovariances.
  init(forecasts: [Double], actuals: [Double], lags: Int) {
    var x: [Double] = []
    var y: [Double] = []
    for row in forecasts.indices where forecasts[row] != 0 && actuals[row] != 0 {
      x.append(forecasts[row] > 0 ? 1 : 0)
      y.append(actuals[row] > 0 ? 1 : 0)
    }
    self.init(Self.statistic(x, y, lags: lags))
  }

  private static func statistic(_ x: [Double], _ y: [Double], lags: Int) -> Figure {
    if let reason = LongRunVariance.reasonAgainst(count: x.count, lags: lags) {
      return .undefined(reason)
    }
    guard x.contains(where: { $0 != x[0] }) else {
      return .undefined("all forecasts lie on one side of the reference")
    }
    guard y.contains(where: { $0 != y[0] }) else {
      return .undefined("all that came lies on one side of the reference")
    }
    let n = Double(x.count)
    let xCovariances = LongRunVariance.autocovariances(x, mean: Sample.mean(x), lags: lags)
    let yCovariances = LongRunVariance.autocovariances(y, mean: Sample.mean(y), lags: lags)
    let variance = LongRunVariance.of(zip(xCovariances, yCovariances).map { $0 * $1 })
    guard variance > 0 else {
      return .undefined("the autocovariances of the signs leave no variance")
    }
    // crossDeviation is n · cov(x, y).
    return .value(Sample.crossDeviation(x, y) / (variance * (n - 1)).squareRoot())
  }
}
