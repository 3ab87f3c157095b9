/// Numbers as a spec writes them: decimal digits, a point, an exponent, and nothing else.
enum SpecNumber {
  /// The sign and digits of a whole number, without `+`; nil for any other text.
  static func wholeDigits(_ text: String) -> Substring? {
    var digits = text[...]
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
    guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit) else { return nil }
    return isNegative ? text[...] : digits
  }

  /// Nil where `text` is no number; infinite where it is too large. Negative zero is zero.
  static func read(_ text: String) -> Double? {
    var rest = Substring(text).utf8
    func digits() -> Int {
      let count = rest.prefix(while: isDigit).count
      rest = rest.dropFirst(count)
      return count
    }
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    var count = digits()
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      count += digits()
    }
    guard count > 0 else { return nil }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
      guard digits() > 0 else { return nil }
    }
    guard rest.isEmpty else { return nil }
    // The text is one that the library reads too; `+ 0` makes -0 into 0.
    return Double(text).map { $0 + 0 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
