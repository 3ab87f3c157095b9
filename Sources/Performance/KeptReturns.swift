import Bytes

/// The returns of a run, for the figures that need all of them: percentiles, autocorrelations, rolling
/// figures and resampling.
///
/// This is what grows with the bars, 8 bytes each, up to 2^22 bars (32 MB); a longer run keeps none, and
/// those figures have a reason instead of a value.
struct KeptReturns: Equatable, Sendable {
  static let limit = 1 << 22

  private var values: [Double] = []
  private(set) var isComplete = true
  /// Returns before the tested span.
  var countBeforeTest = 0

  mutating func add(_ returns: UnsafeMutableBufferPointer<Double>) {
    guard isComplete else { return }
    if values.count + returns.count > Self.limit {
      values = []
      isComplete = false
      return
    }
    values.append(contentsOf: returns)
  }

  /// Those of all bars, nil where there were too many.
  var whole: ArraySlice<Double>? { isComplete ? values[...] : nil }

  /// Those of the tested span, none before it begins.
  func tested(isTesting: Bool) -> ArraySlice<Double>? {
    isComplete ? values[(isTesting ? countBeforeTest : values.count)...] : nil
  }

  /// Marks that the tested span begins after the returns so far.
  mutating func startTesting() { countBeforeTest = values.count }
}

extension KeptReturns: Restorable {
  func save(to writer: inout StateWriter) {
    writer.write(isComplete)
    writer.write(countBeforeTest)
    writer.write(values)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    isComplete = try reader.readBool()
    let before = try reader.readInt()
    values = try reader.readDoubles()
    guard values.count <= Self.limit, !isComplete || (0...values.count).contains(before) else {
      throw StateError(
        "\(values.count) returns were kept, \(before) of them before the test; at most "
          + "\(Self.limit) and all of them are possible")
    }
    countBeforeTest = before
  }
}
