import Market

/// Units of one instrument that were bought (or sold short) by one fill and are still held.
struct Lot: Equatable {
  var quantity: Double
  var price: Double
  /// The entry fee that belongs to `quantity`.
  var fee: Double
  /// The range of prices seen since the entry; empty (−∞ and ∞) before the first.
  var high: Double = -.infinity
  var low: Double = .infinity
  let bar: Int
  let time: Timestamp
  let orderID: Int
  /// Money of the account that a unit was worth for each 1 of its price, at the entry.
  let factor: Double
  let isAmbiguous: Bool
}

/// The lots of one instrument, oldest first.
///
/// An older lot has seen all that a newer one has, so its range holds the newer's: `see` walks from
/// the newest and stops at the first lot that has nothing to learn.
struct LotQueue: Equatable {
  private var lots: [Lot] = []
  private var head = 0

  var count: Int { lots.count - head }
  var isEmpty: Bool { lots.count == head }

  /// The oldest lot.
  var first: Lot {
    get {
      precondition(!isEmpty, "there is a lot")
      return lots[head]
    }
    set {
      precondition(!isEmpty, "there is a lot")
      lots[head] = newValue
    }
  }

  /// All lots, oldest first.
  var held: ArraySlice<Lot> { lots[head...] }

  /// Weighted by quantity; there is a lot.
  var averagePrice: Double { average { $0.price } }

  /// Money of the account paid for a unit, fees left out; there is a lot.
  var averageCost: Double { average { $0.price * $0.factor } }

  private func average(_ price: (Lot) -> Double) -> Double {
    var value = 0.0
    var quantity = 0.0
    for lot in held {
      value += lot.quantity * price(lot)
      quantity += lot.quantity
    }
    return value / quantity
  }

  /// So many units take the place of one; what they are worth together stays.
  mutating func split(ratio: Double) {
    for index in head..<lots.count {
      lots[index].quantity *= ratio
      lots[index].price /= ratio
      lots[index].high /= ratio
      lots[index].low /= ratio
    }
  }

  mutating func append(_ lot: Lot) { lots.append(lot) }

  mutating func removeFirst() {
    precondition(!isEmpty, "there is a lot")
    head += 1
    if head == lots.count {
      lots.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 32, head * 2 >= lots.count {
      // Moves the rest to the front, so that the storage does not grow with the run.
      lots.removeFirst(head)
      head = 0
    }
  }

  /// Whether no lot has anything to learn from this range: the newest has seen it, or there is none.
  @inline(__always)
  func haveSeen(high: Double, low: Double) -> Bool {
    guard !isEmpty else { return true }
    let newest = lots[lots.count - 1]
    return newest.high >= high && newest.low <= low
  }

  /// Widens the range of every lot by prices that were traded while all of them were held.
  mutating func see(high: Double, low: Double) {
    var index = lots.count
    while index > head {
      index -= 1
      if lots[index].high >= high, lots[index].low <= low { return }
      lots[index].high = max(lots[index].high, high)
      lots[index].low = min(lots[index].low, low)
    }
  }
}
