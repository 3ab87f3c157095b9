/// Numbers as text and back, without going through `String`.
///
/// A double is written as the shortest text that reads back to it, always with a point or an
/// exponent: `100.0`, `0.0001`, `1e-05`, `1e+16`. That is the text of Swift's own `description`.
public enum NumberText {
  /// Bytes that a number's text needs at most.
  public static let maximumLength = 40

  /// Writes a whole number.
  ///
  /// - Precondition: `text` has `maximumLength` bytes of room.
  /// - Returns: the bytes written.
  public static func write(_ value: Int, to text: UnsafeMutablePointer<UInt8>) -> Int {
    guard value < 0 else { return write(UInt64(value), to: text) }
    text[0] = UInt8(ascii: "-")
    return 1 + write(UInt64(value.magnitude), to: text + 1)
  }

  /// Writes a double.
  ///
  /// - Precondition: `value` is finite, and `text` has `maximumLength` initialised bytes of room.
  /// - Returns: the bytes written.
  public static func write(_ value: Double, to text: UnsafeMutablePointer<UInt8>) -> Int {
    var count = 0
    if value.sign == .minus {
      text[0] = UInt8(ascii: "-")
      count = 1
    }
    let magnitude = value.magnitude
    // Whole numbers up to 2^53 are their own shortest text: their neighbours are at least 1 away
    // above 2^52, and below it no shorter decimal lies within half a step.
    if magnitude < 0x1p53, magnitude == Double(Int64(magnitude)) {
      count += write(UInt64(bitPattern: Int64(magnitude)), to: text + count)
      text[count] = UInt8(ascii: ".")
      text[count + 1] = UInt8(ascii: "0")
      return count + 2
    }
    let decimal = ShortestDecimal(magnitude)
    return count + write(decimal, magnitude: magnitude, to: text + count)
  }

