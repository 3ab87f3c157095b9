import Bytes

/// Running sums over the returns of consecutive bars; those of two stretches add up.
struct ReturnSums: Equatable, Sendable {
  private(set) var bars = 0
  private(set) var barsWithPosition = 0
  /// Returns counted; fewer than bars once equity was zero or less.
  private(set) var returns = 0
  private var sum = WideSum()
  private var squares = WideSum()
  private var shortfallSquares = WideSum()
  private var equity = WideSum()

  mutating func addBar(equity value: Double, hasPosition: Bool) {
    bars += 1
    if hasPosition { barsWithPosition += 1 }
    equity.add(value)
  }

  /// Takes a return; one below `minimum` is a shortfall.
  mutating func addReturn(_ value: Double, minimum: Double) {
    returns += 1
    sum.add(value)
    squares.addProduct(value, value)
    let shortfall = value - minimum
    if shortfall < 0 { shortfallSquares.addProduct(shortfall, shortfall) }
  }

  /// Takes the sums of the stretch that follows.
  mutating func add(_ next: ReturnSums) {
    bars += next.bars
    barsWithPosition += next.barsWithPosition
    returns += next.returns
    sum.add(next.sum)
    squares.add(next.squares)
    shortfallSquares.add(next.shortfallSquares)
    equity.add(next.equity)
  }

  var meanReturn: Double { sum.value / Double(returns) }

  /// Standard deviation with n − 1.
  var deviation: Double {
    let squared = WideSum.squaredDeviations(count: returns, sum: sum, squares: squares)
    return (squared / Double(returns - 1)).squareRoot()
  }

  /// √(mean of squared shortfalls over all returns).
  var shortfallDeviation: Double { (shortfallSquares.value / Double(returns)).squareRoot() }

  /// Mean of the equity at each bar and of the one before them.
  func meanEquity(startingWith start: Double) -> Double {
    (equity.value + start) / Double(bars + 1)
  }
}

extension ReturnSums: Restorable {
  func save(to writer: inout StateWriter) {
    writer.write(bars)
    writer.write(barsWithPosition)
    writer.write(returns)
    sum.save(to: &writer)
    squares.save(to: &writer)
    shortfallSquares.save(to: &writer)
    equity.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    bars = try reader.readInt()
    barsWithPosition = try reader.readInt()
    returns = try reader.readInt()
    try sum.restore(from: &reader)
    try squares.restore(from: &reader)
    try shortfallSquares.restore(from: &reader)
    try equity.restore(from: &reader)
  }
}
