import Testing

@testable import Performance

/// An account with such returns, and trades with such profits.
private func inputs(returns: [Double], profits: [Double]) -> (EquityMetrics, TradeMetrics) {
  var equity = [1e6]
  for value in returns { equity.append(equity[equity.count - 1] * (1 + value)) }
  var trades = TradeMetrics()
  for profit in profits { trades.add(trade(pnl: profit)) }
  var account = EquityMetrics(startingEquity: 1e6, barsPerYear: 252)
  for (bar, value) in equity.enumerated() {
    account.add(
      point(bar: bar, milliseconds: Int64(bar) * 86_400_000, equity: value), hasPosition: bar > 0,
      orderCouldFill: bar > 0)
  }
  return (account, trades)
}

@Test func intervalsAgreeWithThoseOfArch() throws {
  let reference = try #require(try ReferenceCase.read("bootstrap.txt").first)
  let (equity, trades) = inputs(
    returns: reference.list("returns"), profits: reference.list("pnl"))
  let found = ResampledFigures(equity, trades, seed: 3, resamples: 2000)
  for (name, interval) in [
    ("sharpe", found.sharpe), ("max_drawdown", found.maxDrawdown),
    ("profit_factor", found.profitFactor),
  ] {
    let expected = reference.list(name)
    let width = expected[1] - expected[0]
    // The standard error of such a percentile of 2000 is about 1.5 % of the width.
    #expect(abs((interval.low.value ?? .nan) - expected[0]) < 0.06 * width, "\(name)")
    #expect(abs((interval.high.value ?? .nan) - expected[1]) < 0.06 * width, "\(name)")
  }
}

@Test func theSameSeedGivesTheSameIntervalsAndAnotherOthers() {
  var random = TestRandom(seed: 1)
  let (equity, trades) = inputs(
    returns: (0..<100).map { _ in 0.01 * random.normal() },
    profits: (0..<50).map { _ in random.normal() })
  let first = ResampledFigures(equity, trades, seed: 7, resamples: 50)
  #expect(first == ResampledFigures(equity, trades, seed: 7, resamples: 50))
  #expect(first != ResampledFigures(equity, trades, seed: 8, resamples: 50))
}

@Test func resamplesAreRunsOfBlocksWithTheirMeanLength() {
  let count = 1000
  let bootstrap = StationaryBootstrap(count: count, meanBlock: 8, seed: 5, series: 0)
  var breaks = 0
  var seen = [Int](repeating: 0, count: count)
  for index in 0..<200 {
    var places: [Int] = []
    bootstrap.resample(index) { places += Array($0) }
    #expect(places.count == count)
    for place in places { seen[place] += 1 }
    for (one, next) in zip(places, places.dropFirst()) where next != (one + 1) % count {
      breaks += 1
    }
  }
  // 1 in 8 places begins a block: 25 000 of 200 000, with a deviation of about 150.
  #expect(abs(breaks - 25_000) < 600)
  // Every place is drawn 200 times on the mean; the ends no less than the middle.
  #expect(seen.min() ?? 0 > 100 && seen.max() ?? 0 < 320)
  #expect(seen[0] > 130 && seen[count - 1] > 130)
}

@Test func blocksOfOneAreDrawsWithoutMemory() {
  let bootstrap = StationaryBootstrap(count: 50, meanBlock: 1, seed: 5, series: 0)
  var lengths: Set<Int> = []
  bootstrap.resample(0) { lengths.insert($0.count) }
  #expect(lengths == [1])
}

@Test func undefinedFiguresHaveNoInterval() {
  let (flat, winners) = inputs(returns: [0, 0, 0], profits: [1, 2])
  let found = ResampledFigures(flat, winners, seed: 1, resamples: 10)
  #expect(found.sharpe.low == .undefined("returns do not vary"))
  #expect(found.profitFactor.high == .undefined("no trade was closed at a loss"))
  let none = ResampledFigures(EquityMetrics(startingEquity: 1), TradeMetrics(), seed: 1)
  #expect(none.profitFactor.low == .undefined("no trade was closed"))
  #expect(none.maxDrawdown.low.value == nil)
}

@Test func anIntervalWithEndlessResamplesHasAReason() {
  // One small loss among gains: most resamples hold none.
  let (equity, trades) = inputs(returns: [0.01, -0.01], profits: [1, 2, 3, -0.1])
  let found = ResampledFigures(equity, trades, seed: 1, resamples: 200)
  #expect(found.profitFactor.high == .undefined("too many resamples leave it undefined"))
  #expect(found.profitFactor.low.value != nil)
}
