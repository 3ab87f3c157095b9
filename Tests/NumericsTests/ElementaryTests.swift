import Testing

@testable import Numerics

@Suite struct ElementaryTests {
  private func expect(
    _ rows: [(UInt64, UInt64)], within ulps: Double, _ function: (Double) -> Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for (argument, wanted) in rows {
      let x = Double(bitPattern: argument)
      let y = Double(bitPattern: wanted)
      let value = function(x)
      #expect(
        value == y || ((value - y) / y.ulp).magnitude <= ulps, "at \(x): \(value), not \(y)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func expAndLogAreCorrectlyRounded() {
    expect(ElementaryReference.exponentials, within: 0, Elementary.exp)
    expect(ElementaryReference.logarithms, within: 0, Elementary.log)
  }

  @Test func subnormalExponentialsAreWithinAnUlp() {
    expect(ElementaryReference.subnormalExponentials, within: 1, Elementary.exp)
  }

  @Test func theSlowWayOfExpAndLogIsCorrectlyRounded() {
    expect(ElementaryReference.logarithms, within: 0) {
      Elementary.log(Elementary.LogParts($0)).high
    }
    expect(ElementaryReference.exponentials, within: 0) { x in
      let n = (x * ElementaryTables.expInverseStep).rounded()
      let whole = Int(n)
      let value = Elementary.expOfReduced(
        n: n, index: whole & 127, x: DoubleDouble(high: x, low: 0))
      return Elementary.scaled(value.high, by: whole >> 7)
    }
  }

  @Test func functionsMadeOfTheSlowWayAreCorrectlyRounded() {
    expect(ElementaryReference.logarithmsOnePlus, within: 0, Elementary.log1p)
    expect(ElementaryReference.exponentialsMinusOne, within: 0, Elementary.expm1)
    for (base, exponent, wanted) in ElementaryReference.powers {
      let (a, b) = (Double(bitPattern: base), Double(bitPattern: exponent))
      #expect(Elementary.power(a, b) == Double(bitPattern: wanted), "\(a) to the \(b)")
    }
  }

  @Test func theNormalDistributionIsWithinFiveUlp() {
    expect(ElementaryReference.normalCDFs, within: 5, Elementary.normalCDF)
    expect(ElementaryReference.normalQuantiles, within: 5, Elementary.normalQuantile)
  }

  #if arch(x86_64)
    /// Against 64-bit significands: a result rounded wrongly by more than a hair shows.
    @Test(arguments: 0..<4)
    func expAndLogAreWithinHalfAnUlpOfTheExtendedValue(seed: Int) {
      var random = PhiloxSequence(PhiloxStream(seed: UInt32(seed), purpose: .search))
      for _ in 0..<20_000 {
        let u = Double(random.next() >> 11) * 0x1p-53
        let x = (u - 0.5) * (seed % 2 == 0 ? 1400 : 2)
        let value = Elementary.exp(x)
        #expect(extendedUlps(value, extendedExp(x)) < 0.502, "exp at \(x)")
        // log(exp(x)) in extended precision must give x back to the accuracy of the rounding.
        #expect(
          (Elementary.log(value) - x).magnitude <= 0x1p-52 * (1 + x.magnitude), "log of \(value)")
      }
    }

    private func extendedUlps(_ value: Double, _ reference: Float80) -> Double {
      Double(((Float80(value) - reference) / Float80(Double(reference).ulp)).magnitude)
    }

    /// e^x by halving the argument until Taylor's series is short.
    private func extendedExp(_ x: Double) -> Float80 {
      let ln2High: Float80 = 0x1.62e42fefap-1
      let ln2Low: Float80 = 0x1.cf79abc9e3b39804p-40
      let n = (Float80(x) / (ln2High + ln2Low)).rounded()
      let r = (Float80(x) - n * ln2High) - n * ln2Low
      var sum: Float80 = 0
      for k in stride(from: Float80(24), through: 1, by: -1) { sum = (1 + sum) * r / k }
      return Float80(sign: .plus, exponent: Int(n), significand: 1 + sum)
    }
  #endif

  @Test func expIsRightAtTheEdges() {
    #expect(Elementary.exp(0) == 1)
    #expect(Elementary.exp(-0.0) == 1)
    #expect(Elementary.exp(.infinity) == .infinity)
    #expect(Elementary.exp(-.infinity) == 0)
    #expect(Elementary.exp(.nan).isNaN)
    #expect(Elementary.exp(0x1p-60) == 1)
    #expect(Elementary.exp(709.782712893384) == 0x1.fffffffffff2ap1023)
    #expect(Elementary.exp(709.7827128933841) == .infinity)
    #expect(Elementary.exp(-745.1332191019411) == .leastNonzeroMagnitude)
    #expect(Elementary.exp(-745.1332191019412) == 0)
    #expect(Elementary.exp(-1e300) == 0)
  }

  @Test func logIsRightAtTheEdges() {
    #expect(Elementary.log(1) == 0)
    #expect(Elementary.log(0) == -.infinity)
    #expect(Elementary.log(-0.0) == -.infinity)
    #expect(Elementary.log(-1).isNaN)
    #expect(Elementary.log(.nan).isNaN)
    #expect(Elementary.log(.infinity) == .infinity)
    #expect(Elementary.log(.leastNonzeroMagnitude) == -744.4400719213812)
    #expect(Elementary.log(.greatestFiniteMagnitude) == 709.782712893384)
  }

  @Test func furtherFunctionsAreRightAtTheEdges() {
    #expect(Elementary.power(0, 0.5) == 0)
    #expect(Elementary.power(0, -1) == .infinity)
    #expect(Elementary.power(-8, 2).isNaN)
    #expect(Elementary.power(.nan, 2).isNaN)
    #expect(Elementary.power(7, 0) == 1)
    #expect(Elementary.power(.infinity, -2) == 0)
    #expect(Elementary.power(.infinity, 2) == .infinity)
    #expect(Elementary.power(0.5, .infinity) == 0)
    #expect(Elementary.power(10, 400) == .infinity)
    #expect(Elementary.power(10, -400) == 0)
    #expect(Elementary.power(1024, 0.1) == 2)
    #expect(Elementary.log1p(-1) == -.infinity)
    #expect(Elementary.log1p(-2).isNaN)
    #expect(Elementary.log1p(1e300) == Elementary.log(1e300))
    #expect(Elementary.expm1(-.infinity) == -1)
    #expect(Elementary.expm1(-50) == -1)
    #expect(Elementary.expm1(800) == .infinity)
    #expect(Elementary.expm1(0) == 0)
    #expect(Elementary.normalCDF(0) == 0.5)
    #expect(Elementary.normalCDF(.infinity) == 1)
    #expect(Elementary.normalCDF(-.infinity) == 0)
    #expect(Elementary.normalCDF(.nan).isNaN)
    #expect(Elementary.normalQuantile(0.5) == 0)
    #expect(Elementary.normalQuantile(0) == -.infinity)
    #expect(Elementary.normalQuantile(1) == .infinity)
    #expect(Elementary.normalQuantile(1.5).isNaN)
  }

  @Test func neighboursKeepTheirOrder() {
    var random = PhiloxSequence(PhiloxStream(seed: 3, purpose: .search))
    for _ in 0..<200 {
      var x = Double(random.next() >> 11) * 0x1p-53 + 0.5
      for _ in 0..<100 {
        let next = x.nextUp
        #expect(Elementary.exp(x) <= Elementary.exp(next), "exp at \(x)")
        #expect(Elementary.log(x) <= Elementary.log(next), "log at \(x)")
        x = next
      }
    }
  }
}