  /// The text of a double.
  ///
  /// - Precondition: `value` is finite.
  public static func text(_ value: Double) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: maximumLength) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      buffer.initialize(repeating: 0)
      count = write(value, to: start)
    }
  }

  /// The text of a whole number.
  public static func text(_ value: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: maximumLength) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      buffer.initialize(repeating: 0)
      count = write(value, to: start)
    }
  }

  /// Places the point, or an exponent below 10^-4 and above 2^53.
  private static func write(
    _ decimal: ShortestDecimal, magnitude: Double, to text: UnsafeMutablePointer<UInt8>
  ) -> Int {
    let digitCount = length(decimal.digits)
    // The value is 0.d1d2d3… · 10^point.
    let point = digitCount + decimal.exponent
    if magnitude > 0x1p53 || point < -3 {
      // d1.d2d3…e±xx
      writeDigits(decimal.digits, count: digitCount, to: text + 1)
      text[0] = text[1]
      var count = 1
      if digitCount > 1 {
        text[1] = UInt8(ascii: ".")
        count = digitCount + 1
      }
      text[count] = UInt8(ascii: "e")
      let exponent = point - 1
      text[count + 1] = UInt8(ascii: exponent < 0 ? "-" : "+")
      count += 2
      let size = exponent.magnitude
      if size < 10 {
        text[count] = UInt8(ascii: "0")
        count += 1
      }
      return count + write(UInt64(size), to: text + count)
    }
    if point <= 0 {
      // 0.000d1d2d3…
      text[0] = UInt8(ascii: "0")
      text[1] = UInt8(ascii: ".")
      for index in 0..<(-point) { text[2 + index] = UInt8(ascii: "0") }
      writeDigits(decimal.digits, count: digitCount, to: text + 2 - point)
      return 2 - point + digitCount
    }
    if point < digitCount {
      // d1d2.d3…: the digits behind the point, at most 16, move up by one.
      writeDigits(decimal.digits, count: digitCount, to: text)
      // SAFETY: 1 + 16 bytes from a point of at most 16 end within `maximumLength`; what is
      // moved beyond the digits is room that later cells overwrite.
      let fraction = UnsafeMutableRawPointer(text + point)
      let first = fraction.loadUnaligned(as: UInt64.self)
      let second = fraction.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      fraction.storeBytes(of: first, toByteOffset: 1, as: UInt64.self)
      fraction.storeBytes(of: second, toByteOffset: 9, as: UInt64.self)
      text[point] = UInt8(ascii: ".")
      return digitCount + 1
    }
    // d1d2d300.0, which the way of whole numbers takes except at 2^53.
    writeDigits(decimal.digits, count: digitCount, to: text)
    for index in digitCount..<point { text[index] = UInt8(ascii: "0") }
    text[point] = UInt8(ascii: ".")
    text[point + 1] = UInt8(ascii: "0")
    return point + 2
  }

  private static func write(_ value: UInt64, to text: UnsafeMutablePointer<UInt8>) -> Int {
    let count = length(value)
    writeDigits(value, count: count, to: text)
    return count
  }

  /// Writes the last `count` digits, at least 1; up to 7 bytes behind them lose what they held.
  private static func writeDigits(
    _ value: UInt64, count: Int, to text: UnsafeMutablePointer<UInt8>
  ) {
    guard count > 8 else { return writeLeading(value, count: count, to: text) }
    let (upper, lower) = value.quotientAndRemainder(dividingBy: 100_000_000)
    if count <= 16 {
      writeLeading(upper, count: count &- 8, to: text)
    } else {
      let (top, middle) = upper.quotientAndRemainder(dividingBy: 100_000_000)
      writeLeading(top, count: count &- 16, to: text)
      writeEight(middle, to: text + (count &- 16))
    }
    writeEight(lower, to: text + (count &- 8))
  }

  /// Writes the last `count` digits, 1 to 8.
  @inline(__always)
  private static func writeLeading(
    _ value: UInt64, count: Int, to text: UnsafeMutablePointer<UInt8>
  ) {
    let digits = eightDigits(UInt32(truncatingIfNeeded: value)) >> UInt64(64 &- 8 &* count)
    // SAFETY: a number has `maximumLength` bytes of room, and at most 24 lie before its digits.
    UnsafeMutableRawPointer(text).storeBytes(of: digits.littleEndian, as: UInt64.self)
  }

  /// Writes eight digits, which end where the number's digits or eight before them end.
  @inline(__always)
  private static func writeEight(_ value: UInt64, to text: UnsafeMutablePointer<UInt8>) {
    let digits = eightDigits(UInt32(truncatingIfNeeded: value))
    // SAFETY: within the digits of the number.
    UnsafeMutableRawPointer(text).storeBytes(of: digits.littleEndian, as: UInt64.self)
  }

  /// The ASCII of eight digits, the first in the lowest byte: halves, quarters, then digits, each
  /// split in all lanes at once by a multiplication. 10486 / 2^20 is 1/100 below 10^4, 103 / 2^10 is
  /// 1/10 below 100.
  @inline(__always)
  private static func eightDigits(_ value: UInt32) -> UInt64 {
    let (upper, lower) = value.quotientAndRemainder(dividingBy: 10_000)
    let fours = UInt64(upper) | UInt64(lower) << 32
    let hundreds = ((fours &* 10_486) >> 20) & 0x7f_0000_007f
    let twos = hundreds | (fours &- hundreds &* 100) << 16
    let tens = ((twos &* 103) >> 10) & 0x000f_000f_000f_000f
    return (tens | (twos &- tens &* 10) << 8) | 0x3030_3030_3030_3030
  }

  /// Digits of a whole number; 1 for 0.
  @inline(__always)
  private static func length(_ value: UInt64) -> Int {
    // 1233/4096 is a little above log10(2): the guess is right or one too few.
    let value = value | 1
    let guess = ((64 &- value.leadingZeroBitCount) &* 1233) >> 12
    return guess &+ (value >= powers[guess] ? 1 : 0)
  }

  /// 10^0...10^19.
  private static let powers: InlineArray<20, UInt64> = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]
}
