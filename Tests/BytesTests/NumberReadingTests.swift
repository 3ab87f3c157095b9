import Bytes
import Testing

private func int(_ text: String) -> Int? {
  Array(text.utf8).withUnsafeBufferPointer(NumberText.readInt)
}
private func double(_ text: String) -> Double? {
  Array(text.utf8).withUnsafeBufferPointer(NumberText.readDouble)
}

struct NumberReadingTests {
  @Test(
    arguments: [
      ("0", 0), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775808", nil), ("", nil), ("-", nil), ("+1", nil), ("1.0", nil), (" 1", nil),
      ("10000000000000000000", nil),
    ] as [(String, Int?)])
  func wholeNumbersAreReadStrictly(text: String, expected: Int?) {
    #expect(int(text) == expected)
  }

  @Test(
    arguments: [
      ("1.5", 1.5), ("-0.0", -0.0), ("1", 1), ("1e3", 1000), ("1E-05", 1e-5), ("0.1", 0.1),
      ("123456789012345678", 123456789012345680), ("1e308", 1e308),
      ("5e-324", .leastNonzeroMagnitude),
      ("1e400", nil), ("nan", nil), ("inf", nil), ("0x1p3", nil), (".5", nil), ("5.", nil),
      ("1e", nil), ("+1.0", nil), ("1.0 ", nil), ("", nil), ("-", nil), ("1.0.0", nil),
      ("1,0", nil),
    ] as [(String, Double?)])
  func doublesAreReadStrictly(text: String, expected: Double?) {
    #expect(double(text)?.bitPattern == expected?.bitPattern)
  }

  @Test(arguments: [1, 2] as [UInt64])
  func whatIsWrittenReadsBackToTheSameBits(seed: UInt64) {
    var state = seed
    for index in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let bits = state ^ state >> 31
      // Any bits, and short decimals, for which reading has a way of its own.
      let value =
        index % 2 == 0 ? Double(bitPattern: bits) : Double(bits >> 30) / [1, 1e3, 1e9][index % 3]
      guard value.isFinite else { continue }
      let read = NumberText.text(value).withUnsafeBufferPointer(NumberText.readDouble)
      #expect(read?.bitPattern == value.bitPattern, "\(value), seed \(seed)")
      let whole = Int(bitPattern: UInt(bits))
      #expect(NumberText.text(whole).withUnsafeBufferPointer(NumberText.readInt) == whole)
    }
  }

  @Test func decimalsOfAnyLengthReadAsInTheStandardLibrary() {
    for text in [
      "0.30000000000000004", "9007199254740993", "1e23", "8.5e22", "1e-23",
      "0.00000000000000000000000123", "179769313486231570000.0", "100000000000000000000.0",
      "000000000000000000000000000000.1", "0.10000000000000000000000000000", "4.35", "2.675",
    ] {
      #expect(double(text) == Double(text), "\(text)")
    }
  }
}
