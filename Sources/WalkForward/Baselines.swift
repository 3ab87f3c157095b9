import Bytes

/// The forecasts that a model must beat: the newest known label and the mean of all known ones
/// (zero is the third). They know exactly what a model may be trained on at the same bar, and no
/// more: labels of samples s <= t - max(h, 1).
struct Baselines: Restorable, Sendable {
  private var newest: [Double]
  private var sums: [Double]
  private var counts: [Int]

  init(horizonCount: Int) {
    newest = Array(repeating: .nan, count: horizonCount)
    sums = Array(repeating: 0, count: horizonCount)
    counts = Array(repeating: 0, count: horizonCount)
  }

  /// Takes in a label that has just become known; a missing one changes nothing.
  mutating func add(label: Double, horizonIndex: Int) {
    guard !label.isNaN else { return }
    newest[horizonIndex] = label
    sums[horizonIndex] += label
    counts[horizonIndex] += 1
  }

  /// The newest known label, NaN before the first.
  func naive(horizonIndex: Int) -> Double { newest[horizonIndex] }

  /// The mean of all known labels, NaN before the first.
  func mean(horizonIndex: Int) -> Double {
    counts[horizonIndex] == 0 ? .nan : sums[horizonIndex] / Double(counts[horizonIndex])
  }

  func save(to writer: inout StateWriter) {
    writer.write(newest)
    writer.write(sums)
    writer.write(counts)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    let horizonCount = newest.count
    newest = try reader.readDoubles(count: horizonCount, "the newest labels")
    sums = try reader.readDoubles(count: horizonCount, "the sums of labels")
    counts = try reader.readInts()
    guard counts.count == horizonCount else {
      throw StateError("the counts of labels were \(counts.count), \(horizonCount) are needed")
    }
  }
}
