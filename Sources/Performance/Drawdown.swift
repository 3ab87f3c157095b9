import Bytes

/// Follows how far and how long equity lies below its peak.
///
/// A drawdown runs from the last bar at the peak to the first bar at or above it again.
struct Drawdown: Equatable, Sendable {
  /// The lowest equity / peak − 1, at most 0.
  private(set) var depth = 0.0
  /// Bars of the deepest drawdown; of equally deep ones the first.
  private(set) var deepestBars = 0
  private(set) var deepestRecovered = false
  /// Bars of the longest drawdown; of equally long ones the first.
  private(set) var longestBars = 0
  private(set) var longestRecovered = false

  private var peak: Double
  private var trough: Double
  /// Bars since the last one at the peak.
  private var barsBelow = 0

  /// - Parameter start: the equity before the first bar.
  init(start: Double) {
    peak = start
    trough = start
  }

  mutating func add(_ equities: UnsafeMutableBufferPointer<Double>) {
    var drawdown = self
    for equity in equities { drawdown.add(equity) }
    self = drawdown
  }

  @inline(__always)
  private mutating func add(_ equity: Double) {
    if equity >= peak {
      if barsBelow > 0 { close(recovered: true) }
      peak = equity
      trough = equity
    } else {
      barsBelow += 1
      if equity < trough { trough = equity }
    }
  }

  /// As it stands after the last bar: a drawdown that is open ends there, unrecovered.
  var ended: Drawdown {
    var copy = self
    if copy.barsBelow > 0 { copy.close(recovered: false) }
    return copy
  }

  private mutating func close(recovered: Bool) {
    // The bar of the recovery belongs to the way from peak to recovery.
    let length = barsBelow + (recovered ? 1 : 0)
    let fraction = trough / peak - 1
    if fraction < depth {
      depth = fraction
      deepestBars = length
      deepestRecovered = recovered
    }
    if length > longestBars {
      longestBars = length
      longestRecovered = recovered
    }
    barsBelow = 0
  }
}

extension Drawdown: Restorable {
  func save(to writer: inout StateWriter) {
    writer.write(depth)
    writer.write(deepestBars)
    writer.write(deepestRecovered)
    writer.write(longestBars)
    writer.write(longestRecovered)
    writer.write(peak)
    writer.write(trough)
    writer.write(barsBelow)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    depth = try reader.readDouble()
    deepestBars = try reader.readInt()
    deepestRecovered = try reader.readBool()
    longestBars = try reader.readInt()
    longestRecovered = try reader.readBool()
    peak = try reader.readDouble()
    trough = try reader.readDouble()
    barsBelow = try reader.readInt()
  }
}
