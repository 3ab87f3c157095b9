import Testing

@testable import Market

// The stocks' actions were derived from their adjusted closes, by fixtures/market/derive_actions.py.

private let stocks = ["aapl", "ibm", "msft"]

private func stock(_ name: String) -> BarFile {
  BarFile(path: fixture("\(name).csv"), format: .yahoo)
}

private func actions(_ name: String) throws -> [CorporateAction] {
  try ActionFile(path: fixture("\(name)-actions.csv")).actions
}

/// The adjusted close of each bar.
private func adjustedCloses(_ name: String) throws -> [Double] {
  let reader = try BarReader(stock(name))
  var closes: [Double] = []
  while try reader.next() != nil { closes.append(reader.adjustedClose) }
  return closes
}

@Test(arguments: stocks)
func theActionsAreThoseOfTheAdjustedClose(name: String) throws {
  let bars = try readAll(stock(name))
  let adjusted = try adjustedCloses(name)
  let actions = try actions(name)
  // The source reinvests at the close of the ex-day, and gives as many digits as a double has.
  var next = 0
  for index in bars.indices.dropFirst() {
    var (dividend, ratio) = (0.0, 1.0)
    while next < actions.count, actions[next].time < bars[index].time {
      switch actions[next].kind {
      case .split(let split): ratio = split
      case .dividend(let amount): dividend += amount
      }
      next += 1
    }
    let earned = (bars[index].close * ratio + dividend) / bars[index - 1].close
    #expect(
      abs(adjusted[index] / adjusted[index - 1] / earned - 1) < 1e-10,
      "\(name) at \(bars[index].time.iso8601)")
  }
  #expect(next == actions.count)
}

/// `total` reinvests at the close before the ex-day less the dividend, which is known at its open, and
/// the source at the close of the ex-day. Over the span the two differ by the ex-days' own moves, each
/// times a dividend of half a per cent: far less than any one dividend.
@Test(arguments: stocks)
func theTotalAdjustmentEarnsWhatTheAdjustedCloseEarned(name: String) throws {
  let adjusted = try adjustedCloses(name)
  let last = try #require(adjusted.last)
  let actions = try actions(name)
  func ratio(_ actions: [CorporateAction]) throws -> Double {
    var panel = try Panel(
      [BarStream(stock(name))], plans: [ActionPlan(actions: actions, adjustment: .total)])
    var closes: [Double] = []
    while try panel.advance() { closes.append(panel.adjustedBars[0].close) }
    return (closes.last ?? .nan) / closes[0] / (last / adjusted[0])
  }
  // The ex-days of 2000 to 2013, all together; the least dividend left out is worth more.
  let found = try ratio(actions)
  #expect(abs(found - 1) < 6e-4, "\(name): \(found)")
  let short = try ratio(actions.dropLast())
  #expect(abs(short - 1) > 3e-3, "\(name) without its last dividend: \(short)")
}

@Test(arguments: stocks)
func givenSplitsExplainTheJumps(name: String) throws {
  let vetted = try stock(name).vet(actions: actions(name))
  #expect(vetted.splitJumps == [] && vetted.splitsWithoutJump == [])

  let folder = Folder()
  let raw = try folder.write(BarText.bytes(try readAll(stock(name))), as: "raw.csv")
  let plain = try BarFile(path: raw, format: .pawl).vet(actions: actions(name))
  #expect(plain.splitJumps == [] && plain.splitsWithoutJump == [])
}

@Test func aSplitOfAnotherRatioOrDayExplainsNothing() throws {
  let file = BarFile(path: fixture("msft.csv"), format: .yahoo, accepted: [.splitJump])
  let time = try #require(CivilDate(year: 2003, month: 2, day: 18)).midnight
  let early = Timestamp(milliseconds: time.milliseconds - 5 * Timestamp.millisecondsPerDay)
  func vet(_ action: CorporateAction) throws -> VettedFile { try file.vet(actions: [action]) }

  let wrongRatio = try vet(CorporateAction(time: time, kind: .split(ratio: 3)))
  // What is left over looks like another split, the other way.
  #expect(wrongRatio.splitJumps.map(\.ratio) == ["2:3"])

  let wrongDay = try vet(CorporateAction(time: early, kind: .split(ratio: 2)))
  #expect(wrongDay.splitJumps.map(\.ratio) == ["2:1"])
  #expect(wrongDay.splitsWithoutJump.map(\.ratio) == [2])
  // 2003-02-17 was a holiday.
  #expect(wrongDay.splitsWithoutJump.map { $0.time.iso8601.prefix(10) } == ["2003-02-13"])
}

@Test func aDividendOfTheWholePriceIsNoDividend() throws {
  let time = try #require(CivilDate(year: 2003, month: 2, day: 19)).midnight
  let error = #expect(throws: BarError.self) {
    try BarFile(path: fixture("ibm.csv"), format: .yahoo).vet(
      actions: [CorporateAction(time: time, kind: .dividend(amount: 500))])
  }
  #expect(
    error?.message
      == "the dividend before this bar was 500.0, below the close before it, 79.51, is needed")
}
