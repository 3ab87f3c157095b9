import Bytes
import Market
import Testing

@testable import Performance

private func trade(_ pnl: Double, ambiguous: Bool) -> Trade {
  var trade = trade(pnl: pnl)
  trade.isAmbiguous = ambiguous
  return trade
}

@Test(
  arguments: [
    // profits of trades on ambiguous fills, of the others; share
    ([], [], nil, "no trade was closed"),
    ([], [5], 0, nil),
    ([30], [10], 0.75, nil),
    ([30], [-10], 1.5, nil),
    ([-30], [40], -3, nil),
    ([10], [-10], nil, "the closed trades made no net profit"),
    ([-1], [], nil, "the closed trades made no net profit"),
  ] as [([Double], [Double], Double?, String?)])
func theShareOfProfitOnAmbiguousFillsIsOfAllClosedTrades(
  ambiguous: [Double], others: [Double], share: Double?, reason: String?
) {
  var profit = AmbiguousProfit()
  for pnl in ambiguous { profit.add(trade(pnl, ambiguous: true)) }
  for pnl in others { profit.add(trade(pnl, ambiguous: false)) }
  #expect(profit.profit == .value(ambiguous.reduce(0, +)))
  #expect(profit.share == (share.map { .value($0) } ?? .undefined(reason ?? "")))
}

@Test func fillsThatDependOnThePathAreCounted() {
  var profit = AmbiguousProfit()
  var ambiguous = fill(quantity: 1, price: 1)
  ambiguous.isAmbiguous = true
  for next in [ambiguous, fill(quantity: 1, price: 1), ambiguous] { profit.add(next) }
  #expect(profit.fills == 2)
  #expect(
    profit.metrics.map(\.name) == [
      "ambiguous_fills", "ambiguous_profit", "ambiguous_profit_share",
    ])
  #expect(profit.metrics.figure("ambiguous_fills") == .value(2))
}

@Test func savedAmbiguousProfitGoesOnAsTheSameBits() throws {
  var random = TestRandom(seed: 3)
  var (straight, resumed) = (AmbiguousProfit(), AmbiguousProfit())
  for index in 0..<60 {
    if index == 31 {
      var writer = StateWriter()
      resumed.save(to: &writer)
      var reader = StateReader(writer.bytes)
      resumed = AmbiguousProfit()
      try resumed.restore(from: &reader)
      #expect(reader.isAtEnd)
    }
    var filled = fill(quantity: 1, price: 1)
    filled.isAmbiguous = index % 3 == 0
    let closed = trade(random.normal(), ambiguous: index % 2 == 0)
    for add in [0, 1] {
      if add == 0 { straight.add(filled) } else { resumed.add(filled) }
      if add == 0 { straight.add(closed) } else { resumed.add(closed) }
    }
  }
  #expect(straight == resumed)
}
