import Bytes

/// The mean absolute error of the naive forecast over the labels known at each refit, by which
/// forecasts made by that refit are scaled (MASE: Hyndman and Koehler, 2006).
///
/// The naive forecast of a label is the one max(h, 1) steps before it.
struct NaiveScales: Restorable {
  private let lags: [Int]
  /// Of each horizon the newest labels, that of bar t at t % lag; NaN where missing.
  private var newest: [[Double]]
  private var sums: [Double]
  private var counts: [Int]
  private var bars = 0
  /// Row-major, horizons a refit.
  private var atRefits: [Double] = []

  init(horizons: [Int]) {
    lags = horizons.map { max($0, 1) }
    newest = lags.map { Array(repeating: .nan, count: $0) }
    sums = horizons.map { _ in 0 }
    counts = horizons.map { _ in 0 }
  }

  /// Takes in the labels that lie at the next bar, one a horizon; NaN is missing.
  mutating func add(labels: [Double]) {
    for index in lags.indices {
      let place = bars % lags[index]
      let error = abs(labels[index] - newest[index][place])
      if !error.isNaN {
        sums[index] += error
        counts[index] += 1
      }
      newest[index][place] = labels[index]
    }
    bars += 1
  }

  /// Remembers the scales of the next refit.
  mutating func addRefit() {
    for index in lags.indices { atRefits.append(sums[index] / Double(counts[index])) }
  }

  /// The scale of forecasts that a refit, counted from 1, made; NaN where there was no label.
  func scale(refit: Int, horizonIndex: Int) -> Double {
    atRefits[(refit - 1) * lags.count + horizonIndex]
  }

  func save(to writer: inout StateWriter) {
    for labels in newest { writer.write(labels) }
    writer.write(sums)
    writer.write(counts)
    writer.write(bars)
    writer.write(atRefits)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    for index in lags.indices {
      newest[index] = try reader.readDoubles(count: lags[index], "the newest labels")
    }
    sums = try reader.readDoubles(count: lags.count, "errors of the naive forecast")
    counts = try reader.readInts()
    bars = try reader.readInt()
    atRefits = try reader.readDoubles()
    guard counts.count == lags.count, bars >= 0, atRefits.count % lags.count == 0 else {
      throw StateError("the scales of \(atRefits.count) refits do not fit \(lags.count) horizons")
    }
  }
}
