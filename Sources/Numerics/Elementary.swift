/// Elementary functions in Float64 that are the same bits on every machine: built from
/// `+ - * /` alone, without the C library.
///
/// `exp` and `log` first take a table and a short polynomial, whose error is below 2^-65 of the
/// result, and return if that settles the rounding; else (about once in 5 000 calls) they take the
/// same steps in double-double arithmetic. So they are correctly rounded, hence monotone, unless
/// the true value lies closer than about 2^-100 of itself to the middle between two doubles.
/// Subnormal results are rounded twice, and still monotone.
///
/// The method, table lookup with an exactly known reduced argument, is that of Tang, "Table-Driven
/// Implementation of the Exponential Function", 1989, and "… of the Logarithm Function", 1990.
public enum Elementary {
  /// The fast results' errors are below this share of them.
  static let fastError = 0x1p-65
}

extension Elementary {
  /// e^x. Overflow is infinite, `exp(-inf)` is 0, NaN stays NaN.
  public static func exp(_ x: Double) -> Double {
    // e^x = 2^k · 2^(j/128) · e^r, with |r| ≤ ln 2 / 256.
    guard x.magnitude < 746 else {
      if x.isNaN { return x }
      return x > 0 ? .infinity : 0
    }
    guard x.magnitude > 0x1p-54 else { return 1 + x }
    let shifter = 0x1.8p52
    let shifted = x * ElementaryTables.expInverseStep + shifter
    let n = shifted - shifter
    let whole = Int(truncatingIfNeeded: Int32(truncatingIfNeeded: shifted.bitPattern))
    let index = whole & 127
    let coarse = x - n * ElementaryTables.expStep0  // exact
    let fine = n * ElementaryTables.expStep1
    let r = coarse - fine
    let rRest = (coarse - r) - fine

    let power0 = ElementaryTables.powersOfTwo[3 * index]
    let power1 = ElementaryTables.powersOfTwo[3 * index + 1]
    let halves = DoubleDouble(halves: r)
    let square = r * r
    let tail =
      (rRest + halves.low) + rRest * r + square * (0.5 + r * (1 / 6.0))
      + square * square * ((1 / 24.0 + r * (1 / 120.0)) + square * (1 / 720.0 + r * (1 / 5040.0)))
    let sum = DoubleDouble(fastSum: power0, power0 * halves.high)  // the product is exact
    let rest = sum.low + (power0 * tail + power1 * (1 + (halves.high + tail)))
    let error = sum.high * fastError
    let result = sum.high + (rest + error)
    if result == sum.high + (rest - error) { return scaled(result, by: whole >> 7) }
    let exact = expOfReduced(n: n, index: index, x: DoubleDouble(high: x, low: 0))
    return scaled(exact.high, by: whole >> 7)
  }

  /// Natural logarithm. `log(±0)` is -inf, of a negative number NaN, of inf inf.
  public static func log(_ x: Double) -> Double {
    // x = 2^k · m; with c ≈ 1/m short, r = m·c - 1 is exact in two doubles, and
    // ln x = k · ln 2 - ln c + ln(1 + r).
    guard x > 0, x < .infinity else {
      if x == 0 { return -.infinity }
      return x > 0 ? x : .nan
    }
    let parts = LogParts(x)
    let rest1 = parts.exponent * ElementaryTables.ln2Part1 + parts.part(1)
    let base = parts.exponent * ElementaryTables.ln2Part0 + parts.part(0)  // exact
    let r = parts.r.high
    let halves = DoubleDouble(halves: r)
    let first = DoubleDouble(fastSum: base, r)
    let second = DoubleDouble(fastSum: first.high, -0.5 * halves.high * halves.high)
    let square = r * r
    let series =
      (1 / 3.0 - r * 0.25) + square * ((0.2 - r * (1 / 6.0)) + square * (1 / 7.0 - r * 0.125))
      + square * square * square * (1 / 9.0 - r * 0.1)
    let tail = square * r * series - 0.5 * (r + halves.high) * halves.low
    let rest =
      (second.low + first.low) + ((rest1 + parts.r.low * (1 - r)) + tail)
    let error = second.high * fastError
    let result = second.high + (rest + error)
    if result == second.high + (rest - error) { return result }
    return log(parts).high
  }
}

extension Elementary {
  /// value · 2^k, rounded once. value lies in [0.5, 4].
  @inline(__always)
  static func scaled(_ value: Double, by k: Int) -> Double {
    if k > -1021, k < 1022 { return value * powerOfTwo(k) }
    if k > 0 { return value * 0x1p1000 * powerOfTwo(k - 1000) }
    return value * 0x1p-900 * powerOfTwo(k + 900)
  }

