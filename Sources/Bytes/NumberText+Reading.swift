/// Decimal text to numbers: digits, with a point and an exponent where the number is no whole one.
/// No spaces, no plus sign in front, no hexadecimal, no `nan` and no `inf`.
extension NumberText {
  /// The whole number that all of the bytes spell; nil where they spell none of 64 bits.
  public static func readInt(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
    let isNegative = text.first == UInt8(ascii: "-")
    let digits = text.dropFirst(isNegative ? 1 : 0)
    guard !digits.isEmpty, digits.count <= 19 else { return nil }
    var value = 0
    for byte in digits {
      guard byte &- 48 <= 9 else { return nil }
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let digit = Int(byte &- 48)
      let (sum, carry) =
        isNegative
        ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }

  /// The double nearest to the number that all of the bytes spell; nil where they spell none or one
  /// beyond the largest.
  public static func readDouble(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    var index = 0
    func isDigit() -> Bool { index < text.count && text[index] &- 48 <= 9 }
    let isNegative = text.first == UInt8(ascii: "-")
    if isNegative { index = 1 }
    var digits: UInt64 = 0
    var digitCount = 0
    var exponent = 0
    let first = index
    while isDigit() {
      digits = digits &* 10 &+ UInt64(text[index] &- 48)
      digitCount += digits == 0 ? 0 : 1
      index += 1
    }
    guard index > first else { return nil }
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      let behindPoint = index
      while isDigit() {
        digits = digits &* 10 &+ UInt64(text[index] &- 48)
        digitCount += digits == 0 ? 0 : 1
        index += 1
      }
      guard index > behindPoint else { return nil }
      exponent = behindPoint - index
    }
    if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      let isBelow = index < text.count && text[index] == UInt8(ascii: "-")
      if isBelow || (index < text.count && text[index] == UInt8(ascii: "+")) { index += 1 }
      let start = index
      var size = 0
      while isDigit() {
        size = min(size * 10 + Int(text[index] &- 48), 100_000)
        index += 1
      }
      guard index > start else { return nil }
      exponent += isBelow ? -size : size
    }
    guard index == text.count else { return nil }
    // Up to 15 digits and 10^22 are doubles themselves, so that one division or product rounds once
    // (Clinger, "How to read floating point numbers accurately", 1990).
    if digitCount <= 15, exponent >= -22, exponent <= 22 {
      let whole = Double(digits)
      let value = exponent < 0 ? whole / exactPowers[-exponent] : whole * exactPowers[exponent]
      return isNegative ? -value : value
    }
    guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
      return nil
    }
    return value
  }

  /// 10^0...10^22, all of them exact.
  private static let exactPowers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
