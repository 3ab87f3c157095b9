/// Sums whose order of addition is fixed, so that they are the same bits on every CPU.
///
/// Element i is added to lane i mod 8, in rising i; then the lanes are added as
/// ((0+4)+(2+6)) + ((1+5)+(3+7)). The lanes start at 0, so an empty sum is 0. Products are rounded
/// before they are added. NaN anywhere makes the result NaN.
public enum FixedSum {
  /// Σ x.
  @inlinable
  public static func sum(_ x: UnsafeBufferPointer<Double>) -> Double {
    var lanes = SIMD8<Double>.zero
    let whole = x.count & ~7
    var index = 0
    while index < whole {
      lanes += load(x, index)
      index += 8
    }
    if index < x.count { lanes += rest(x, index) }
    return tree(lanes)
  }

  /// Σ x·y, of equal counts.
  @inlinable
  public static func dot(
    _ x: UnsafeBufferPointer<Double>, _ y: UnsafeBufferPointer<Double>
  ) -> Double {
    precondition(x.count == y.count, "both factors of a dot product have the same count")
    var lanes = SIMD8<Double>.zero
    let whole = x.count & ~7
    var index = 0
    while index < whole {
      lanes += load(x, index) * load(y, index)
      index += 8
    }
    if index < x.count { lanes += rest(x, index) * rest(y, index) }
    return tree(lanes)
  }

  /// Σ (x - centre)².
  @inlinable
  public static func squares(_ x: UnsafeBufferPointer<Double>, around centre: Double) -> Double {
    var lanes = SIMD8<Double>.zero
    let whole = x.count & ~7
    var index = 0
    while index < whole {
      let difference = load(x, index) - centre
      lanes += difference * difference
      index += 8
    }
    if index < x.count {
      let difference = rest(x, index, filler: centre) - centre
      lanes += difference * difference
    }
    return tree(lanes)
  }

  /// Σ (x - xCentre)(y - yCentre), of equal counts.
  @inlinable
  public static func products(
    _ x: UnsafeBufferPointer<Double>, around xCentre: Double,
    _ y: UnsafeBufferPointer<Double>, around yCentre: Double
  ) -> Double {
    precondition(x.count == y.count, "both factors of a sum of products have the same count")
    var lanes = SIMD8<Double>.zero
    let whole = x.count & ~7
    var index = 0
    while index < whole {
      lanes += (load(x, index) - xCentre) * (load(y, index) - yCentre)
      index += 8
    }
    if index < x.count {
      lanes +=
        (rest(x, index, filler: xCentre) - xCentre) * (rest(y, index, filler: yCentre) - yCentre)
    }
    return tree(lanes)
  }

  /// Σ x of an array.
  @inlinable
  public static func sum(_ x: [Double]) -> Double { x.withUnsafeBufferPointer { sum($0) } }

  @inlinable
  @inline(__always)
  static func load(_ x: UnsafeBufferPointer<Double>, _ index: Int) -> SIMD8<Double> {
    // SAFETY: the callers' index + 8 is at most the count.
    UnsafeRawBufferPointer(x).loadUnaligned(
      fromByteOffset: index &* 8, as: SIMD8<Double>.self)
  }

  /// The last, fewer than 8 elements; further lanes hold `filler`.
  @inlinable
  @inline(__always)
  static func rest(
    _ x: UnsafeBufferPointer<Double>, _ start: Int, filler: Double = 0
  ) -> SIMD8<Double> {
    var lanes = SIMD8<Double>(repeating: filler)
    for lane in 0..<(x.count - start) { lanes[lane] = x[start + lane] }
    return lanes
  }

  @inlinable
  @inline(__always)
  static func tree(_ lanes: SIMD8<Double>) -> Double {
    let four = lanes.lowHalf + lanes.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
