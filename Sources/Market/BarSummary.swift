/// Counts and extremes of some bars, gathered in one pass.
public struct BarSummary: Equatable, Sendable {
  public private(set) var rows = 0
  public private(set) var first: Timestamp?
  public private(set) var last: Timestamp?
  /// Infinite where there is no bar.
  public private(set) var leastClose = Double.infinity
  /// Minus infinity where there is no bar.
  public private(set) var greatestClose = -Double.infinity
  /// Bars whose open equals the close before them, to the last bit.
  public private(set) var staleOpens = 0
  /// Bars with a volume, zero included.
  public private(set) var volumes = 0
  public private(set) var zeroVolumes = 0
  /// The longest time between two bars, in milliseconds.
  public private(set) var longestGap: Int64 = 0
  /// When the bar before that gap closed.
  public private(set) var longestGapStart: Timestamp?
  private var previousClose = Double.nan

  public init() {}

  public init(_ bars: [Bar], span: TimeSpan = TimeSpan()) {
    for bar in bars where span.contains(bar.time) { add(bar) }
  }

  /// Takes in the next bar in order of time.
  public mutating func add(_ bar: Bar) {
    if let last, bar.time.milliseconds - last.milliseconds > longestGap {
      longestGap = bar.time.milliseconds - last.milliseconds
      longestGapStart = last
    }
    if rows == 0 { first = bar.time }
    last = bar.time
    rows += 1
    leastClose = min(leastClose, bar.close)
    greatestClose = max(greatestClose, bar.close)
    if bar.open == previousClose { staleOpens += 1 }
    if !bar.volume.isNaN { volumes += 1 }
    if bar.volume == 0 { zeroVolumes += 1 }
    previousClose = bar.close
  }

  /// Whether any bar has a volume above zero.
  public var hasVolume: Bool { volumes > zeroVolumes }

  /// The share of bars whose open is the close before them, 0...1. The first bar counts as one
  /// that is not.
  public var staleOpenShare: Double { rows == 0 ? 0 : Double(staleOpens) / Double(rows) }

  /// Above this share a fill at the next open is, too often, a fill at the deciding close.
  public static let staleOpenLimit = 0.2

  /// Whether the opens are those of a market without sessions.
  public var hasStaleOpens: Bool { staleOpenShare > BarSummary.staleOpenLimit }
}
