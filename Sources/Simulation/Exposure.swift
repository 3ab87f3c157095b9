import Market

/// What the positions are worth at the latest known prices, in money of the account.
///
/// The latest known price of an instrument is, in the open phase, its open if it has a bar at this
/// step, and its last close if not; from the close phase on, its last close. All opens (closes) of
/// a step are known before the first order meets one of them, and nothing after them is.
@usableFromInline
struct Exposure: Equatable, Sendable {
  /// Sum of position values.
  @usableFromInline var net: Double = 0
  /// Sum of absolute position values.
  @usableFromInline var gross: Double = 0

  init() {}

  /// Sums positions in the order of instruments.
  @inline(__always)
  init(of positions: [Position], at quotes: [Quote]) {
    for index in positions.indices where positions[index].quantity != 0 {
      add(positions[index].quantity * quotes[index].unitValue)
    }
  }

  mutating func add(_ value: Double) {
    net += value
    gross += abs(value)
  }

  /// Takes over the change of one instrument's quantity; `price` is money a unit.
  mutating func move(from held: Double, to quantity: Double, price: Double) {
    net += quantity * price - held * price
    gross += abs(quantity * price) - abs(held * price)
  }

  /// Takes over the change of what a unit of one instrument is worth.
  mutating func remark(_ held: Double, from old: Double, to price: Double) {
    guard held != 0 else { return }
    net += held * price - held * old
    gross += abs(held * price) - abs(held * old)
  }
}
