/// A sum of two doubles that do not overlap: about 106 bits.
///
/// Sums are Knuth's and Dekker's, products split by Veltkamp, so that no fused multiply-add is
/// needed: on a CPU without one it would be a slow call. Dekker, "A Floating-Point Technique for
/// Extending the Available Precision", 1971.
struct DoubleDouble {
  var high: Double
  var low: Double

  @inline(__always)
  init(high: Double, low: Double) {
    self.high = high
    self.low = low
  }

  /// The exact sum. |left| is at least |right|, or left is 0.
  @inline(__always)
  init(fastSum left: Double, _ right: Double) {
    high = left + right
    low = right - (high - left)
  }

  /// The exact sum of any two.
  @inline(__always)
  init(sum left: Double, _ right: Double) {
    high = left + right
    let shadow = high - left
    low = (left - (high - shadow)) + (right - shadow)
  }

  /// The exact product, unless a part over- or underflows.
  @inline(__always)
  init(product left: Double, _ right: Double) {
    let a = DoubleDouble(halves: left)
    let b = DoubleDouble(halves: right)
    high = left * right
    low = ((a.high * b.high - high) + a.high * b.low + a.low * b.high) + a.low * b.low
  }

  /// `value` as two numbers of at most 26 bits each. |value| < 2^996.
  @inline(__always)
  init(halves value: Double) {
    let shifted = value * 0x1.0000002p27
    high = shifted - (shifted - value)
    low = value - high
  }

  @inline(__always)
  static func + (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
    let highs = DoubleDouble(sum: left.high, right.high)
    let lows = DoubleDouble(sum: left.low, right.low)
    let first = DoubleDouble(fastSum: highs.high, highs.low + lows.high)
    return DoubleDouble(fastSum: first.high, first.low + lows.low)
  }

  @inline(__always)
  static func * (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
    let product = DoubleDouble(product: left.high, right.high)
    let rest = product.low + (left.high * right.low + left.low * right.high)
    return DoubleDouble(fastSum: product.high, rest)
  }

  @inline(__always)
  static func * (left: DoubleDouble, right: Double) -> DoubleDouble {
    let product = DoubleDouble(product: left.high, right)
    return DoubleDouble(fastSum: product.high, product.low + left.low * right)
  }
}
