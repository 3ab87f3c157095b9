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

  mutating func see(high: Double, low: Double) {
    if high > self.high { self.high = high }
    if low < self.low { self.low = low }
  }
}

/// The lots of one instrument, oldest first.
///
/// What was seen since the newest lot came, all lots have seen: it is kept once, and goes into their own
/// ranges when the next one comes. So to see a bar costs two comparisons, however many lots there are.
@usableFromInline
struct LotQueue: Equatable, Sendable {
  private var lots: [Lot] = []
  private var head = 0
  @usableFromInline var high = -Double.infinity
  @usableFromInline var low = Double.infinity

  var count: Int { lots.count - head }
  var isEmpty: Bool { lots.count == head }

  /// The oldest lot.
  var first: Lot {
    get {
      precondition(!isEmpty, "there is a lot")
      var lot = lots[head]
      lot.see(high: high, low: low)
      return lot
    }
    set {
      precondition(!isEmpty, "there is a lot")
      lots[head] = newValue
    }
  }

  /// All lots, oldest first, with all that they have seen.
  var held: ArraySlice<Lot> {
    var settled = self
    settled.settle()
    return settled.lots[head...]
  }

  /// Weighted by quantity; there is a lot.
  var averagePrice: Double { average { $0.price } }

  /// Money of the account paid for a unit, fees left out; there is a lot.
  var averageCost: Double { average { $0.price * $0.factor } }

  private func average(_ price: (Lot) -> Double) -> Double {
    var value = 0.0
    var quantity = 0.0
    for lot in lots[head...] {
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
    high /= ratio
    low /= ratio
  }

  mutating func append(_ lot: Lot) {
    settle()
    lots.append(lot)
  }

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

  /// Widens the range of every lot by prices that were traded while all of them were held.
  @inlinable
  mutating func see(high: Double, low: Double) {
    self.high = high > self.high ? high : self.high
    self.low = low < self.low ? low : self.low
  }

  /// Brings what all have seen into the range of each.
  private mutating func settle() {
    var index = lots.count
    while index > head {
      index -= 1
      // An older lot has seen all that a newer one has.
      if lots[index].high >= high, lots[index].low <= low { break }
      lots[index].see(high: high, low: low)
    }
    high = -.infinity
    low = .infinity
  }

  @usableFromInline
  static func == (left: LotQueue, right: LotQueue) -> Bool { left.held == right.held }
}
