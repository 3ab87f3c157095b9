import Market

/// What the positions are worth at the latest known prices, and the limit on it.
///
/// The latest known price of an instrument is, in the open phase, its open if it has a bar at this
/// step, and its last close if not; from the close phase on, its last close. All opens (closes) of
/// a step are known before the first order meets one of them, and nothing after them is.
struct Exposure: Equatable {
  /// Sum of quantity · price.
  var net: Double = 0
  /// Sum of |quantity · price|.
  var gross: Double = 0

  init() {}

  /// Sums positions in the order of instruments.
  init(of positions: [Position], at quotes: [Quote]) {
    for index in positions.indices where positions[index].quantity != 0 {
      let value = positions[index].quantity * quotes[index].price
      net += value
      gross += abs(value)
    }
  }

  /// Takes over the change of one instrument's quantity at `price`.
  mutating func move(from held: Double, to quantity: Double, price: Double) {
    net += quantity * price - held * price
    gross += abs(quantity * price) - abs(held * price)
  }

  /// Takes over the change of one instrument's price.
  mutating func remark(_ held: Double, from old: Double, to price: Double) {
    guard held != 0 else { return }
    net += held * price - held * old
    gross += abs(held * price) - abs(held * old)
  }

  /// The part of an order that the leverage limit lets through.
  ///
  /// An order that does not raise gross exposure passes whole. One that does ends at the largest
  /// position a with others + a·|p| <= limit · (equity − cost · traded), and may always close what is
  /// held the other way. The fill's own costs count, so that the limit holds after it.
  ///
  /// - Parameters:
  ///   - quantity: units asked for, above 0.
  ///   - side: of the order.
  ///   - held: units held before, negative for a short position.
  ///   - price: the latest known price of the instrument, which is the fill's reference.
  ///   - costPerUnit: equity lost for each unit traded.
  ///   - equity: before the fill, at the latest known prices.
  ///   - maxLeverage: gross exposure over equity, at most.
  /// - Returns: units in 0...quantity; `quantity` itself where nothing is cut.
  func admissible(
    quantity: Double, side: Side, held: Double, price: Double, costPerUnit: Double,
    equity: Double, maxLeverage: Double
  ) -> Double {
    let size = abs(price)
    let before = abs(held)
    let after = abs(held + side.sign * quantity)
    guard after * size > before * size else { return quantity }
    let others = gross - before * size
    let limit = maxLeverage * (equity - costPerUnit * quantity)
    // A target that is the limit itself must not be cut by a rounding.
    let rounding = 1e-12 * (gross + abs(equity) * maxLeverage)
    guard others + after * size > limit + rounding else { return quantity }
    // Held units count along the order's side: traded = a − along.
    let along = side.sign * held
    let fits =
      (maxLeverage * (equity + along * costPerUnit) - others) / (size + maxLeverage * costPerUnit)
    return min(quantity, max(0, max(0, fits) - along))
  }
}
