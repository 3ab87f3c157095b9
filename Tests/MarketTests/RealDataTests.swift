import Testing

@testable import Market

@Test(arguments: ["sp500", "nasdaq"])
func theIndicesReadAsTwentyYearsOfDays(name: String) throws {
  let vetted = try BarFile(path: fixture("\(name).csv"), format: .yahoo).vet()
  #expect(vetted.rows == 5031)
  #expect(vetted.whole.first?.iso8601 == "1999-01-04T23:59:59.999Z")
  #expect(vetted.whole.last?.iso8601 == "2018-12-31T23:59:59.999Z")
  #expect(vetted.whole.hasVolume)
  #expect(vetted.skippedRows == 0 && vetted.splitJumps.isEmpty)
}

@Test func theIndexRepeatsItsCloseAsOpenInTheEarlyYears() throws {
  let file = BarFile(path: fixture("sp500.csv"), format: .yahoo)
  func share(_ first: Int, _ last: Int) throws -> BarSummary {
    try file.vet(
      span: TimeSpan(
        from: CivilDate(year: first, month: 1, day: 1),
        to: CivilDate(year: last, month: 12, day: 31))
    ).inSpan
  }
  let early = try share(1999, 2005)
  #expect(early.staleOpenShare > 0.95 && early.staleOpenShare < 0.98)
  #expect(early.hasStaleOpens)
  let late = try share(2015, 2018)
  // The open of 2015-01-02 is the close of 2014-12-31, which the span does not hold.
  #expect(!late.hasStaleOpens && late.staleOpens == 0)
  #expect(late.rows == 1006)
  #expect(late.first?.iso8601 == "2015-01-02T23:59:59.999Z")
}

@Test(arguments: [("Brent", 18.58, 63.83), ("WTI", 19.44, 57.52)])
func crudeHasTwoInstrumentsInOneFile(symbol: String, first: Double, last: Double) throws {
  let file = BarFile(path: fixture("crude.csv"), format: .closes, symbol: symbol)
  let bars = try readAll(file)
  #expect(bars.count == 393)
  #expect(bars.first?.close == first && bars.last?.close == last)
  #expect(bars.first?.time.iso8601 == "1987-05-15T23:59:59.999Z")
  #expect(bars.allSatisfy { $0.open == $0.close && $0.high == $0.low && $0.volume.isNaN })
  #expect(
    try file.vet().sha256 == "61567ed3149561405a08c57cb97a0e82b2398e70dd16bc516f1dcd025ecb3a5b")
}

/// The same jumps are found with the adjusted close and, from the shape of prices, without it; the
/// true fall of AAPL by 52 % on 2000-09-29 is found by neither.
@Test(arguments: [
  ("aapl", ["80 2000-06-21 2:1", "1256 2005-02-28 2:1"]),
  ("msft", ["745 2003-02-18 2:1"]),
  ("ibm", []),
])
func splitsOfTheStocksAreFoundAndNoOtherJump(name: String, expected: [String]) throws {
  let accepted: Set<VettingRule> = [.splitJump]
  let path = fixture("\(name).csv")
  let vetted = try BarFile(path: path, format: .yahoo, accepted: accepted).vet()
  func shown(_ jumps: [SplitJump]) -> [String] {
    jumps.map { "\($0.line) \($0.time.iso8601.prefix(10)) \($0.ratio)" }
  }
  #expect(shown(vetted.splitJumps) == expected)

  let folder = Folder()
  let raw = try folder.write(BarText.bytes(try readAll(vetted.file)), as: "raw.csv")
  let rawVetted = try BarFile(path: raw, format: .pawl, accepted: accepted).vet()
  #expect(shown(rawVetted.splitJumps) == expected)

  if expected.isEmpty {
    #expect(throws: Never.self) { try BarFile(path: path, format: .yahoo).vet() }
  } else {
    #expect(throws: BarError.self) { try BarFile(path: path, format: .yahoo).vet() }
  }
}

@Test func aSplitJumpOutsideTheSpanIsNoneOfTheRunsBusiness() throws {
  let span = TimeSpan(
    from: CivilDate(year: 2005, month: 2, day: 28), to: CivilDate(year: 2013, month: 1, day: 1))
  let vetted = try BarFile(path: fixture("aapl.csv"), format: .yahoo).vet(span: span)
  #expect(vetted.splitJumps.isEmpty)
  #expect(vetted.rows == 3270 && vetted.inSpan.rows < 3270)
}

@Test func theMessageOfARealSplitNamesItsLine() throws {
  #expect {
    try BarFile(path: fixture("msft.csv"), format: .yahoo).vet()
  } throws: { error in
    "\(error)".hasPrefix(
      fixture("msft.csv") + ":745: close was 24.96 after 48.3, while the adjusted close went from ")
      && "\(error)".hasSuffix(
        ": that looks like a split of 2:1, and no split is given "
          + "('accept: [split-jump]' takes the prices as they stand)")
  }
}
