import Bytes
import Market

/// Follows the account bar by bar, for the return and cost metrics of a run.
///
///     metrics.add(fill)                                     // each fill of a bar, then
///     metrics.add(point, hasPosition: true, orderCouldFill: true)
///     let report = metrics.report
///
/// Two columns are kept: the *tested span*, from the first bar at which an order could fill, and the
/// *whole span*, from the first bar. In each, the equity before its first bar stands in front (the
/// starting equity before the very first), so that every bar has a return. Idle bars count.
///
/// What grows: returns, 8 bytes a bar up to a limit (`KeptReturns`), and months, 32 bytes each. All else
/// is flat, and nothing else is allocated.
public struct EquityMetrics: Sendable {
  let startingEquity: Double
  let riskFreePerYear: Double
  let minimumReturn: Double

  private(set) var annualisation: Annualisation
  // Bars before the tested span and within it: together they are the whole span.
  private(set) var before = ReturnSums()
  private(set) var tested = ReturnSums()
  private(set) var wholeDrawdown: Drawdown
  private(set) var testedDrawdown: Drawdown
  private(set) var kept = KeptReturns()
  private(set) var periods = PeriodReturns()
  private(set) var positionBarsBefore = 0
  private(set) var positionBarsTested = 0
  private(set) var isTesting = false

  // Equities not yet in the sums: a block ends when it is full and where the tested span begins.
  private static let blockLength = 256
  private var block = [Double](repeating: 0, count: EquityMetrics.blockLength)
  private var blockTimes = [Int64](repeating: 0, count: EquityMetrics.blockLength)
  private var blockCount = 0
  /// The equity before the block.
  private var blockStartEquity: Double
  private(set) var testedStartEquity: Double
  private(set) var testedStartTime: Int64 = 0

  private(set) var lastTime: Int64 = 0
  private(set) var lastBar = -1
  private(set) var lastEquity: Double
  /// The first bar at which equity was zero or less, -1 where there was none.
  private(set) var ruinedAtBar = -1

  private(set) var tradedValue = 0.0
  private(set) var fees = 0.0
  private(set) var slippage = 0.0

  /// - Parameters:
  ///   - startingEquity: money before the first bar, above 0.
  ///   - riskFreePerYear: a fraction; a bar's share of it, divided by the bars in a year, is taken
  ///     from each return in the Sharpe ratio.
  ///   - minimumReturn: the return a bar below which the Sortino ratio counts a shortfall.
  ///   - barsPerYear: nil to find it from the times of the bars.
  ///   - sessionsPerYear: of the calendar of the bars; nil without one.
  public init(
    startingEquity: Double, riskFreePerYear: Double = 0, minimumReturn: Double = 0,
    barsPerYear: Double? = nil, sessionsPerYear: Double? = nil
  ) {
    precondition(startingEquity > 0, "an account starts with equity above zero")
    self.startingEquity = startingEquity
    self.riskFreePerYear = riskFreePerYear
    self.minimumReturn = minimumReturn
    annualisation = Annualisation(given: barsPerYear, sessionsPerYear: sessionsPerYear)
    wholeDrawdown = Drawdown(start: startingEquity)
    testedDrawdown = Drawdown(start: startingEquity)
    testedStartEquity = startingEquity
    blockStartEquity = startingEquity
    lastEquity = startingEquity
  }

  /// Takes a fill of the bar whose point is added next.
  public mutating func add(_ fill: Fill) {
    tradedValue += abs(fill.value)
    fees += fill.fee
    slippage += fill.slippage
  }

  /// Takes the account at the close of the next bar.
  ///
  /// - Parameters:
  ///   - point: the row of `equity` of that bar.
  ///   - hasPosition: whether any position is held at this close.
  ///   - orderCouldFill: whether an order decided by then could have filled at this bar; once true
  ///     it is taken as true for all later bars.
  public mutating func add(_ point: EquityPoint, hasPosition: Bool, orderCouldFill: Bool) {
    let now = point.time.milliseconds
    if annualisation.bars == 0 {
      // The equity before the first bar stands at its time, for there is no earlier one.
      (lastBar, lastTime) = (point.bar - 1, now)
      wholeDrawdown = Drawdown(start: startingEquity, bar: lastBar, time: now)
    }
    if orderCouldFill && !isTesting { startTesting() }
    if isTesting { periods.add(now, equityBefore: lastEquity) }
    annualisation.add(point.time)
    lastTime = now
    lastBar = point.bar
    let equity = point.equity
    lastEquity = equity
    if !(equity > 0) && ruinedAtBar < 0 { ruinedAtBar = point.bar }
    if hasPosition {
      if isTesting { positionBarsTested += 1 } else { positionBarsBefore += 1 }
    }
    block[blockCount] = equity
    blockTimes[blockCount] = now
    blockCount += 1
    if blockCount == Self.blockLength { endBlock() }
  }

