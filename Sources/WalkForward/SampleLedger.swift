import Bytes

/// The rule that keeps a training set free of the future, and the rows and labels it guards.
///
/// A *sample* s is the window of feature rows that ends at bar s. Its *label* at horizon h is the
/// target evaluated at bar s + h. At bar t a sample is *mature*, and may be trained on, only if
/// `s <= t - max(h, 1)` for the longest h: every label trained on is then known at t and lies before
/// the one that is forecast at t.
public struct SampleLedger: Restorable, Sendable {
  public let featureCount: Int
  public let lookback: Int
  /// The horizons in bars, one output each.
  public let horizons: [Int]
  /// Bars from a sample to its maturity: `max(longest horizon, 1)`.
  public let maturity: Int
  /// Whether a sample needs, for each horizon, a label in its window, since it is scaled by them.
  let needsLabelsInWindow: Bool

  /// Feature rows, [bar x featureCount] row-major; NaN is missing.
  private(set) var rows: [Double] = []
  /// The target of each horizon as evaluated at each bar, [bar x horizon] row-major; NaN is missing.
  private(set) var labelsAtBar: [Double] = []
  /// The mature samples in time order, each by the bar at which its window ends.
  public private(set) var mature: [Int] = []
  /// Bars read so far.
  public private(set) var barCount = 0
  /// Bars without a missing feature that end at the newest one.
  private var completeRun = 0
  /// For each of the last `maturity` + 1 bars, whether its window is complete; ring by bar.
  private var windowIsComplete: [Bool]

  /// - Parameters:
  ///   - featureCount: numbers a row.
  ///   - lookback: rows a window.
  ///   - horizons: in bars, one output each.
  ///   - needsLabelsInWindow: whether a window without a label of its own, of each horizon
  ///     (`labelBars`), is no sample.
  /// - Precondition: `lookback` is at least 1; horizons are at least 0 and differ, 0 stands alone (the
  ///   label of a longer one would lie at the bar that 0 forecasts).
  public init(
    featureCount: Int, lookback: Int, horizons: [Int], needsLabelsInWindow: Bool = false
  ) {
    precondition(featureCount >= 0, "a row has no negative number of features")
    precondition(lookback >= 1, "a window has at least one bar")
    precondition(!horizons.isEmpty && horizons.allSatisfy { $0 >= 0 }, "horizons are not negative")
    precondition(Set(horizons).count == horizons.count, "each horizon is named once")
    precondition(horizons.count == 1 || !horizons.contains(0), "horizon 0 stands alone")
    self.featureCount = featureCount
    self.lookback = lookback
    self.horizons = horizons
    self.needsLabelsInWindow = needsLabelsInWindow
    maturity = max(horizons.max() ?? 0, 1)
    windowIsComplete = Array(repeating: false, count: maturity + 1)
  }

  /// Takes in the next bar: its feature row and the target of each horizon evaluated at it.
  ///
  /// - Returns: the sample that this bar made mature, if any.
  @discardableResult
  public mutating func append(features: [Double], labels: [Double]) -> Int? {
    precondition(features.count == featureCount, "a row has one value a feature")
    precondition(labels.count == horizons.count, "there is one label a horizon")
    let bar = barCount
    barCount += 1
    rows.append(contentsOf: features)
    labelsAtBar.append(contentsOf: labels)
    completeRun = features.allSatisfy(\.isFinite) ? completeRun + 1 : 0
    windowIsComplete[bar % windowIsComplete.count] = completeRun >= lookback

    let sample = bar - maturity
    guard sample >= 0, windowIsComplete[sample % windowIsComplete.count] else { return nil }
    for index in horizons.indices where label(of: sample, horizonIndex: index).isNaN { return nil }
    if needsLabelsInWindow, !hasLabels(inWindowEndingAt: sample) { return nil }
    mature.append(sample)
    return sample
  }

  /// Whether a row misses no feature.
  func isComplete(_ row: Int) -> Bool {
    rows[row * featureCount..<(row + 1) * featureCount].allSatisfy(\.isFinite)
  }

  /// Whether the window that ends at the newest bar misses no feature.
  public var hasCompleteWindow: Bool { completeRun >= lookback }

  /// The label of a sample, NaN if missing.
  ///
  /// - Precondition: bar `sample` + horizon has been read.
  public func label(of sample: Int, horizonIndex: Int) -> Double {
    labelsAtBar[(sample + horizons[horizonIndex]) * horizons.count + horizonIndex]
  }

  /// The bars of the window ending at `bar` where labels of a horizon lie that were known when it
  /// ended. A nowcast's own label, which is what is asked for, is none of them.
  func labelBars(inWindowEndingAt bar: Int, horizonIndex: Int) -> Range<Int> {
    let horizon = horizons[horizonIndex]
    let first = max(bar - lookback + 1, horizon)
    return first..<max(first, horizon == 0 ? bar : bar + 1)
  }

  private func hasLabels(inWindowEndingAt bar: Int) -> Bool {
    horizons.indices.allSatisfy { index in
      labelBars(inWindowEndingAt: bar, horizonIndex: index).contains {
        !labelsAtBar[$0 * horizons.count + index].isNaN
      }
    }
  }

  /// The last bar whose data a label of `sample` uses.
  public func lastBarUsed(by sample: Int) -> Int { sample + (horizons.max() ?? 0) }

  public func save(to writer: inout StateWriter) {
    writer.write(rows)
    writer.write(labelsAtBar)
    writer.write(mature)
    writer.write(barCount)
    writer.write(completeRun)
    for flag in windowIsComplete { writer.write(flag) }
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    rows = try reader.readDoubles()
    labelsAtBar = try reader.readDoubles()
    mature = try reader.readInts()
    barCount = try reader.readInt()
    completeRun = try reader.readInt()
    for index in windowIsComplete.indices { windowIsComplete[index] = try reader.readBool() }
    guard rows.count == barCount * featureCount, labelsAtBar.count == barCount * horizons.count,
      mature.allSatisfy({ $0 >= lookback - 1 && $0 + maturity < barCount })
    else {
      throw StateError("the ledger's rows, labels and samples do not fit \(barCount) bars")
    }
  }
}
