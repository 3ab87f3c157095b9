// The normal distribution.

extension Elementary {
  /// Φ(x) = P(Z ≤ x), Z standard normal. Relative error below 1e-15 in both tails, down to the
  /// smallest double.
  public static func normalCDF(_ x: Double) -> Double {
    x > 0 ? 1 - normalUpperTail(x) : normalUpperTail(-x)
  }

  /// P(Z > x) for x ≥ 0, as e^(-x²/2) / (1 + x) times a Chebyshev series in (x - 3)/(x + 3).
  private static func normalUpperTail(_ x: Double) -> Double {
    guard x < 39 else { return x.isNaN ? x : 0 }
    let t = (x - 3) / (x + 3)
    let twice = 2 * t
    var newest = 0.0
    var previous = 0.0
    for index in stride(from: ElementaryTables.normalTail.count - 1, to: 0, by: -1) {
      let next = twice * newest - previous + ElementaryTables.normalTail[index]
      previous = newest
      newest = next
    }
    let series = t * newest - previous + ElementaryTables.normalTail[0]
    let square = DoubleDouble(product: x, x)
    let density = exp(-0.5 * square.high) * (1 - 0.5 * square.low)
    return density * series / (1 + x)
  }

  /// The x with Φ(x) = p: -inf at 0, inf at 1, NaN outside. Relative error about 1e-15.
  ///
  /// Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", 1988: PPND16.
  public static func normalQuantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else {
      if p == 0 { return -.infinity }
      return p == 1 ? .infinity : .nan
    }
    let q = p - 0.5
    if q.magnitude <= 0.425 {
      let r = 0.180625 - q * q
      return q
        * ratio(
          r, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
          1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
          3.3430575583588128105e4, 2.5090809287301226727e3,
          over: 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
          2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
          5.2264952788528545610e3)
    }
    let r = (-log(q < 0 ? p : 1 - p)).squareRoot()
    let x: Double
    if r <= 5 {
      x = ratio(
        r - 1.6, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
        3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
        2.27238449892691845833e-2, 7.74545014278341407640e-4,
        over: 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
        1.05075007164441684324e-9)
    } else {
      x = ratio(
        r - 5, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
        2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
        2.71155556874348757815e-5, 2.01033439929228813265e-7,
        over: 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
        2.04426310338993978564e-15)
    }
    return q < 0 ? -x : x
  }

  /// (a0 + a1 r + … + a7 r^7) / (1 + b1 r + … + b7 r^7).
  @inline(__always)
  private static func ratio(
    _ r: Double, _ a0: Double, _ a1: Double, _ a2: Double, _ a3: Double, _ a4: Double,
    _ a5: Double, _ a6: Double, _ a7: Double, over b1: Double, _ b2: Double, _ b3: Double,
    _ b4: Double, _ b5: Double, _ b6: Double, _ b7: Double
  ) -> Double {
    let low = ((a3 * r + a2) * r + a1) * r + a0
    let above = (((((a7 * r + a6) * r + a5) * r + a4) * r) * r * r) * r + low
    let below = ((((((b7 * r + b6) * r + b5) * r + b4) * r + b3) * r + b2) * r + b1) * r + 1
    return above / below
  }
}
