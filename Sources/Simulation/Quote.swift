import Bytes

/// What is known of an instrument's prices.
@usableFromInline
struct Quote: Equatable, Sendable {
  /// The latest known: the open of this step's bar in the open phase, else the last close; NaN
  /// before the first bar.
  @usableFromInline var price: Double = .nan
  /// The step of the panel with the instrument's last bar, -1 before the first.
  @usableFromInline var lastBar = -1
  /// Bars of the instrument so far.
  @usableFromInline var barCount = 0
  /// Money of the account that a unit is worth for each 1 of its price: multiplier times currency rate,
  /// the latest known; NaN before the first bar of the rate.
  var factor: Double = 1

  /// What a unit is worth, money of the account.
  var unitValue: Double { price * factor }

  /// Takes the open of the instrument's bar at a step.
  @inlinable
  mutating func open(at price: Double, bar: Int) {
    precondition(lastBar != bar, "an instrument has one bar a step")
    self.price = price
    lastBar = bar
    barCount += 1
  }

  /// Takes the close of the bar that has opened.
  @inlinable
  mutating func close(at price: Double, bar: Int) {
    precondition(lastBar == bar, "a bar that closes has opened")
    self.price = price
  }
}

extension Quote: Restorable {
  @usableFromInline
  func save(to writer: inout StateWriter) {
    writer.write(price)
    writer.write(lastBar)
    writer.write(barCount)
    writer.write(factor)
  }

  @usableFromInline
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    price = try reader.readDouble()
    lastBar = try reader.readInt()
    barCount = try reader.readInt()
    factor = try reader.readDouble()
  }
}
