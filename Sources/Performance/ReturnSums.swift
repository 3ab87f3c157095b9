import Bytes

// Returns are taken in blocks: within a block by two passes, then joined to those before.
// T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing
// sample variances" (1979). So a variance keeps its digits though no return is kept, and a bar costs
// little more than the division that makes its return.

/// Moments of the returns and sums of the equity over consecutive bars.
struct ReturnSums: Equatable, Sendable {
  private(set) var bars = 0
  private(set) var meanReturn = 0.0
  /// Σ(r − mean r)².
  private var squaredDeviations = 0.0
  /// Σ min(r − m, 0)².
  private var shortfallSquares = WideSum()
  private var equity = WideSum()

  /// Takes the bars that follow, and leaves their returns in the place of their equities.
  ///
  /// - Parameters:
  ///   - equities: at the close of each bar.
  ///   - previous: the equity before them.
  ///   - minimum: returns below it are shortfalls.
  mutating func add(
    _ equities: UnsafeMutableBufferPointer<Double>, after previous: Double, minimum: Double
  ) {
    guard !equities.isEmpty else { return }
    var before = previous
    var equitySum = 0.0
    var returnSum = 0.0
    for index in equities.indices {
      let value = equities[index]
      let change = value / before - 1
      equitySum += value
      returnSum += change
      equities[index] = change
      before = value
    }
    let mean = returnSum / Double(equities.count)
    var deviations = 0.0
    var shortfalls = 0.0
    for change in equities {
      let deviation = change - mean
      deviations += deviation * deviation
      let shortfall = min(change - minimum, 0)
      shortfalls += shortfall * shortfall
    }
    equity.add(equitySum)
    shortfallSquares.add(shortfalls)
    join(count: equities.count, mean: mean, squaredDeviations: deviations)
  }

  /// Takes the sums of the bars that follow.
  mutating func add(_ next: ReturnSums) {
    guard next.bars > 0 else { return }
    equity.add(next.equity)
    shortfallSquares.add(next.shortfallSquares)
    join(count: next.bars, mean: next.meanReturn, squaredDeviations: next.squaredDeviations)
  }

  private mutating func join(count: Int, mean: Double, squaredDeviations other: Double) {
    let (n, m) = (Double(bars), Double(count))
    let step = mean - meanReturn
    squaredDeviations += other + step * step * (n * m / (n + m))
    meanReturn += step * (m / (n + m))
    bars += count
  }

  /// Standard deviation with n − 1.
  var deviation: Double { (squaredDeviations / Double(bars - 1)).squareRoot() }

  /// √(mean of squared shortfalls over all returns).
  var shortfallDeviation: Double { (shortfallSquares.value / Double(bars)).squareRoot() }

  /// Mean of the equity at each bar and of the one before them.
  func meanEquity(startingWith start: Double) -> Double {
    (equity.value + start) / Double(bars + 1)
  }
}

extension ReturnSums: Restorable {
  func save(to writer: inout StateWriter) {
    writer.write(bars)
    writer.write(meanReturn)
    writer.write(squaredDeviations)
    shortfallSquares.save(to: &writer)
    equity.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    bars = try reader.readInt()
    meanReturn = try reader.readDouble()
    squaredDeviations = try reader.readDouble()
    try shortfallSquares.restore(from: &reader)
    try equity.restore(from: &reader)
  }
}
