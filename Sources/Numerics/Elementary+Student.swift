// Student's t distribution, by the regularised incomplete beta function
//   I_x(a, b) = x^a (1 − x)^b / (a B(a, b)) · K,
// K the continued fraction of Abramowitz and Stegun, 26.5.8 (Lentz's method), which converges fast for
// x < (a + 1)/(a + b + 2); beyond, I_x(a, b) = 1 − I_{1−x}(b, a).

extension Elementary {
  /// P(T > t), T Student's with `degrees` degrees of freedom, at least 1. Relative error below 1e-12
  /// in the upper tail, down to 1e-300.
  public static func studentUpperTail(_ t: Double, degrees: Int) -> Double {
    precondition(degrees >= 1, "Student's t has at least one degree of freedom")
    guard !t.isNaN else { return t }
    guard t >= 0 else { return 1 - studentUpperTail(-t, degrees: degrees) }
    guard t.isFinite else { return 0 }
    // P(|T| > t) = I_x(n/2, 1/2), x = n/(n + t²).
    let n = Double(degrees)
    let square = t * t
    guard square.isFinite else { return 0 }
    let scaled = square / n
    let x = 1 / (1 + scaled)
    let rest = scaled / (1 + scaled)
    let a = n / 2
    // x^a (1 − x)^(1/2) / B(a, 1/2), B(a, 1/2) = √π Γ(a)/Γ(a + 1/2).
    let rootOfPi = 1.772453850905516
    let front =
      exp(-a * log1p(scaled)) * rest.squareRoot() * halfStepGammaRatio(a) / rootOfPi
    if x < (a + 1) / (a + 2.5) {
      return front / (2 * a) * betaFraction(a: a, b: 0.5, x: x)
    }
    return 0.5 - front * betaFraction(a: 0.5, b: a, x: rest)
  }

  /// Γ(a + 1/2)/Γ(a) for a ≥ 1/2: the asymptotic series, reached by Γ(z + 1) = z Γ(z).
  static func halfStepGammaRatio(_ a: Double) -> Double {
    var a = a
    var steps = 1.0
    while a < 30 {
      steps *= a / (a + 0.5)
      a += 1
    }
    let r = 1 / a
    // What is left out is below 4e-16 from a = 30 on.
    let series =
      1 - r
      * (1 / 8.0 - r
        * (1 / 128.0 + r
          * (5 / 1024.0 - r
            * (21 / 32768.0
              + r * (399 / 262144.0 - r * (869 / 4_194_304.0 + r * (39325 / 33_554_432.0)))))))
    return steps * a.squareRoot() * series
  }

  /// 1/(1 + d_1/(1 + d_2/(1 + …))), d_{2m} = m(b − m)x / ((a + 2m − 1)(a + 2m)) and
  /// d_{2m+1} = −(a + m)(a + b + m)x / ((a + 2m)(a + 2m + 1)).
  private static func betaFraction(a: Double, b: Double, x: Double) -> Double {
    let tiny = 1e-290
    func orTiny(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var upper = 1.0
    var lower = 1 / orTiny(1 - (a + b) * x / (a + 1))
    var result = lower
    for step in 1...100_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      lower = 1 / orTiny(1 + even * lower)
      upper = orTiny(1 + even / upper)
      result *= lower * upper
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      lower = 1 / orTiny(1 + odd * lower)
      upper = orTiny(1 + odd / upper)
      let change = lower * upper
      result *= change
      if abs(change - 1) <= .ulpOfOne { break }
    }
    return result
  }
}
