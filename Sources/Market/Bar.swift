/// Prices of one instrument over one step of time, stamped with the time at which it closed.
public struct Bar: Equatable, Sendable {
  /// The time at which the bar closed: only from then on is all of it known.
  public var time: Timestamp
  public var open: Double
  public var high: Double
  public var low: Double
  public var close: Double
  /// Traded volume in units; NaN where the file has none.
  public var volume: Double

  public init(
    time: Timestamp, open: Double, high: Double, low: Double, close: Double, volume: Double = .nan
  ) {
    self.time = time
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
  }
}

/// A value of a bar that an expression may name.
public enum Field: Int, CaseIterable, Sendable {
  case open
  case high
  case low
  case close
  case volume

  public var name: String {
    switch self {
    case .open: "open"
    case .high: "high"
    case .low: "low"
    case .close: "close"
    case .volume: "volume"
    }
  }
}

extension Bar {
  /// The value of `field`; NaN is a missing volume.
  @inlinable
  public subscript(field: Field) -> Double {
    switch field {
    case .open: open
    case .high: high
    case .low: low
    case .close: close
    case .volume: volume
    }
  }
}
