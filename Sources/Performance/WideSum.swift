import Bytes

// A sum kept in about twice the precision of a Double, in the order in which the terms come.
// T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005):
// the rounding error of each addition and product is itself a Double, and is added up beside it.
// So a variance can be had from running sums without the cancellation that usually forbids it,
// and no return need be kept.

/// A running sum whose rounding errors are added up beside it.
struct WideSum: Equatable, Sendable {
  private var high = 0.0
  private var low = 0.0

  /// The sum, rounded once.
  var value: Double { high + low }

  mutating func add(_ term: Double) {
    let sum = high + term
    let kept = sum - high
    low += (high - (sum - kept)) + (term - kept)
    high = sum
  }

  mutating func addProduct(_ left: Double, _ right: Double) {
    let product = left * right
    low += (-product).addingProduct(left, right)
    add(product)
  }

  mutating func add(_ other: WideSum) {
    add(other.high)
    low += other.low
  }

  /// Σ(x − m)² of `count` numbers x with mean m, from their sum and the sum of their squares.
  static func squaredDeviations(count: Int, sum: WideSum, squares: WideSum) -> Double {
    guard count > 0 else { return 0 }
    let n = Double(count)
    // Σx² − 2mΣx + nm² holds to second order for an m that is rounded.
    let mean = sum.value / n
    var rest = squares
    rest.addProduct(-2 * mean, sum.high)
    rest.addProduct(-2 * mean, sum.low)
    let total = n * mean
    rest.addProduct(total, mean)
    rest.addProduct((-total).addingProduct(n, mean), mean)
    return max(rest.value, 0)
  }
}

extension WideSum: Restorable {
  func save(to writer: inout StateWriter) {
    writer.write(high)
    writer.write(low)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    high = try reader.readDouble()
    low = try reader.readDouble()
  }
}
