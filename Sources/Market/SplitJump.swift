/// A jump of the price that a split explains.
///
/// With an adjusted close the file itself tells: a split moves the close and leaves the adjusted
/// close where it was, so the ratio of the two jumps by the split's. A true fall moves both. The
/// ratio has to lie within 1 % of 5:4, 4:3, 3:2, 5:3, 5:2, 7:2 or n:1 for n up to 100, or of one of
/// these turned round; dividends move it too, and seldom there.
///
/// Without one the shape of a split is looked for. The open lies within 3 % of a split's share of
/// the close before it (3:2, n:1, or 1:n, n from 2 to 100), and the close of that bar within 15 %
/// of it, since nobody trades between the two. Where the open says nothing, because the file has
/// closes only or repeats the close before, the close has to lie within 2 % of n:1 or 1:n.
public struct SplitJump: Equatable, Sendable {
  /// The line of the first bar after the jump, from 1.
  public var line: Int
  public var time: Timestamp
  /// Shares held after the jump for `old` shares before it.
  public var new: Int
  public var old: Int

  /// As splits are written: `2:1` halves the price.
  public var ratio: String { "\(new):\(old)" }

  /// What a split has to explain: a bar, and what stood before it.
  struct Step {
    var previousClose: Double
    var bar: Bar
    /// The adjusted closes before and at the bar; NaN where there is none.
    var previousAdjusted: Double
    var adjusted: Double
    /// Whether the bar's open is a price of its own.
    var opensApart: Bool
  }

  /// The split, as (new, old), that explains the step; none where none does.
  static func ratio(explaining step: Step) -> (new: Int, old: Int)? {
    let closeMove = step.bar.close / step.previousClose
    let adjustedMove = step.adjusted / step.previousAdjusted
    if adjustedMove.isFinite {
      return nearest(adjustedMove / closeMove, within: 0.01, fractions: withAdjusted)
    }
    if step.opensApart && step.bar.open != step.previousClose {
      let openMove = step.bar.open / step.previousClose
      // Nobody turns three shares into two; a rise by half is a rise.
      guard let found = nearest(1 / openMove, within: 0.03, fractions: [(3, 2)]),
        found != (2, 3), abs(closeMove * Double(found.new) / Double(found.old) - 1) <= 0.15
      else { return nil }
      return found
    }
    return nearest(1 / closeMove, within: 0.02, fractions: [])
  }

  private static let withAdjusted = [(5, 4), (4, 3), (3, 2), (5, 3), (5, 2), (7, 2)]

  /// The split whose share ratio lies within a tolerance of the one seen.
  private static func nearest(
    _ seen: Double, within tolerance: Double, fractions: [(Int, Int)]
  ) -> (new: Int, old: Int)? {
    // Nearly every step of a price ends here.
    guard seen > 0, seen > 1.2 || seen < 1 / 1.2 else { return nil }
    let isReverse = seen < 1
    let ratio = isReverse ? 1 / seen : seen
    func turned(_ new: Int, _ old: Int) -> (new: Int, old: Int) {
      isReverse ? (old, new) : (new, old)
    }
    let whole = ratio.rounded()
    if (2...100).contains(whole), abs(ratio / whole - 1) <= tolerance {
      return turned(Int(whole), 1)
    }
    for (new, old) in fractions where abs(ratio * Double(old) / Double(new) - 1) <= tolerance {
      return turned(new, old)
    }
    return nil
  }
}
