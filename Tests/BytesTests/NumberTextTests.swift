import Bytes
import Testing

private func text(_ value: Double) -> String {
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.maximumLength) { buffer in
    guard let start = buffer.baseAddress else { return "" }
    let count = NumberText.write(value, to: start)
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}

private func text(_ value: Int) -> String {
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.maximumLength) { buffer in
    guard let start = buffer.baseAddress else { return "" }
    let count = NumberText.write(value, to: start)
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}

struct NumberTextTests {
  @Test(
    arguments: [
      (0.0, "0.0"), (-0.0, "-0.0"), (100, "100.0"), (-1, "-1.0"), (0.1, "0.1"), (1.5, "1.5"),
      (0.0001, "0.0001"), (0.00001, "1e-05"), (0.00009999, "9.999e-05"),
      (1e15, "1000000000000000.0"),
      (0x1p53, "9007199254740992.0"), (0x1p53 + 2, "9.007199254740994e+15"), (1e16, "1e+16"),
      (1e22, "1e+22"), (1e23, "1e+23"), (1.7976931348623157e308, "1.7976931348623157e+308"),
      (Double.leastNonzeroMagnitude, "5e-324"),
      (Double.leastNormalMagnitude, "2.2250738585072014e-308"),
      (123456.789, "123456.789"), (0.1 + 0.2, "0.30000000000000004"),
      (2.0 / 3, "0.6666666666666666"),
      (9.5367431640625e-07, "9.5367431640625e-07"), (1e-100, "1e-100"), (-2.5e-7, "-2.5e-07"),
    ] as [(Double, String)])
  func aDoubleIsWrittenAsItsShortestText(value: Double, expected: String) {
    #expect(text(value) == expected)
  }

  @Test(arguments: [
    (0, "0"), (7, "7"), (10, "10"), (-10, "-10"), (99, "99"), (100, "100"), (12345, "12345"),
    (Int.max, "9223372036854775807"), (Int.min, "-9223372036854775808"),
    (1_000_000_000_000_000_000, "1000000000000000000"),
  ])
  func aWholeNumberIsWrittenInDecimal(value: Int, expected: String) {
    #expect(text(value) == expected)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func anyBitPatternGivesTheTextOfTheStandardLibrary(seed: UInt64) {
    // A Weyl sequence through a mixer: enough to spread over all exponents.
    var state = seed
    for _ in 0..<20_000 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var bits = state
      bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
      bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
      bits ^= bits >> 31
      let value = Double(bitPattern: bits)
      guard value.isFinite else { continue }
      #expect(text(value) == value.description, "bits \(bits), seed \(seed)")
      // The same digits around 1, as prices are, and as whole cents.
      let price = Double(bits >> 40) / 100
      #expect(text(price) == price.description, "cents \(bits >> 40), seed \(seed)")
      let near = Double(bitPattern: bits & (1 << 52 - 1) | UInt64(1000 + bits >> 58) << 52)
      #expect(text(near) == near.description, "bits \(near.bitPattern), seed \(seed)")
    }
  }

  @Test func everyPowerOfTwoAndItsNeighboursAreWrittenRight() {
    for exponent in -1074...1023 {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      for value in [power, power.nextUp, power.nextDown] {
        #expect(text(value) == value.description)
        #expect(Double(text(value)) == value)
      }
    }
  }
}
