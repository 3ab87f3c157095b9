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
  struct Tail {
    var valueAtRisk: Double
    var conditional: Double
  }

  /// The tail of each α, the largest α first.
  ///
  /// The percentile lies between the returns at ⌊(n − 1)α⌋ and the next one, linearly; the mean is that
  /// of the ⌊(n − 1)α⌋ + 1 lowest.
  func tails(_ alphas: [Double]) -> [Tail] {
    var values = Array(returns)
    // A smaller tail lies within the larger one, and is looked for there alone.
    var end = values.count
    return alphas.map { alpha in
      let position = Double(values.count - 1) * alpha
      let index = Int(position)
      Sample.partition(&values, at: index, end: end)
      var sum = WideSum()
      for value in values[...index] { sum.add(value) }
      let rest = index + 1 < end ? end : values.count
      let next = values[(index + 1)..<rest].min() ?? values[index]
      end = index + 1
      return Tail(
        valueAtRisk: values[index] + (next - values[index]) * (position - Double(index)),
        conditional: sum.value / Double(index + 1))
    }
  }

  /// SR · P/√(P + 2 Σ_{k<P} (P − k) ρ_k), ρ cut at lag ⌊4 (n/100)^(2/9)⌋; `ratio` of one return.
  /// A. W. Lo, "The statistics of Sharpe ratios", Financial Analysts J. 58 (2002).
  func sharpeOfLo(_ ratio: Double, perYear: Double) -> Figure {
    let n = returns.count
    let most = Int(4 * Elementary.power(Double(n) / 100, 2.0 / 9))
    let squares = Double(n - 1) * deviation * deviation
    var sum = 0.0
    for first in stride(from: 1, through: most, by: 8) {
      let products = products(lagsFrom: first)
      for lag in first..<first + 8 where lag <= most && lag < n && Double(lag) < perYear {
        sum += (perYear - Double(lag)) * products[first + 7 - lag] / squares
      }
    }
    let radicand = perYear + 2 * sum
    guard radicand > 0 else {
      return .undefined("the autocorrelations of the returns leave no variance")
    }
    return .value(ratio * perYear / radicand.squareRoot())
  }

  /// Σ (r_i − mean)(r_{i−k} − mean) for eight lags k from `first` on, each summed in rising i; the
  /// longest lag is in lane 0.
  private func products(lagsFrom first: Int) -> SIMD8<Double> {
    returns.withUnsafeBufferPointer { values in
      let longest = first + 7
      var sums = SIMD8<Double>.zero
      for index in first..<max(first, min(longest, values.count)) {
        for lag in first...index {
          sums[longest - lag] += (values[index] - mean) * (values[index - lag] - mean)
        }
      }
      let earlier = UnsafeRawBufferPointer(values)
      for index in stride(from: longest, to: values.count, by: 1) {
        // SAFETY: eight values from index − longest on end before index, which is in the buffer.
        let lagged = earlier.loadUnaligned(
          fromByteOffset: 8 &* (index &- longest), as: SIMD8<Double>.self)
        sums += (values[index] - mean) * (lagged - mean)
      }
      return sums
    }
  }
}

extension Sample {
  /// Reorders so that the value at `index` is the one that sorting would put there, none before it is
  /// larger and none after it smaller. C. A. R. Hoare, "Algorithm 65: Find" (1961).
  /// Those from `end` on, where there are any, are no smaller than all others and stay where they are.
  static func partition(_ values: inout [Double], at index: Int, end: Int? = nil) {
    values.withUnsafeMutableBufferPointer { values in
      var (low, high) = (0, (end ?? values.count) - 1)
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
