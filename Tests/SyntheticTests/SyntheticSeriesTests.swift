import Market
import Synthetic
import Testing

@Suite struct SyntheticSeriesTests {
  private func series(
    _ kind: GeneratorKind, bars: Int, seed: Int, _ source: ShockSource,
    _ parameters: [String: Double] = [:]
  ) throws -> SyntheticSeries {
    SyntheticSeries(
      try GeneratorSettings(
        kind: kind, bars: bars, seed: seed, source: source, parameters: parameters))
  }

  private func closeBits(_ series: SyntheticSeries) -> [[UInt64]] {
    series.bars[0].indices.map { bar in series.bars.map { $0[bar].close.bitPattern } }
  }

  @Test func theLegacyPathIsThePublishedOne() throws {
    let path = try series(
      .cointPath, bars: 61, seed: 0, .numpyLegacy, ["delta": 0.9, "sigma": 0.1, "start": 0])
    #expect(path.bars[0].count == 61 && path.bars[1].count == 61)
    #expect(path.bars[0][0].close == 0 && path.bars[1][0].close == 0)
    #expect(path.bars[0][1].close == 1.764052345967664)
    #expect(path.bars[1][1].close == 0.5765624429639897)
    #expect(path.bars[0][60].close == 11.857919402664574)
    #expect(path.bars[1][60].close == 12.147135095143664)
  }

  @Test func pathsAreNumPysBitForBit() throws {
    #expect(
      closeBits(
        try series(
          .cointPath, bars: 61, seed: 0, .numpyLegacy, ["delta": 0.9, "sigma": 0.1, "start": 0]))
        == NumPyPaths.legacyFromZero)
    #expect(
      closeBits(try series(.cointPath, bars: 61, seed: 7, .numpyPCG64))
        == NumPyPaths.pcg64FromHundred)
    #expect(
      closeBits(try series(.randomWalk, bars: 41, seed: 3, .numpyLegacy, ["series": 3]))
        == NumPyPaths.legacyWalks)
  }

  @Test(arguments: GeneratorKind.allCases, ShockSource.allCases)
  func aShorterSeriesIsTheBeginningOfALongerOne(kind: GeneratorKind, source: ShockSource) throws {
    for seed in [0, 1, 4_294_967_295] {
      let short = try series(kind, bars: 50, seed: seed, source)
      let long = try series(kind, bars: 120, seed: seed, source)
      for (a, b) in zip(short.bars, long.bars) {
        // Volumes are missing, so bars are compared by their texts.
        #expect(a.map { "\($0)" } == b.prefix(50).map { "\($0)" }, "seed \(seed)")
      }
      #expect(short.truth.halfLifeBars == long.truth.halfLifeBars)
    }
  }

  @Test(arguments: GeneratorKind.allCases, ShockSource.allCases)
  func theSeedDecidesTheSeries(kind: GeneratorKind, source: ShockSource) throws {
    let first = closeBits(try series(kind, bars: 30, seed: 5, source))
    #expect(first == closeBits(try series(kind, bars: 30, seed: 5, source)))
    #expect(first != closeBits(try series(kind, bars: 30, seed: 6, source)))
  }

  @Test func moreWalksLeaveTheFirstOnesAsTheyAreUnderPhilox() throws {
    let two = try series(.randomWalk, bars: 30, seed: 5, .philox)
    let five = try series(.randomWalk, bars: 30, seed: 5, .philox, ["series": 5])
    #expect(two.truth.instruments == ["X", "Y"])
    #expect(five.truth.instruments == ["X1", "X2", "X3", "X4", "X5"])
    #expect(zip(closeBits(two), closeBits(five)).allSatisfy { $0 == Array($1.prefix(2)) })
    #expect(try series(.randomWalk, bars: 2, seed: 0, .philox, ["series": 1]).bars.count == 1)
  }

  @Test func barsAreDailyAndOpenAtTheLastClose() throws {
    let path = try series(.cointPath, bars: 60, seed: 1, .philox)
    for bars in path.bars {
      #expect(bars[0].time.iso8601 == "2000-01-01T00:00:00.000Z")
      #expect(bars[59].time.iso8601 == "2000-02-29T00:00:00.000Z")
      #expect(bars[0].open == bars[0].close && bars[0].close == 100)
      for (last, bar) in zip(bars, bars.dropFirst()) {
        #expect(bar.open == last.close)
        #expect(bar.high == max(bar.open, bar.close) && bar.low == min(bar.open, bar.close))
        #expect(bar.volume.isNaN)
      }
    }
  }

  @Test func aFileHoldsTheBarsExactly() throws {
    let path = try series(.cointPath, bars: 20, seed: 1, .philox)
    let text = String(decoding: path.csv(instrument: 1), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 21 && text.hasSuffix(",\n"))
    #expect(lines[0] == "ts,open,high,low,close,volume")
    #expect(lines[1] == "2000-01-01T00:00:00.000Z,100.0,100.0,100.0,100.0,")
    for (line, bar) in zip(lines.dropFirst(), path.bars[1]) {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
      #expect(cells.count == 6 && cells[0] == bar.time.iso8601 && cells[5] == "")
      #expect(
        cells[1...4].map { Double($0) } == [bar.open, bar.high, bar.low, bar.close])
    }
  }
}
