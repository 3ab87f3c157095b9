import Bytes
import Market
import Testing

@testable import Backtest

/// Bars whose prices are a whole number, closing at a time.
private func bar(_ time: Int64, _ open: Double, _ high: Double, _ low: Double, _ close: Double)
  -> Bar
{
  Bar(
    time: Timestamp(milliseconds: time), open: open, high: high, low: low, close: close, volume: 1)
}

private func stream(_ bars: [Bar]) -> BarStream {
  BarStream(BarSeries(instrument: Instrument(name: "X"), bars: bars))
}

/// Three coarse bars at 10, 20 and 30; the finer bars of the second make it up, those of the third not.
private let finer = [
  bar(5, 1, 2, 1, 2), bar(10, 2, 3, 2, 3), bar(12, 3, 5, 3, 4), bar(20, 4, 4, 2, 3),
  bar(25, 3, 9, 3, 3), bar(35, 3, 3, 3, 3),
]
private let coarse = [bar(10, 1, 3, 1, 3), bar(20, 3, 5, 2, 3), bar(30, 3, 4, 3, 3)]

@Test func finerBarsAreThoseSinceTheBarBefore() throws {
  var feed = try DetailFeed([nil, stream(finer)])
  #expect(try feed.bars(of: 0, through: coarse[0]).isEmpty)
  #expect(try feed.bars(of: 1, through: coarse[0]).isEmpty, "no order meets the first bar")
  #expect(Array(try feed.bars(of: 1, through: coarse[1])) == Array(finer[2...3]))
  #expect(feed.fallbacks == [0, 0])
  #expect(Array(try feed.bars(of: 1, through: coarse[2])) == [finer[4]])
  #expect(feed.fallbacks == [0, 1])
  // Nothing lies between 30 and 31; the bar at 35 waits for its time.
  #expect(try feed.bars(of: 1, through: bar(31, 3, 3, 3, 3)).isEmpty)
  #expect(feed.fallbacks == [0, 2])
  #expect(Array(try feed.bars(of: 1, through: bar(35, 3, 3, 3, 3))) == [finer[5]])
}

@Test func aFeedGoesOnWhereItWasSaved() throws {
  for steps in 0...3 {
    var feed = try DetailFeed([stream(finer)])
    for bar in coarse.prefix(steps) { _ = try feed.bars(of: 0, through: bar) }
    var writer = StateWriter()
    feed.save(to: &writer)
    var restored = try DetailFeed([stream(finer)])
    var reader = StateReader(writer.bytes)
    try restored.restore(from: &reader)
    #expect(reader.isAtEnd)
    for bar in coarse.dropFirst(steps) {
      #expect(
        Array(try restored.bars(of: 0, through: bar)) == Array(try feed.bars(of: 0, through: bar)))
    }
    #expect(restored.fallbacks == feed.fallbacks)
  }
}
