import Bytes

/// The last returns of each instrument from close to close, of which sizes are made.
struct ReturnHistory {
  /// Returns kept of an instrument, at least 2.
  let window: Int
  /// `window` slots for each instrument, used in turn.
  private var returns: [Double]
  /// Returns so far.
  private var counts: [Int]
  /// NaN before the first bar.
  private var lastCloses: [Double]

  init(window: Int, instruments: Int) {
    self.window = window
    returns = Array(repeating: 0, count: instruments * window)
    counts = Array(repeating: 0, count: instruments)
    lastCloses = Array(repeating: .nan, count: instruments)
  }

  mutating func completeBar(of instrument: Int, close: Double) {
    let before = lastCloses[instrument]
    lastCloses[instrument] = close
    guard !before.isNaN else { return }
    returns[instrument * window + counts[instrument] % window] = (close - before) / abs(before)
    counts[instrument] += 1
  }

  /// So many units take the place of one.
  mutating func split(_ instrument: Int, ratio: Double) { lastCloses[instrument] /= ratio }

  /// The variance, n - 1, of the last `window` returns; NaN before there are as many.
  ///
  /// Summed from the oldest to the newest, so that it depends on the returns alone.
  func variance(of instrument: Int) -> Double {
    guard counts[instrument] >= window else { return .nan }
    let first = instrument * window
    let start = counts[instrument] % window
    var sum = 0.0
    for age in 0..<window { sum += returns[first + (start + age) % window] }
    let mean = sum / Double(window)
    var squares = 0.0
    for age in 0..<window {
      let step = returns[first + (start + age) % window] - mean
      squares += step * step
    }
    return squares / Double(window - 1)
  }
}

extension ReturnHistory: Restorable {
  func save(to writer: inout StateWriter) {
    writer.write(returns)
    writer.write(counts)
    writer.write(lastCloses)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    returns = try reader.readDoubles(count: returns.count, "the returns of a broker")
    let read = try reader.readInts()
    guard read.count == counts.count, read.allSatisfy({ $0 >= 0 }) else {
      throw StateError("the counts of returns of a broker do not fit its instruments")
    }
    counts = read
    lastCloses = try reader.readDoubles(count: lastCloses.count, "the closes of a broker")
  }
}
