// Functions made of the double-double exponential and logarithm.

extension Elementary {
  /// base^exponent for base ≥ 0; NaN for a negative base or NaN. `power(_, 0)` is 1.
  ///
  /// Within 0.51 ulp. About ten times slower than `exp`.
  public static func power(_ base: Double, _ exponent: Double) -> Double {
    if exponent == 0 || base == 1 { return 1 }
    guard base >= 0, !exponent.isNaN else { return .nan }
    if base == 0 || base == .infinity {
      return (base == 0) == (exponent < 0) ? .infinity : 0
    }
    if exponent.isInfinite {
      return (base < 1) == (exponent < 0) ? .infinity : 0
    }
    let logarithm = log(LogParts(base))
    let rough = logarithm.high * exponent
    guard rough.magnitude < 746 else { return rough > 0 ? .infinity : 0 }
    guard rough.magnitude > 0x1p-60 else { return 1 + rough }
    let x = logarithm * exponent
    let n = (x.high * ElementaryTables.expInverseStep + 0x1.8p52) - 0x1.8p52
    let whole = Int(n)
    let result = expOfReduced(n: n, index: whole & 127, x: x)
    return scaled(result.high, by: whole >> 7)
  }

  /// ln(1 + x), exact to the last bit or nearly so for small x too. -inf at -1, NaN below.
  public static func log1p(_ x: Double) -> Double {
    guard x > -1, x < .infinity else {
      if x == -1 { return -.infinity }
      return x > 0 ? x : .nan
    }
    guard x.magnitude > 0x1p-54 else { return x }
    guard x < 0x1p60 else { return log(x) }
    let sum = DoubleDouble(sum: 1, x)
    let whole = log(LogParts(sum.high))
    // ln(high + low) = ln high + d - d²/2, d = low/high ≤ 2^-53.
    let d = sum.low / sum.high
    let dProduct = DoubleDouble(product: d, sum.high)
    let dRest = ((sum.low - dProduct.high) - dProduct.low) / sum.high
    return (whole + DoubleDouble(fastSum: d, dRest - 0.5 * d * d)).high
  }

  /// e^x - 1, exact to the last bit or nearly so for small x too.
  public static func expm1(_ x: Double) -> Double {
    guard x.magnitude < 746 else {
      if x.isNaN { return x }
      return x > 0 ? .infinity : -1
    }
    guard x.magnitude > 0x1p-54 else { return x }
    if x.magnitude < 0x1p-9 {
      // The series x + x²/2 + …; x alone is nearly all of it.
      let square = x * x
      let tail = square * x * (1 / 6.0 + x * (1 / 24.0 + x * (1 / 120.0 + x * (1 / 720.0))))
      let half = DoubleDouble(product: 0.5 * x, x)
      let sum = DoubleDouble(fastSum: x, half.high)
      return sum.high + (sum.low + (half.low + tail))
    }
    guard x < 700 else { return exp(x) }
    let n = (x * ElementaryTables.expInverseStep + 0x1.8p52) - 0x1.8p52
    let whole = Int(n)
    let power = expOfReduced(n: n, index: whole & 127, x: DoubleDouble(high: x, low: 0))
    let high = scaled(power.high, by: whole >> 7)
    let low = whole >> 7 < -900 ? 0 : scaled(power.low, by: whole >> 7)
    return (DoubleDouble(high: high, low: low) + DoubleDouble(high: -1, low: 0)).high
  }
}
