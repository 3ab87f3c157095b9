import Bytes
import Market

/// The value traded on the last 30 UTC days, by which a broker's rates fall.
@usableFromInline
struct TradedVolume: Equatable, Sendable {
  private static let days = 30
  /// One slot a day, used in turn; a slot whose day is past counts no more.
  private var values = Array(repeating: 0.0, count: TradedVolume.days)
  private var stamps = Array(repeating: Int.min, count: TradedVolume.days)

  mutating func add(_ value: Double, at time: Timestamp) {
    let day = time.day
    let slot = ((day % Self.days) + Self.days) % Self.days
    if stamps[slot] != day {
      stamps[slot] = day
      values[slot] = 0
    }
    values[slot] += abs(value)
  }

  /// Traded on the day of `time` and the 29 before it.
  func sum(at time: Timestamp) -> Double {
    let first = time.day - Self.days + 1
    var sum = 0.0
    for slot in values.indices where stamps[slot] >= first { sum += values[slot] }
    return sum
  }
}

extension TradedVolume: Restorable {
  @usableFromInline
  func save(to writer: inout StateWriter) {
    writer.write(values)
    writer.write(stamps)
  }

  @usableFromInline
  mutating func restore(from reader: inout StateReader) throws(StateError) {
    values = try reader.readDoubles(count: Self.days, "the traded values of a broker")
    stamps = try reader.readInts()
    guard stamps.count == Self.days else {
      throw StateError("days of traded values were \(stamps.count), \(Self.days) are needed")
    }
  }
}
