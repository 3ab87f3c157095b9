import Market

@testable import Performance

/// SplitMix64: enough for tests, and the same everywhere.
struct TestRandom {
  var state: UInt64
  init(seed: Int) {
    // One round first: seeds that were steps of the same stream would give runs that overlap.
    state = UInt64(seed)
    state = bits()
  }

  mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  /// 0..<1.
  mutating func uniform() -> Double { Double(bits() >> 11) * 0x1p-53 }
  /// Mean 0, variance 1: twelve uniforms, less six.
  mutating func normal() -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += uniform() }
    return sum
  }
}

func point(bar: Int, milliseconds: Int64, equity: Double) -> EquityPoint {
  EquityPoint(
    bar: bar, time: Timestamp(milliseconds: milliseconds), cash: equity, positionValue: 0,
    equity: equity, drawdown: 0, grossExposure: 0, netExposure: 0)
}

func fill(quantity: Double, price: Double, fee: Double = 0, slippage: Double = 0) -> Fill {
  Fill(
    sequence: 1, bar: 0, time: Timestamp(milliseconds: 0), orderID: 1, instrument: 0, side: .buy,
    quantity: quantity, price: price, fee: fee, slippage: slippage, phase: .open)
}

func trade(
  pnl: Double, barsHeld: Int = 1, mae: Double? = nil, mfe: Double? = nil, side: TradeSide = .long,
  instrument: Int = 0, reason: OrderReason = .rebalance
) -> Trade {
  Trade(
    id: 1, instrument: instrument, side: side, entryTime: Timestamp(milliseconds: 0),
    exitTime: Timestamp(milliseconds: 1), quantity: 1, entryPrice: 1, exitPrice: 1, fees: 0,
    pnl: pnl, returnFraction: nil, barsHeld: barsHeld, mae: mae, mfe: mfe, entryOrderID: 1,
    exitOrderID: 2, exitReason: reason)
}

/// Equity at the close of daily bars from 1970-01-01, an order could fill from bar 1.
func metrics(
  _ equity: [Double], start: Double = 100, testedFrom: Int = 1, fills: [Fill] = []
) -> EquityMetrics {
  var metrics = EquityMetrics(startingEquity: start)
  for fill in fills { metrics.add(fill) }
  for (bar, value) in equity.enumerated() {
    metrics.add(
      point(bar: bar, milliseconds: Int64(bar) * Timestamp.millisecondsPerDay, equity: value),
      hasPosition: bar >= testedFrom, orderCouldFill: bar >= testedFrom)
  }
  return metrics
}

extension [Metric] {
  /// The figure of that name; fails the test by its absence.
  func figure(_ name: String) -> Figure {
    first { $0.name == name }?.figure ?? .undefined("no metric is named \(name)")
  }
}
