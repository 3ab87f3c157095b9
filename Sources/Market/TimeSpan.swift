/// A stretch of time; both ends belong to it. A missing end is open.
public struct TimeSpan: Equatable, Sendable {
  public var from: Timestamp?
  public var to: Timestamp?

  public init(from: Timestamp? = nil, to: Timestamp? = nil) {
    self.from = from
    self.to = to
  }

  /// Whole UTC days, from 00:00 of the first to 23:59:59.999 of the last.
  public init(from: CivilDate?, to: CivilDate?) {
    self.from = from?.midnight
    self.to = to.map { Timestamp(milliseconds: $0.midnight.milliseconds + Self.dayEnd) }
  }

  /// Milliseconds from midnight to the close of a bar dated by a day alone: 23:59:59.999.
  public static let dayEnd = Timestamp.millisecondsPerDay - 1

  @inlinable
  public func contains(_ time: Timestamp) -> Bool {
    if let from, time < from { return false }
    if let to, time > to { return false }
    return true
  }
}
