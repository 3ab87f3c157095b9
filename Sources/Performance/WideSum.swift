import Bytes

// A sum kept in about twice the precision of a Double, in the order in which the terms come.
// T. Ogita, S. M. Rump, S. Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005):
// the rounding error of each addition and product is itself a Double, and is added up beside it.

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
