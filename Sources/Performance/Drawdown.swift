import Bytes
import Market

/// One way from a peak of the equity down and back.
public struct DrawdownRow: Equatable, Sendable {
  /// The last bar at the peak; one before the first bar of the run where equity only fell.
  public var peakBar: Int
  public var peakTime: Timestamp
  /// The first bar at the lowest equity.
  public var troughBar: Int
  public var troughTime: Timestamp
  /// The first bar at or above the peak again, or the last bar of the run.
  public var endBar: Int
  public var endTime: Timestamp
  /// Whether the peak was reached again.
  public var isRecovered: Bool
  /// Lowest equity / peak − 1, below 0.
  public var depth: Double

  /// From the peak to the end.
  public var bars: Int { endBar - peakBar }
}

/// Follows how far and how long equity lies below its peak.
///
/// A drawdown runs from the last bar at the peak to the first bar at or above it again.
struct Drawdown: Equatable, Sendable {
  /// The deepest ones are kept, so many.
  static let rowCount = 10

  /// The deepest drawdowns, deepest first; of equally deep ones the earlier first.
  private(set) var deepest: [DrawdownRow] = []
  /// The longest drawdown; of equally long ones the first.
  private(set) var longest: DrawdownRow?
  /// Σ(equity / peak − 1)².
  private(set) var squares = WideSum()
  private var way: Way

  /// Where equity stands between peak and peak.
  private struct Way: Equatable, Sendable {
    var peak: Double
    var peakBar: Int
    var peakTime: Int64
    var trough: Double
    var troughBar: Int
    var troughTime: Int64
    var isBelow = false

    func row(endBar: Int, endTime: Int64, isRecovered: Bool) -> DrawdownRow {
      DrawdownRow(
        peakBar: peakBar, peakTime: Timestamp(milliseconds: peakTime), troughBar: troughBar,
        troughTime: Timestamp(milliseconds: troughTime), endBar: endBar,
        endTime: Timestamp(milliseconds: endTime), isRecovered: isRecovered,
        depth: trough / peak - 1)
    }
  }

  /// - Parameters:
  ///   - start: the equity before the first bar.
  ///   - bar: the bar before the first one.
  ///   - time: its time, milliseconds.
  init(start: Double, bar: Int = -1, time: Int64 = 0) {
    way = Way(
      peak: start, peakBar: bar, peakTime: time, trough: start, troughBar: bar, troughTime: time)
  }

  /// Takes the bars that follow, the first of them `firstBar`.
  mutating func add(
    _ equities: UnsafeMutableBufferPointer<Double>, times: UnsafeMutableBufferPointer<Int64>,
    firstBar: Int
  ) {
    // A local copy without arrays, so that the loop keeps it in registers.
    var way = self.way
    var squareSum = 0.0
    for index in equities.indices {
      let equity = equities[index]
      if equity >= way.peak {
        if way.isBelow {
          take(way.row(endBar: firstBar + index, endTime: times[index], isRecovered: true))
          way.isBelow = false
        }
        way.peak = equity
        way.peakBar = firstBar + index
        way.peakTime = times[index]
        way.trough = equity
      } else {
        way.isBelow = true
        let depth = equity / way.peak - 1
        squareSum += depth * depth
        if equity < way.trough {
          way.trough = equity
          way.troughBar = firstBar + index
          way.troughTime = times[index]
        }
      }
    }
    self.way = way
    squares.add(squareSum)
  }

  /// As it stands after the last bar: a drawdown that is open ends there, unrecovered.
  func ended(bar: Int, time: Int64) -> Drawdown {
    var copy = self
    if way.isBelow { copy.take(way.row(endBar: bar, endTime: time, isRecovered: false)) }
    return copy
  }

  private mutating func take(_ row: DrawdownRow) {
    if row.bars > longest?.bars ?? 0 { longest = row }
    if deepest.count == Self.rowCount {
      guard row.depth < deepest[Self.rowCount - 1].depth else { return }
      deepest.removeLast()
    }
    deepest.insert(row, at: deepest.firstIndex { row.depth < $0.depth } ?? deepest.count)
  }
}

extension Drawdown: Restorable {
  func save(to writer: inout StateWriter) {
    let rows = deepest + (longest.map { [$0] } ?? [])
    writer.write(longest != nil)
    writer.write(
      rows.flatMap {
        [
          $0.peakBar, Int($0.peakTime.milliseconds), $0.troughBar,
          Int($0.troughTime.milliseconds), $0.endBar, Int($0.endTime.milliseconds),
          $0.isRecovered ? 1 : 0,
        ]
      })
    writer.write(rows.map(\.depth))
    squares.save(to: &writer)
    writer.write(way.peak)
    writer.write(way.peakBar)
    writer.write(Int(way.peakTime))
    writer.write(way.trough)
    writer.write(way.troughBar)
    writer.write(Int(way.troughTime))
    writer.write(way.isBelow)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    let hasLongest = try reader.readBool()
    let whole = try reader.readInts()
    guard whole.count % 7 == 0, whole.count / 7 <= Self.rowCount + 1,
      !hasLongest || !whole.isEmpty
    else {
      throw StateError("drawdowns had \(whole.count) numbers, 7 each are needed")
    }
    let depths = try reader.readDoubles(count: whole.count / 7, "depths of drawdowns")
    deepest = depths.indices.map { index in
      let row = whole[(7 * index)..<(7 * index + 7)].map { $0 }
      return DrawdownRow(
        peakBar: row[0], peakTime: Timestamp(milliseconds: Int64(row[1])), troughBar: row[2],
        troughTime: Timestamp(milliseconds: Int64(row[3])), endBar: row[4],
        endTime: Timestamp(milliseconds: Int64(row[5])), isRecovered: row[6] == 1,
        depth: depths[index])
    }
    longest = hasLongest ? deepest.removeLast() : nil
    try squares.restore(from: &reader)
    way.peak = try reader.readDouble()
    way.peakBar = try reader.readInt()
    way.peakTime = Int64(try reader.readInt())
    way.trough = try reader.readDouble()
    way.troughBar = try reader.readInt()
    way.troughTime = Int64(try reader.readInt())
    way.isBelow = try reader.readBool()
  }
}