  /// 2^k for k in -1022...1023.
  @inline(__always)
  private static func powerOfTwo(_ k: Int) -> Double {
    Double(bitPattern: UInt64(truncatingIfNeeded: k &+ 1023) << 52)
  }

  /// e^x / 2^k in double-double arithmetic, where n = 128 k + index is near 128 x / ln 2.
  static func expOfReduced(n: Double, index: Int, x: DoubleDouble) -> DoubleDouble {
    let coarse = DoubleDouble(high: x.high - n * ElementaryTables.expStep0, low: 0)
    let fine = DoubleDouble(product: -n, ElementaryTables.expStep1)
    let finest = -n * ElementaryTables.expStep2
    let r = (coarse + fine) + DoubleDouble(sum: x.low, finest)
    // Taylor's series; the terms from r^6 on are small enough for one double.
    var series = 0.0
    for divisor in [11.0, 10, 9, 8, 7] { series = (1 + series) * (r.high / divisor) }
    var sum = DoubleDouble(high: (1 + series) / 720, low: 0)
    for (power, factorial) in zip([5, 4, 3, 2, 1, 0], [120.0, 24, 6, 2, 1, 1]) {
      let coefficient = DoubleDouble(
        high: 1 / factorial, low: ElementaryTables.factorialRests[power])
      sum = sum * r + coefficient
    }
    let table = DoubleDouble(
      fastSum: ElementaryTables.powersOfTwo[3 * index],
      ElementaryTables.powersOfTwo[3 * index + 1])
    let product = sum * table
    let rest = sum.high * ElementaryTables.powersOfTwo[3 * index + 2]
    return DoubleDouble(fastSum: product.high, product.low + rest)
  }

  /// A positive finite number as 2^exponent · (1 + r) / c, with what the tables know of c.
  struct LogParts {
    var exponent: Double
    /// Exact.
    var r: DoubleDouble
    var row: Int

    @inline(__always)
    init(_ x: Double) {
      var bits = x.bitPattern
      var bias = 1023
      if bits < 0x0010_0000_0000_0000 {
        bits = (x * 0x1p54).bitPattern
        bias = 1077
      }
      let index = Int(truncatingIfNeeded: (bits >> 45) & 127)
      let mantissa = (bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000
      let m = Double(bitPattern: mantissa)
      let mHigh = Double(bitPattern: mantissa & 0xFFFF_FFFF_FFE0_0000)
      row = 4 * index
      let c = ElementaryTables.reciprocals[row]
      // From m = 1 + 53/128 on, c stands doubled and m halved.
      let isUpper = index >= 53
      exponent = Double(Int(truncatingIfNeeded: bits >> 52) - bias + (isUpper ? 1 : 0))
      // mHigh has 32 bits and c 14, so both products are exact.
      r = DoubleDouble(fastSum: mHigh * c - 1, (m - mHigh) * c)
    }

    /// Part 0, 1 or 2 of -ln c.
    @inline(__always)
    func part(_ index: Int) -> Double { ElementaryTables.reciprocals[row + 1 + index] }
  }

  /// The logarithm in double-double arithmetic.
  static func log(_ parts: LogParts) -> DoubleDouble {
    let r = parts.r
    // ln(1 + r) = r - r²/2 + …; the terms from r^10 on are small enough for one double.
    var series = 0.0
    for divisor in [17.0, 16, 15, 14, 13, 12, 11] { series = 1 / divisor - series * r.high }
    var sum = DoubleDouble(high: 0.1 - series * r.high, low: 0)
    let minusR = DoubleDouble(high: -r.high, low: -r.low)
    for divisor in [9, 8, 7, 6, 5, 4, 3, 2, 1] {
      let coefficient = DoubleDouble(
        high: 1 / Double(divisor), low: ElementaryTables.reciprocalRests[divisor])
      sum = coefficient + sum * minusR
    }
    let base = parts.exponent * ElementaryTables.ln2Part0 + parts.part(0)  // exact
    let middle =
      DoubleDouble(product: parts.exponent, ElementaryTables.ln2Part1)
      + DoubleDouble(high: parts.part(1), low: parts.part(2))
    let low = DoubleDouble(
      sum: middle.high, middle.low + parts.exponent * ElementaryTables.ln2Part2)
    return DoubleDouble(high: base, low: 0) + (low + sum * r)
  }
}
