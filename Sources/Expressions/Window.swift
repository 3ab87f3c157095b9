/// Sums and extremes of a window that lies in one piece, from the oldest value to the newest.
///
/// A sum has a fixed order: all values but the newest go in turn to 8 lanes, by their place modulo
/// 8; the lanes are halved, 8 to 4 to 2 to 1; the newest is added last. So the result depends on the
/// window alone, wherever in the ring it lies. (Not `FixedSum`, because the newest was stored a moment
/// ago, and to read it together with its neighbour would wait for that store.)
enum Window {
  @inline(__always)
  static func sum(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    sum(count) { index, load in load(x + index) }
  }

  /// Mean of the values less the first, so that equal values give exactly 0.
  @inline(__always)
  static func meanOffset(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    let first = SIMD2(repeating: x[0])
    return sum(count) { index, load in load(x + index) - first } / Double(count)
  }

  /// Sum of (x − mean x)², with `offset` from `meanOffset`.
  @inline(__always)
  static func squares(_ x: UnsafePointer<Double>, _ offset: Double, _ count: Int) -> Double {
    let first = SIMD2(repeating: x[0])
    let offset = SIMD2(repeating: offset)
    return sum(count) { index, load in
      let d = load(x + index) - first - offset
      return d * d
    }
  }

  /// Sum of (x − mean x)(y − mean y), with offsets from `meanOffset`.
  @inline(__always)
  static func products(
    _ x: UnsafePointer<Double>, _ xOffset: Double, _ y: UnsafePointer<Double>, _ yOffset: Double,
    _ count: Int
  ) -> Double {
    let xFirst = SIMD2(repeating: x[0])
    let yFirst = SIMD2(repeating: y[0])
    let xOffset = SIMD2(repeating: xOffset)
    let yOffset = SIMD2(repeating: yOffset)
    return sum(count) { index, load in
      (load(x + index) - xFirst - xOffset) * (load(y + index) - yFirst - yOffset)
    }
  }

  /// The largest value; of zeros that differ in sign, the oldest.
  @inline(__always)
  static func highest(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    var best = x[0]
    var index = 1
    while index < count {
      if x[index] > best { best = x[index] }
      index &+= 1
    }
    return best
  }

  /// The smallest value; of zeros that differ in sign, the oldest.
  @inline(__always)
  static func lowest(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
    var best = x[0]
    var index = 1
    while index < count {
      if x[index] < best { best = x[index] }
      index &+= 1
    }
    return best
  }

  /// Adds up the first lanes of `term`, which is given a place and the way to load what lies there.
  @inline(__always)
  private static func sum(
    _ count: Int, _ term: (Int, (UnsafePointer<Double>) -> SIMD2<Double>) -> SIMD2<Double>
  ) -> Double {
    // Pairs, because every machine has vectors of two.
    var lanes01 = SIMD2<Double>.zero
    var lanes23 = SIMD2<Double>.zero
    var lanes45 = SIMD2<Double>.zero
    var lanes67 = SIMD2<Double>.zero
    let older = count &- 1
    var index = 0
    while index &+ 8 <= older {
      lanes01 += term(index, pair)
      lanes23 += term(index &+ 2, pair)
      lanes45 += term(index &+ 4, pair)
      lanes67 += term(index &+ 6, pair)
      index &+= 8
    }
    // Whole pairs, then a value without a neighbour: its pair has a zero for the other.
    let rest = older &- index
    switch rest {
    case 1:
      lanes01 += SIMD2(term(older &- 1, single)[0], 0)
    case 2:
      lanes01 += term(index, pair)
    case 3:
      lanes01 += term(index, pair)
      lanes23 += SIMD2(term(older &- 1, single)[0], 0)
    case 4:
      lanes01 += term(index, pair)
      lanes23 += term(index &+ 2, pair)
    case 5:
      lanes01 += term(index, pair)
      lanes23 += term(index &+ 2, pair)
      lanes45 += SIMD2(term(older &- 1, single)[0], 0)
    case 6:
      lanes01 += term(index, pair)
      lanes23 += term(index &+ 2, pair)
      lanes45 += term(index &+ 4, pair)
    case 7:
      lanes01 += term(index, pair)
      lanes23 += term(index &+ 2, pair)
      lanes45 += term(index &+ 4, pair)
      lanes67 += SIMD2(term(older &- 1, single)[0], 0)
    default: break
    }
    let halves = (lanes01 + lanes45) + (lanes23 + lanes67)
    return halves[0] + halves[1] + term(older, single)[0]
  }

  @inline(__always)
  private static func pair(_ x: UnsafePointer<Double>) -> SIMD2<Double> {
    UnsafeRawPointer(x).loadUnaligned(as: SIMD2<Double>.self)
  }

  @inline(__always)
  private static func single(_ x: UnsafePointer<Double>) -> SIMD2<Double> {
    SIMD2(x[0], 0)
  }
}
