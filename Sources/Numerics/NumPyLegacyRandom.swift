/// The stream of NumPy's `RandomState(seed)`: the Mersenne Twister, doubles of 53 bits, normals by
/// Marsaglia's polar method.
///
/// NumPy takes its logarithm from the C library of the machine, which rounds about one in 1 200
/// wrongly; `Elementary.log` is correctly rounded. So about one normal in 2 500 differs from NumPy's,
/// by at most two units in the last place.
public struct NumPyLegacyRandom: Sendable {
  private var generator: MersenneTwister
  private var kept: Double?

  public init(seed: UInt32) { generator = MersenneTwister(seed: seed) }

  /// Uniform in [0, 1), a multiple of 2^-53: NumPy's `random_sample()`.
  public mutating func uniform() -> Double {
    let high = generator.next() >> 5
    let low = generator.next() >> 6
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }

  /// Standard normal: NumPy's `randn()`.
  public mutating func normal() -> Double {
    if let value = kept {
      kept = nil
      return value
    }
    while true {
      let x1 = 2 * uniform() - 1
      let x2 = 2 * uniform() - 1
      let square = x1 * x1 + x2 * x2
      guard square < 1, square != 0 else { continue }
      let factor = (-2 * Elementary.log(square) / square).squareRoot()
      kept = factor * x1
      return factor * x2
    }
  }
}
