/// Decimal text to the nearest double, ties to even: what `Double(_: String)` gives, without making
/// a string.
///
/// 1. Read at most 19 significant digits as an integer w, and the power of ten that scales it.
/// 2. w ≤ 2^53 and a power of at most 10^22: both are doubles, so one multiplication or division
///    rounds once (W. D. Clinger, "How to read floating point numbers accurately", 1990).
/// 3. Else, for w / 10^k with k ≤ 27: 5^k fits 63 bits, so one 128-by-64-bit division gives a
///    quotient of at least 63 bits and a remainder that says on which side of a tie it lies.
/// 4. Everything else (more digits, far powers) is rare in bar files and goes the standard
///    library's way.
enum DecimalNumber {
  typealias Text = UnsafeBufferPointer<UInt8>

  /// - Returns: none where the text is no number. `nan` and `inf`, in any case and with any sign,
  ///   are numbers here, so that a message can say what they are. No spaces, no hexadecimals.
  static func parse(_ text: Text) -> Double? {
    let count = text.count
    var index = 0
    guard count > 0 else { return nil }
    let isNegative = text[0] == UInt8(ascii: "-")
    if isNegative || text[0] == UInt8(ascii: "+") { index = 1 }

    var whole: UInt64 = 0
    var significantDigits = 0
    var power = 0
    let firstDigit = index
    while index < count, let digit = digit(text[index]) {
      if significantDigits < 19 { whole = whole &* 10 &+ digit } else { power += 1 }
      if whole != 0 { significantDigits += 1 }
      index += 1
    }
    var digitCount = index - firstDigit
    if index < count, text[index] == UInt8(ascii: ".") {
      index += 1
      let firstFractional = index
      while index < count, let digit = digit(text[index]) {
        if significantDigits < 19 {
          whole = whole &* 10 &+ digit
          power -= 1
        }
        if whole != 0 { significantDigits += 1 }
        index += 1
      }
      digitCount += index - firstFractional
    }
    guard digitCount > 0 else { return nonFinite(text) }
    if index < count {
      guard let exponent = exponent(text, from: index) else { return nil }
      power += exponent
    }
    if whole == 0 { return isNegative ? -0.0 : 0 }

    if significantDigits <= 19 {
      if whole <= 1 << 53, abs(power) <= 22 {
        let scale = powersOfTen[abs(power)]
        let magnitude = power < 0 ? Double(whole) / scale : Double(whole) * scale
        return isNegative ? -magnitude : magnitude
      }
      if (-27...0).contains(power) {
        let magnitude = quotient(whole, byPowerOfTen: -power)
        return isNegative ? -magnitude : magnitude
      }
    }
    return Double(String(decoding: text, as: UTF8.self))
  }

  /// `whole / 10^power`, rounded once. `whole` > 0, `power` in 0...27.
  private static func quotient(_ whole: UInt64, byPowerOfTen power: Int) -> Double {
    let five = powersOfFive[power]
    let numeratorShift = whole.leadingZeroBitCount
    let divisorShift = five.leadingZeroBitCount
    // Both have their top bit set, so w·2^63/d lies within 2^62 and 2^64.
    let numerator = whole << numeratorShift
    let divided = (five << divisorShift).dividingFullWidth((numerator >> 1, numerator << 63))
    // The lowest of at least 63 bits stands for all that follow: rounding to 53 is still exact.
    let sticky = divided.quotient | (divided.remainder != 0 ? 1 : 0)
    let exponent = divisorShift - numeratorShift - power - 63
    return Double(sticky) * Double(sign: .plus, exponent: exponent, significand: 1)
  }

  @inline(__always)
  private static func digit(_ byte: UInt8) -> UInt64? {
    let digit = byte &- UInt8(ascii: "0")
    return digit <= 9 ? UInt64(digit) : nil
  }

  /// The exponent that the rest of the text is; none where the rest is something else.
  private static func exponent(_ text: Text, from start: Int) -> Int? {
    guard text[start] | 0x20 == UInt8(ascii: "e") else { return nil }
    var index = start + 1
    guard index < text.count else { return nil }
    let isNegative = text[index] == UInt8(ascii: "-")
    if isNegative || text[index] == UInt8(ascii: "+") { index += 1 }
    guard index < text.count else { return nil }
    var value = 0
    while index < text.count {
      guard let digit = digit(text[index]) else { return nil }
      // Beyond any double; held there so that a long row of digits cannot overflow.
      value = min(value * 10 + Int(digit), 100_000_000)
      index += 1
    }
    return isNegative ? -value : value
  }

  private static func nonFinite(_ text: Text) -> Double? {
    var letters = text[...]
    let isNegative = letters.first == UInt8(ascii: "-")
    if isNegative || letters.first == UInt8(ascii: "+") { letters = letters.dropFirst() }
    guard letters.count == 3 || letters.count == 8 else { return nil }
    switch String(decoding: letters, as: UTF8.self).lowercased() {
    case "nan": return .nan
    case "inf", "infinity": return isNegative ? -.infinity : .infinity
    default: return nil
    }
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  private static let powersOfFive: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 0..<27 { powers.append(powers[powers.count - 1] * 5) }
    return powers
  }()
}
