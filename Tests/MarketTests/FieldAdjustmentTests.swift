import Testing

@testable import Market

private let day = Timestamp.millisecondsPerDay

/// A bar that closes at the end of a day.
private func close(_ index: Int64, _ price: Double, volume: Double = 100) -> Bar {
  Bar(
    time: Timestamp(milliseconds: (index + 1) * day - 1), open: price, high: price, low: price,
    close: price, volume: volume)
}

private func action(_ index: Int64, _ kind: CorporateAction.Kind) -> CorporateAction {
  CorporateAction(time: Timestamp(milliseconds: index * day), kind: kind)
}

/// 100, a dividend of 2 that the price follows, a split of 2:1, then a rise to 50.
private let bars = [close(0, 100), close(1, 98), close(2, 49, volume: 200), close(3, 50)]
private let actions = [action(1, .dividend(amount: 2)), action(2, .split(ratio: 2))]

private func adjusted(
  _ adjustment: Adjustment, bars: [Bar] = bars, actions: [CorporateAction] = actions
) throws -> [Bar] {
  var panel = try Panel(
    [BarStream(series("X", bars))], plans: [ActionPlan(actions: actions, adjustment: adjustment)])
  var seen: [Bar] = []
  while try panel.advance() {
    #expect(panel.bars[0] == bars[panel.step], "fills see the prices as they were")
    seen.append(panel.adjustedBars[0])
  }
  return seen
}

@Test func pricesAreAdjustedForward() throws {
  #expect(try adjusted(.none).map(\.close) == [100, 98, 49, 50])
  #expect(try adjusted(.splits).map(\.close) == [100, 98, 98, 100])
  #expect(try adjusted(.splits).map(\.volume) == [100, 100, 100, 50])
  let total = try adjusted(.total)
  let factor = 100.0 / 98
  #expect(total.map(\.close) == [100, 98 * factor, 49 * (factor * 2), 50 * (factor * 2)])
  // A dividend is money that leaves, not units that come.
  #expect(total.map(\.volume) == [100, 100, 100, 50])
  #expect(total.map(\.open) == total.map(\.close))
}

@Test func actionsTakeEffectBeforeTheFirstBarThatClosesAfterTheirDayHasBegun() throws {
  // A bar that closes at midnight belongs to the day that ends.
  let atMidnight = Bar(
    time: Timestamp(milliseconds: day), open: 100, high: 100, low: 100, close: 100)
  var panel = try Panel(
    [BarStream(series("X", [atMidnight, close(4, 50)]))],
    plans: [
      ActionPlan(actions: [action(1, .split(ratio: 2)), action(3, .dividend(amount: 1))])
    ])
  #expect(try panel.advance())
  #expect(panel.dueActions(of: 0) == [])
  #expect(try panel.advance())
  #expect(panel.dueActions(of: 0).map(\.isSplit) == [true, false], "all since the bar before")
}

@Test func actionsBeforeTheFirstBarAreInItsPrices() throws {
  var panel = try Panel(
    [BarStream(series("X", bars))],
    span: TimeSpan(from: Timestamp(milliseconds: 2 * day), to: nil),
    plans: [ActionPlan(actions: actions, adjustment: .total)])
  #expect(try panel.advance())
  #expect(panel.dueActions(of: 0) == [])
  #expect(panel.factor(of: 0) == 1)
}

@Test func twoDividendsOfADayAreOneOfTheirSum() throws {
  let two = try adjusted(
    .total, actions: [action(1, .dividend(amount: 2)), action(1, .dividend(amount: 3))])
  let one = try adjusted(.total, actions: [action(1, .dividend(amount: 5))])
  for (two, one) in zip(two, one) { #expect(abs(two.close / one.close - 1) < 1e-15) }
}

@Test func aDividendOfTheWholePriceIsRefused() throws {
  #expect(throws: BarError.self) {
    try adjusted(.total, actions: [action(1, .dividend(amount: 100))])
  }
}

/// The prefix law: what a bar is adjusted by does not depend on what comes after it.
@Test(arguments: [Adjustment.splits, .total], [1, 2, 3] as [UInt64])
func laterActionsChangeNoEarlierField(adjustment: Adjustment, seed: UInt64) throws {
  var random = TestRandom(state: seed)
  var price = 100.0
  var bars: [Bar] = []
  var actions: [CorporateAction] = []
  for index in 0..<60 as Range<Int64> {
    price *= Double.random(in: 0.95...1.06, using: &random)
    bars.append(close(index, price))
    if Int.random(in: 0..<4, using: &random) == 0 {
      let isSplit = Bool.random(using: &random)
      actions.append(action(index, isSplit ? .split(ratio: 3) : .dividend(amount: 0.5)))
    }
  }
  let whole = try adjusted(adjustment, bars: bars, actions: actions)
  for cut in [1, 17, 42] {
    let kept = actions.filter { $0.time < bars[cut].time }
    let part = try adjusted(adjustment, bars: bars, actions: kept)
    #expect(part[...cut] == whole[...cut], "seed \(seed), cut \(cut)")
  }
  #expect(try adjusted(adjustment, bars: bars, actions: []) == bars)
}

@Test func theLastBarStandsInWhereARuleSaysSo() throws {
  var panel = try Panel(
    [BarStream(series("X", [close(0, 1), close(1, 2)])), BarStream(series("Y", [close(0, 3)]))],
    fillsMissing: [false, true])
  #expect(panel.fillsMissing)
  #expect(!panel.fillsMissing(0) && panel.fillsMissing(1))
  #expect(try panel.advance() && panel.advance())
  #expect(!panel.present[1] && panel.bars[1].close == 3)
}
