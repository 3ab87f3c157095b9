import Testing

@testable import Market

@Test func aSummaryCountsWhatItSees() {
  let empty = BarSummary([])
  #expect(empty.rows == 0 && empty.staleOpenShare == 0 && !empty.hasVolume)
  var bars = [bar(10, 5), bar(20, 5), bar(50, 7), bar(60, 6)]
  bars[1].volume = 0
  bars[2].volume = .nan
  let summary = BarSummary(bars)
  #expect(summary.rows == 4 && summary.first == bars[0].time && summary.last == bars[3].time)
  #expect(summary.leastClose == 5 && summary.greatestClose == 7)
  #expect(summary.staleOpens == 1 && summary.staleOpenShare == 0.25 && summary.hasStaleOpens)
  #expect(summary.volumes == 3 && summary.zeroVolumes == 1 && summary.hasVolume)
  #expect(summary.longestGap == 30 && summary.longestGapStart == bars[1].time)
}

@Test func exactlyAFifthOfStaleOpensIsNotTooMuch() {
  let bars = [bar(1, 1), bar(2, 1), bar(3, 2), bar(4, 3), bar(5, 4)]
  #expect(BarSummary(bars).staleOpenShare == 0.2)
  #expect(!BarSummary(bars).hasStaleOpens)
}

@Test func theSpanOfASummaryHasBothItsEnds() {
  let bars = (1...9).map { bar($0, Double($0)) }
  let span = TimeSpan(from: bars[2].time, to: bars[5].time)
  #expect(BarSummary(bars, span: span).rows == 4)
  let days = TimeSpan(
    from: CivilDate(year: 1970, month: 1, day: 1), to: CivilDate(year: 1970, month: 1, day: 1))
  #expect(days.contains(Timestamp(milliseconds: 0)))
  #expect(days.contains(Timestamp(milliseconds: 86_399_999)))
  #expect(!days.contains(Timestamp(milliseconds: -1)))
  #expect(!days.contains(Timestamp(milliseconds: 86_400_000)))
}
