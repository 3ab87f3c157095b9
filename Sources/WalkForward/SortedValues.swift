import Bytes

/// Numbers in rising order, to which single ones are added, for quantiles of a set that grows.
struct SortedValues: Equatable, Restorable, Sendable {
  /// The first `sortedCount` in order, then those added since.
  private var values: [Double] = []
  private var sortedCount = 0

  /// Takes in a value that is no NaN.
  mutating func add(_ value: Double) { values.append(value) }

  /// The q-quantile, by linear interpolation between the two values next to place (n - 1) q, as
  /// `numpy.quantile` computes it.
  ///
  /// - Precondition: there is a value; q lies in 0...1.
  mutating func quantile(_ q: Double) -> Double {
    sort()
    precondition(!values.isEmpty, "quantiles are of values")
    let place = Double(values.count - 1) * q
    let below = Int(place)
    guard below + 1 < values.count else { return values[values.count - 1] }
    let part = place - Double(below)
    let (low, high) = (values[below], values[below + 1])
    let step = high - low
    return part < 0.5 ? low + step * part : high - step * (1 - part)
  }

  /// A few new values are put where they belong; many are sorted in with the rest.
  private mutating func sort() {
    let new = values.count - sortedCount
    guard new > 0 else { return }
    if new > 4 {
      values.sort()
    } else {
      for index in sortedCount..<values.count {
        let value = values[index]
        var (low, high) = (0, index)
        while low < high {
          let middle = (low + high) / 2
          if values[middle] <= value { low = middle + 1 } else { high = middle }
        }
        guard low < index else { continue }
        values.remove(at: index)
        values.insert(value, at: low)
      }
    }
    sortedCount = values.count
  }

  func save(to writer: inout StateWriter) {
    writer.write(values)
    writer.write(sortedCount)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    values = try reader.readDoubles()
    sortedCount = try reader.readInt()
    guard (0...values.count).contains(sortedCount),
      zip(values[..<sortedCount], values[..<sortedCount].dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw StateError("a scaler's \(values.count) values were not in order") }
  }
}
