/// Writes doubles as `NumberText` does, and remembers the texts of those it wrote last.
///
/// The tables of a run show many numbers more than once: cash stays as it is from row to row, a net
/// value is a gross one with a sign, a fill's price is that of its trade. To find a text that was
/// written before takes a fraction of the time of finding the shortest one anew. What is written
/// depends on the number alone.
public final class NumberTexts {
  /// A place for each value of the hash; a number takes that of another.
  private static let count = 256

  // SAFETY: `count` entries, initialised here, freed when this goes away, and reached only from it.
  private let entries: UnsafeMutablePointer<Entry>

  private struct Entry {
    /// Bit pattern of the magnitude; all ones, which is no number, for none.
    var bits: UInt64 = .max
    /// Text of the magnitude: 24 bytes, of which `length` count. The longest is of 23 bytes.
    var first: UInt64 = 0
    var second: UInt64 = 0
    var third: UInt64 = 0
    var length = 0
  }

  public init() {
    entries = .allocate(capacity: Self.count)
    entries.initialize(repeating: Entry(), count: Self.count)
  }

  deinit { entries.deallocate() }

  /// Writes a double.
  ///
  /// - Precondition: `value` is finite, and `text` has `NumberText.maximumLength` initialised bytes of
  ///   room.
  /// - Returns: the bytes written.
  public func write(_ value: Double, to text: UnsafeMutablePointer<UInt8>) -> Int {
    let magnitude = value.magnitude
    let bits = magnitude.bitPattern
    var sign = 0
    if value.sign == .minus {
      text[0] = UInt8(ascii: "-")
      sign = 1
    }
    let place = UnsafeMutableRawPointer(text + sign)
    // Fibonacci hashing: the top bits of a product depend on all bits of the number.
    let entry = entries + Int(truncatingIfNeeded: (bits &* 0x9e37_79b9_7f4a_7c15) >> 56)
    if entry.pointee.bits == bits {
      // SAFETY: 1 + 24 bytes lie within the room; what is behind the text is overwritten later.
      place.storeBytes(of: entry.pointee.first, as: UInt64.self)
      place.storeBytes(of: entry.pointee.second, toByteOffset: 8, as: UInt64.self)
      place.storeBytes(of: entry.pointee.third, toByteOffset: 16, as: UInt64.self)
      return sign &+ entry.pointee.length
    }
    let length = NumberText.write(magnitude, to: text + sign)
    entry.pointee = Entry(
      bits: bits, first: place.loadUnaligned(as: UInt64.self),
      second: place.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
      third: place.loadUnaligned(fromByteOffset: 16, as: UInt64.self), length: length)
    return sign &+ length
  }
}
