import Bytes
import Market

/// What equity made of a calendar month or year (UTC).
public struct PeriodReturn: Equatable, Sendable {
  public var year: Int
  /// 1...12, nil for a whole year.
  public var month: Int?
  /// At the last bar before the period, or before the first bar of the tested span.
  public var startEquity: Double
  /// At the last bar within it.
  public var endEquity: Double

  /// End / start − 1.
  public var figure: Figure {
    startEquity > 0
      ? Figure(endEquity / startEquity - 1, orUndefined: "equity is beyond the largest number")
      : .undefined("ruined: equity was zero or less before")
  }
}

/// Follows equity by calendar months. A bar belongs to the month in which it closes. 32 bytes a month.
struct PeriodReturns: Equatable, Sendable {
  private var closed: [PeriodReturn] = []
  private var open: PeriodReturn?
  /// The first millisecond after the open month.
  private var end = Int64.min

  /// Takes the time of the next bar and the equity before it.
  @inline(__always)
  mutating func add(_ milliseconds: Int64, equityBefore: Double) {
    if milliseconds >= end { turn(to: milliseconds, equityBefore: equityBefore) }
  }

  private mutating func turn(to milliseconds: Int64, equityBefore: Double) {
    if var last = open {
      last.endEquity = equityBefore
      closed.append(last)
    }
    let perDay = Timestamp.millisecondsPerDay
    let inDay = ((milliseconds % perDay) + perDay) % perDay
    var date = CivilDate(day: Int((milliseconds - inDay) / perDay))
    open = PeriodReturn(
      year: date.year, month: date.month, startEquity: equityBefore, endEquity: equityBefore)
    date.day = 1
    date.year += date.month == 12 ? 1 : 0
    date.month = date.month % 12 + 1
    end = date.midnight.milliseconds
  }

  /// All months with a bar, in order; the last one ends at `equity`.
  func months(endingAt equity: Double) -> [PeriodReturn] {
    guard var last = open else { return [] }
    last.endEquity = equity
    return closed + [last]
  }

  /// The years that months make.
  static func years(of months: [PeriodReturn]) -> [PeriodReturn] {
    var years: [PeriodReturn] = []
    for month in months {
      if let last = years.last, last.year == month.year {
        years[years.count - 1].endEquity = month.endEquity
      } else {
        years.append(
          PeriodReturn(
            year: month.year, month: nil, startEquity: month.startEquity,
            endEquity: month.endEquity))
      }
    }
    return years
  }
}

extension PeriodReturns: Restorable {
  func save(to writer: inout StateWriter) {
    let all = closed + (open.map { [$0] } ?? [])
    writer.write(all.map { 12 * $0.year + ($0.month ?? 1) - 1 })
    writer.write(all.flatMap { [$0.startEquity, $0.endEquity] })
    writer.write(Int(end))
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    let months = try reader.readInts()
    let equities = try reader.readDoubles(count: 2 * months.count, "equities of months")
    closed = months.indices.map {
      PeriodReturn(
        year: months[$0] / 12, month: months[$0] % 12 + 1, startEquity: equities[2 * $0],
        endEquity: equities[2 * $0 + 1])
    }
    open = closed.popLast()
    end = Int64(try reader.readInt())
  }
}
