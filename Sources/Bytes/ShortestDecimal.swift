/// The shortest decimal that reads back to a double, and of the shortest ones the closest.
///
/// This is the Schubfach algorithm: Raffaello Giulietti, "The Schubfach way to render doubles",
/// 2020. For a double c·2^q with neighbours, let k be the largest power of ten not above the width
/// of the interval that rounds to it. Then at most two multiples of 10^(k+1) lie in the interval,
/// and the nearest two multiples of 10^k around the double do if none of those does. Products
/// with 10^-k are taken to 128 bits, rounded to odd, which decides each comparison exactly.
struct ShortestDecimal {
  /// At most 17 digits, without trailing zeros.
  var digits: UInt64
  /// The value is digits · 10^exponent.
  var exponent: Int

  /// - Precondition: `value` is finite and not zero; its sign is ignored.
  init(_ value: Double) {
    let bits = value.bitPattern
    let fraction = bits & (1 << 52 - 1)
    let biased = Int((bits >> 52) & 0x7ff)
    precondition(
      biased != 0x7ff && value != 0, "a number with a shortest decimal is finite and not zero")
    let c = biased == 0 ? fraction : fraction | 1 << 52
    let q = (biased == 0 ? 1 : biased) - 1075

    // Ends of the interval, in quarters of 2^q. Below a power of two the gap is half as wide.
    let lowerIsCloser = fraction == 0 && biased > 1
    let isOdd: UInt64 = c & 1
    let center = 4 * c
    let left = center - (lowerIsCloser ? 1 : 2)
    let right = center + 2

    // floor(log10(2^q)), or of 3/4 · 2^q where the lower gap is half as wide.
    let k = (q &* 1_262_611 &- (lowerIsCloser ? 524_031 : 0)) >> 22
    let shift = UInt64(q + PowersOfTen.floorLog2(-k) + 1)
    let power = PowersOfTen.shared.scaled(-k)
    let scaledLeft = ShortestDecimal.roundToOdd(power, left << shift)
    let scaled = ShortestDecimal.roundToOdd(power, center << shift)
    let scaledRight = ShortestDecimal.roundToOdd(power, right << shift)
    // The ends themselves round to an even c only.
    let lower = scaledLeft + isOdd
    let upper = scaledRight - isOdd

    let s = scaled / 4
    if s >= 10 {
      let tenth = s / 10
      let belowFits = lower <= 40 * tenth
      let aboveFits = 40 * tenth + 40 <= upper
      if belowFits != aboveFits {
        self.init(digits: tenth + (aboveFits ? 1 : 0), exponent: k + 1)
        return
      }
    }
    let belowFits = lower <= 4 * s
    let aboveFits = 4 * s + 4 <= upper
    if belowFits != aboveFits {
      self.init(digits: s + (aboveFits ? 1 : 0), exponent: k)
      return
    }
    let middle = 4 * s + 2
    let roundsUp = scaled > middle || (scaled == middle && s & 1 == 1)
    self.init(digits: s + (roundsUp ? 1 : 0), exponent: k)
  }

  @inline(__always)
  private init(digits: UInt64, exponent: Int) {
    var digits = digits
    var exponent = exponent
    // At most 16 zeros: halving steps are dearer than none and far cheaper than one at a time.
    if digits % 100_000_000 == 0 {
      digits /= 100_000_000
      exponent &+= 8
    }
    if digits % 10_000 == 0 {
      digits /= 10_000
      exponent &+= 4
    }
    if digits % 100 == 0 {
      digits /= 100
      exponent &+= 2
    }
    if digits % 10 == 0 {
      digits /= 10
      exponent &+= 1
    }
    self.digits = digits
    self.exponent = exponent
  }

  /// g·x / 2^128, its last bit set where the quotient is not whole.
  @inline(__always)
  private static func roundToOdd(_ g: (high: UInt64, low: UInt64), _ x: UInt64) -> UInt64 {
    let lowProduct = g.low.multipliedFullWidth(by: x)
    let highProduct = g.high.multipliedFullWidth(by: x)
    let (middle, carry) = highProduct.low.addingReportingOverflow(lowProduct.high)
    return (highProduct.high &+ (carry ? 1 : 0)) | (middle > 1 ? 1 : 0)
  }
}
