/// Sums and extremes of a window that lies in one piece, from the oldest value to the newest.
///
/// A value's lane is its place in the window modulo 8; each lane adds its values in turn, then the
/// lanes are halved, 8 to 4 to 2 to 1. So the result depends on the window alone, wherever in the
/// ring it lies and whatever vectors the machine has.
///
/// The last block may read up to 7 values past the window, and drops them: the memory has to go on
/// for `overhang` values.
enum Window {
  static let lanes = 8
  static let overhang = lanes - 1

  @inline(__always)
  static func sum(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    sum(count) { block(x, $0) }
  }

  /// Mean of the values, taken from the first so that equal values give exactly that value.
  @inline(__always)
  static func meanOffset(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    let first = SIMD8(repeating: x[0])
    return sum(count) { block(x, $0) - first } / Double(count)
  }

  /// Sum of (x − first x − offset)², with `offset` from `meanOffset`.
  @inline(__always)
  static func squares(_ x: UnsafePointer<Double>, _ offset: Double, _ count: Int) -> Double {
    let first = SIMD8(repeating: x[0])
    let offset = SIMD8(repeating: offset)
    return sum(count) { at in
      let d = block(x, at) - first - offset
      return d * d
    }
  }

  /// Sum of (x − mean x)(y − mean y), in the same terms.
  @inline(__always)
  static func products(
    _ x: UnsafePointer<Double>, _ xOffset: Double, _ y: UnsafePointer<Double>, _ yOffset: Double,
    _ count: Int
  ) -> Double {
    let xFirst = SIMD8(repeating: x[0])
    let yFirst = SIMD8(repeating: y[0])
    let xOffset = SIMD8(repeating: xOffset)
    let yOffset = SIMD8(repeating: yOffset)
    return sum(count) { (block(x, $0) - xFirst - xOffset) * (block(y, $0) - yFirst - yOffset) }
  }

  @inline(__always)
  static func highest(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    var best = x[0]
    for index in 1..<max(1, count) where x[index] > best { best = x[index] }
    return best
  }

  @inline(__always)
  static func lowest(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    var best = x[0]
    for index in 1..<max(1, count) where x[index] < best { best = x[index] }
    return best
  }

  @inline(__always)
  private static func block(_ x: UnsafePointer<Double>, _ index: Int) -> SIMD8<Double> {
    // SAFETY: callers keep `overhang` values behind every window.
    UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Double>.self)
  }

  @inline(__always)
  private static func sum(_ count: Int, _ term: (Int) -> SIMD8<Double>) -> Double {
    var total = SIMD8<Double>.zero
    var index = 0
    while index + lanes <= count {
      total += term(index)
      index += lanes
    }
    if index < count {
      let places = SIMD8<Double>(0, 1, 2, 3, 4, 5, 6, 7)
      let isBeyond = places .>= SIMD8(repeating: Double(count - index))
      total += term(index).replacing(with: SIMD8<Double>.zero, where: isBeyond)
    }
    let four = total.lowHalf + total.highHalf
    let two = four.lowHalf + four.highHalf
    return two[0] + two[1]
  }
}
