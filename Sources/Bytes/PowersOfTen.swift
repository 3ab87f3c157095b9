/// 10^k for k in -292...324, as 128 bits each: g = floor(10^k / 2^r) + 1, with r such that
/// 2^127 < g <= 2^128.
///
/// They are worked out with whole numbers of any length when first used, some tenths of a
/// millisecond, rather than kept as a table that nobody can check.
struct PowersOfTen: Sendable {
  static let shared = PowersOfTen()

  static let exponents = -292...324

  /// High and low half of each g in turn.
  // SAFETY: written by `init` alone and never freed, as it belongs to the one shared value; so any
  // thread may read it.
  nonisolated(unsafe) private let halves: UnsafePointer<UInt64>

  /// The 128-bit g of 10^k.
  @inline(__always)
  func scaled(_ k: Int) -> (high: UInt64, low: UInt64) {
    let index = k &+ 292
    assert(index >= 0 && index < 617, "10^k is in the table")
    return (halves[2 &* index], halves[2 &* index &+ 1])
  }

  /// floor(log2(10^k)), for |k| <= 1233.
  @inline(__always)
  static func floorLog2(_ k: Int) -> Int { (k &* 1_741_647) >> 19 }

  private init() {
    let count = PowersOfTen.exponents.count
    let halves = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * count)
    func store(_ k: Int, _ number: [UInt64]) {
      let (top, next) = PowersOfTen.top128(number)
      let (sum, carry) = next.addingReportingOverflow(1)
      let index = k - PowersOfTen.exponents.lowerBound
      (halves + 2 * index).initialize(to: top + (carry ? 1 : 0))
      (halves + 2 * index + 1).initialize(to: sum)
    }

    // Upwards: 10^k itself. 2^128 in front leaves 128 bits to take for small k.
    var number: [UInt64] = [0, 0, 1]
    for k in 0...PowersOfTen.exponents.upperBound {
      store(k, number)
      var carry: UInt64 = 0
      for index in number.indices {
        let product = number[index].multipliedFullWidth(by: 10)
        let (sum, overflow) = product.low.addingReportingOverflow(carry)
        number[index] = sum
        carry = product.high + (overflow ? 1 : 0)
      }
      if carry > 0 { number.append(carry) }
    }

    // Downwards: floor(2^1152 / 10^-k). Dividing a floor by 10 again gives the floor of the whole.
    number = [UInt64](repeating: 0, count: 18) + [1]
    for k in stride(from: -1, through: PowersOfTen.exponents.lowerBound, by: -1) {
      var remainder: UInt64 = 0
      for index in number.indices.reversed() {
        let (quotient, rest) = UInt64(10).dividingFullWidth((remainder, number[index]))
        number[index] = quotient
        remainder = rest
      }
      store(k, number)
    }
    self.halves = UnsafePointer(halves)
  }

  /// The 128 leading bits of a number whose limbs are given lowest first.
  private static func top128(_ number: [UInt64]) -> (high: UInt64, low: UInt64) {
    var top = number.count - 1
    while number[top] == 0 { top -= 1 }
    let shift = UInt64(number[top].leadingZeroBitCount)
    let below = top >= 1 ? number[top - 1] : 0
    let last = top >= 2 ? number[top - 2] : 0
    let high = shift == 0 ? number[top] : number[top] << shift | below >> (64 - shift)
    let low = shift == 0 ? below : below << shift | last >> (64 - shift)
    return (high, low)
  }
}