  private mutating func startTesting() {
    endBlock()
    isTesting = true
    testedStartEquity = lastEquity
    testedStartTime = lastTime
    testedDrawdown = Drawdown(start: lastEquity, bar: lastBar, time: lastTime)
    kept.startTesting()
  }

  private mutating func endBlock() {
    let (count, start, minimum, isTesting) = (
      blockCount, blockStartEquity, minimumReturn, isTesting
    )
    let firstBar = lastBar - count + 1
    block.withUnsafeMutableBufferPointer { block in
      blockTimes.withUnsafeMutableBufferPointer { times in
        let equities = UnsafeMutableBufferPointer(rebasing: block[..<count])
        wholeDrawdown.add(equities, times: times, firstBar: firstBar)
        // Returns from an equity of zero are no numbers; then no figure is made of them.
        if isTesting {
          testedDrawdown.add(equities, times: times, firstBar: firstBar)
          tested.add(equities, after: start, minimum: minimum)
        } else {
          before.add(equities, after: start, minimum: minimum)
        }
        kept.add(equities)
      }
    }
    blockStartEquity = lastEquity
    blockCount = 0
  }

  /// With all bars in the sums.
  var settled: EquityMetrics {
    var copy = self
    copy.endBlock()
    return copy
  }
}

extension EquityMetrics: Restorable {
  public func save(to writer: inout StateWriter) {
    annualisation.save(to: &writer)
    before.save(to: &writer)
    tested.save(to: &writer)
    wholeDrawdown.save(to: &writer)
    testedDrawdown.save(to: &writer)
    kept.save(to: &writer)
    periods.save(to: &writer)
    writer.write(positionBarsBefore)
    writer.write(positionBarsTested)
    writer.write(isTesting)
    writer.write(Array(block[..<blockCount]))
    writer.write(blockTimes[..<blockCount].map { Int($0) })
    writer.write(blockStartEquity)
    writer.write(testedStartEquity)
    writer.write(Int(testedStartTime))
    writer.write(Int(lastTime))
    writer.write(lastBar)
    writer.write(lastEquity)
    writer.write(ruinedAtBar)
    writer.write(tradedValue)
    writer.write(fees)
    writer.write(slippage)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try annualisation.restore(from: &reader)
    try before.restore(from: &reader)
    try tested.restore(from: &reader)
    try wholeDrawdown.restore(from: &reader)
    try testedDrawdown.restore(from: &reader)
    try kept.restore(from: &reader)
    try periods.restore(from: &reader)
    positionBarsBefore = try reader.readInt()
    positionBarsTested = try reader.readInt()
    isTesting = try reader.readBool()
    let equities = try reader.readDoubles()
    guard equities.count < Self.blockLength else {
      throw StateError(
        "a block of equities had \(equities.count), at most \(Self.blockLength - 1) are allowed")
    }
    blockCount = equities.count
    block.replaceSubrange(..<blockCount, with: equities)
    let times = try reader.readInts()
    guard times.count == blockCount else {
      throw StateError("a block had \(times.count) times, \(blockCount) are needed")
    }
    blockTimes.replaceSubrange(..<blockCount, with: times.map { Int64($0) })
    blockStartEquity = try reader.readDouble()
    testedStartEquity = try reader.readDouble()
    testedStartTime = Int64(try reader.readInt())
    lastTime = Int64(try reader.readInt())
    lastBar = try reader.readInt()
    lastEquity = try reader.readDouble()
    ruinedAtBar = try reader.readInt()
    tradedValue = try reader.readDouble()
    fees = try reader.readDouble()
    slippage = try reader.readDouble()
  }
}
