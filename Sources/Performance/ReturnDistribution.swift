import Numerics

/// Figures that need every return of a span.
struct ReturnDistribution {
  private let returns: ArraySlice<Double>
  private let mean: Double
  /// std, n − 1.
  private let deviation: Double

  init(_ returns: ArraySlice<Double>, mean: Double, deviation: Double) {
    self.returns = returns
    self.mean = mean
    self.deviation = deviation
  }

  /// Of returns that vary.
  func moments(riskFree: Double) -> SharpeMoments {
    let n = Double(returns.count)
    var (second, third, fourth) = (0.0, 0.0, 0.0)
    returns.withUnsafeBufferPointer {
      for value in $0 {
        let step = value - mean
        let square = step * step
        second += square
        third += square * step
        fourth += square * square
      }
    }
    let variance = second / n
    return SharpeMoments(
      ratio: (mean - riskFree) / deviation, count: returns.count,
      skewness: third / n / (variance * variance.squareRoot()),
      kurtosis: fourth / n / (variance * variance))
  }

  /// The α-percentile of the returns and the mean of those up to it.
  ///
  /// The percentile lies between the returns at ⌊(n − 1)α⌋ and the next one, linearly; the mean is that
  /// of the ⌊(n − 1)α⌋ + 1 lowest.
  func tail(_ alpha: Double) -> (valueAtRisk: Double, conditional: Double) {
    var values = Array(returns)
    let position = Double(values.count - 1) * alpha
    let index = Int(position)
    Sample.partition(&values, at: index)
    var sum = WideSum()
    for value in values[...index] { sum.add(value) }
    let next = values[(index + 1)...].min() ?? values[index]
    return (
      values[index] + (next - values[index]) * (position - Double(index)),
      sum.value / Double(index + 1)
    )
  }

  /// SR · P/√(P + 2 Σ_{k<P} (P − k) ρ_k), ρ cut at lag ⌊4 (n/100)^(2/9)⌋; `ratio` of one return.
  /// A. W. Lo, "The statistics of Sharpe ratios", Financial Analysts J. 58 (2002).
  func sharpeOfLo(_ ratio: Double, perYear: Double) -> Figure {
    let n = returns.count
    let most = Int(4 * Elementary.power(Double(n) / 100, 2.0 / 9))
    let squares = Double(n - 1) * deviation * deviation
    var sum = 0.0
    for lag in 1...max(most, 1) where lag <= most && lag < n && Double(lag) < perYear {
      let product = returns.withUnsafeBufferPointer { values in
        var product = 0.0
        for index in lag..<n { product += (values[index] - mean) * (values[index - lag] - mean) }
        return product
      }
      sum += (perYear - Double(lag)) * product / squares
    }
    let radicand = perYear + 2 * sum
    guard radicand > 0 else {
      return .undefined("the autocorrelations of the returns leave no variance")
    }
    return .value(ratio * perYear / radicand.squareRoot())
  }
}

extension Sample {
  /// Reorders so that the value at `index` is the one that sorting would put there, none before it is
  /// larger and none after it smaller. C. A. R. Hoare, "Algorithm 65: Find" (1961).
  static func partition(_ values: inout [Double], at index: Int) {
    values.withUnsafeMutableBufferPointer { values in
      var (low, high) = (0, values.count - 1)
      while low < high {
        // The middle one, so that sorted values are no worst case.
        let pivot = values[(low + high) / 2]
        var (left, right) = (low, high)
        while left <= right {
          while values[left] < pivot { left += 1 }
          while pivot < values[right] { right -= 1 }
          if left <= right {
            values.swapAt(left, right)
            left += 1
            right -= 1
          }
        }
        if right < index { low = left }
        if index < left { high = right }
      }
    }
  }
}
