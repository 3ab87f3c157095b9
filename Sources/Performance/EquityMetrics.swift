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
/// starting equity before the very first), so that every bar has a return. Idle bars count. Flat
/// memory, no allocation.
public struct EquityMetrics: Equatable, Sendable {
  let startingEquity: Double
  let riskFreePerYear: Double
  let minimumReturn: Double

  private(set) var annualisation: Annualisation
  // Bars before the tested span and within it: together they are the whole span.
  private(set) var before = ReturnSums()
  private(set) var tested = ReturnSums()
  private(set) var wholeDrawdown: Drawdown
  private(set) var testedDrawdown: Drawdown
  private(set) var isTesting = false
  private(set) var testedStartEquity: Double
  private(set) var testedStartTime: Int64 = 0

  private(set) var firstTime: Int64 = 0
  private(set) var lastTime: Int64 = 0
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
  public init(
    startingEquity: Double, riskFreePerYear: Double = 0, minimumReturn: Double = 0,
    barsPerYear: Double? = nil
  ) {
    precondition(startingEquity > 0, "an account starts with equity above zero")
    self.startingEquity = startingEquity
    self.riskFreePerYear = riskFreePerYear
    self.minimumReturn = minimumReturn
    annualisation = Annualisation(given: barsPerYear)
    wholeDrawdown = Drawdown(start: startingEquity)
    testedDrawdown = Drawdown(start: startingEquity)
    testedStartEquity = startingEquity
    lastEquity = startingEquity
  }

  /// Takes a fill of the bar whose point is added next.
  public mutating func add(_ fill: Fill) {
    tradedValue += abs(fill.quantity * fill.price)
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
    let isFirst = before.bars + tested.bars == 0
    if isFirst { firstTime = now }
    if orderCouldFill && !isTesting {
      isTesting = true
      testedStartEquity = lastEquity
      testedStartTime = isFirst ? now : lastTime
      testedDrawdown = Drawdown(start: lastEquity)
    }
    annualisation.add(point.time)
    lastTime = now

    let equity = point.equity
    if isTesting {
      tested.addBar(equity: equity, hasPosition: hasPosition)
      testedDrawdown.add(equity)
    } else {
      before.addBar(equity: equity, hasPosition: hasPosition)
    }
    wholeDrawdown.add(equity)
    if ruinedAtBar < 0 {
      // The equity before was above zero, or the run would have been ruined there.
      let change = equity / lastEquity - 1
      if isTesting {
        tested.addReturn(change, minimum: minimumReturn)
      } else {
        before.addReturn(change, minimum: minimumReturn)
      }
      if !(equity > 0) { ruinedAtBar = point.bar }
    }
    lastEquity = equity
  }
}

extension EquityMetrics: Restorable {
  public func save(to writer: inout StateWriter) {
    annualisation.save(to: &writer)
    before.save(to: &writer)
    tested.save(to: &writer)
    wholeDrawdown.save(to: &writer)
    testedDrawdown.save(to: &writer)
    writer.write(isTesting)
    writer.write(testedStartEquity)
    writer.write(Int(testedStartTime))
    writer.write(Int(firstTime))
    writer.write(Int(lastTime))
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
    isTesting = try reader.readBool()
    testedStartEquity = try reader.readDouble()
    testedStartTime = Int64(try reader.readInt())
    firstTime = Int64(try reader.readInt())
    lastTime = Int64(try reader.readInt())
    lastEquity = try reader.readDouble()
    ruinedAtBar = try reader.readInt()
    tradedValue = try reader.readDouble()
    fees = try reader.readDouble()
    slippage = try reader.readDouble()
  }
}
