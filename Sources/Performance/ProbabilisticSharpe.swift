import Numerics

// D. H. Bailey, M. López de Prado, "The Sharpe ratio efficient frontier", J. of Risk 15 (2012), and
// "The deflated Sharpe ratio", J. of Portfolio Management 40 (2014).
//   1. The Sharpe ratio of n returns has the variance (1 − γ₃ SR + (γ₄ − 1)/4 SR²) / (n − 1), SR a
//      period, γ₃ and γ₄ skewness and kurtosis (3 for the normal).
//   2. So P(true SR > SR*) = Φ((SR − SR*) √(n − 1) / √(1 − γ₃ SR + (γ₄ − 1)/4 SR²)).
//   3. Of N trials without any skill the best is expected at
//      SR* = √V ((1 − γ) Φ⁻¹(1 − 1/N) + γ Φ⁻¹(1 − 1/(Ne))), V the variance of the trials' ratios.

/// What the Sharpe ratio of a span is judged by: a return, not a year.
public struct SharpeMoments: Equatable, Sendable {
  /// mean(r − rf)/std(r, n − 1), of one return.
  public var ratio: Double
  /// Returns.
  public var count: Int
  /// m₃/m₂^(3/2), moments with divisor n.
  public var skewness: Double
  /// m₄/m₂², 3 for the normal distribution.
  public var kurtosis: Double

  /// The probability that the true Sharpe ratio of a return is above `benchmark`.
  public func probability(above benchmark: Double) -> Figure {
    let variance = 1 - skewness * ratio + (kurtosis - 1) / 4 * ratio * ratio
    guard variance > 0, variance.isFinite else {
      return .undefined("skewness and kurtosis leave the Sharpe ratio no variance")
    }
    let z = (ratio - benchmark) * Double(count - 1).squareRoot() / variance.squareRoot()
    return .value(Elementary.normalCDF(z))
  }
}

/// What was tried before a result was chosen.
public struct Trials: Equatable, Sendable {
  /// Distinct specs run on the same bars, at least 1.
  public var count: Int
  /// Variance (n − 1) over trials of their Sharpe ratios of a return.
  public var sharpeVariance: Double
  /// Mean correlation of the trials' returns, 0...1: trials that move together are fewer.
  public var meanCorrelation: Double

  /// One trial: nothing was chosen.
  public init() { (count, sharpeVariance, meanCorrelation) = (1, 0, 0) }

  public init(count: Int, sharpeVariance: Double, meanCorrelation: Double) {
    precondition(
      count >= 1 && sharpeVariance >= 0 && (0...1).contains(meanCorrelation),
      "there is at least one trial, a variance is at least 0, a mean correlation in 0...1")
    self.count = count
    self.sharpeVariance = sharpeVariance
    self.meanCorrelation = meanCorrelation
  }

  /// ρ̄ + (1 − ρ̄) · trials: as many as there would be if they were independent.
  public var independentCount: Double {
    meanCorrelation + (1 - meanCorrelation) * Double(count)
  }

  /// SR*, the ratio of a return that the best of them is expected to have without skill; at least 0.
  public var expectedBest: Double {
    let n = independentCount
    guard n > 1 else { return 0 }
    let euler = 0.5772156649015329
    let e = 2.718281828459045
    let best =
      (1 - euler) * Elementary.normalQuantile(1 - 1 / n)
      + euler * Elementary.normalQuantile(1 - 1 / (n * e))
    // Just above one trial the formula falls below zero, which no choice can.
    return sharpeVariance.squareRoot() * max(best, 0)
  }
}
