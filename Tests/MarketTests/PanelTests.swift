import Bytes
import Testing

@testable import Market

/// What a panel shows at one step: the time, and each instrument's close or none.
struct Seen: Equatable {
  var time: Int64
  var closes: [Double?]
  init(_ time: Int64, _ closes: Double?...) {
    self.time = time
    self.closes = closes
  }
  init(_ panel: Panel) {
    time = panel.time.milliseconds
    closes = panel.bars.indices.map { panel.present[$0] ? panel.bars[$0].close : nil }
  }
}

private func walk(_ panel: inout Panel) throws -> [Seen] {
  var seen: [Seen] = []
  while try panel.advance() {
    #expect(panel.step == seen.count)
    seen.append(Seen(panel))
  }
  #expect(try !panel.advance(), "the end stays the end")
  return seen
}

private func panel(
  _ calendars: [[Int64]], _ clock: PanelClock, from: Int64? = nil, to: Int64? = nil
) throws -> Panel {
  let streams = calendars.enumerated().map { index, times in
    BarStream(series("I\(index)", times.map { bar($0, Double($0) + 100 * Double(index)) }))
  }
  return try Panel(
    streams, clock: clock,
    span: TimeSpan(
      from: from.map { Timestamp(milliseconds: $0) }, to: to.map { Timestamp(milliseconds: $0) }))
}

@Test func aUnionStepsAtEveryTimeAndCarriesNothingForward() throws {
  var union = try panel([[1, 3, 4], [2, 3], []], .union)
  #expect(union.stepCountUpperBound == 5)
  #expect(
    try walk(&union) == [
      Seen(1, 1, nil, nil), Seen(2, nil, 102, nil), Seen(3, 3, 103, nil), Seen(4, 4, nil, nil),
    ])
  #expect(union.dropped == [0, 0, 0])
}

@Test func anIntersectionStepsWhereAllHaveABarAndCountsWhatItDrops() throws {
  var common = try panel([[1, 3, 4, 6, 7], [2, 3, 5, 6, 8, 9]], .intersection)
  #expect(common.stepCountUpperBound == 5)
  #expect(try walk(&common) == [Seen(3, 3, 103), Seen(6, 6, 106)])
  #expect(common.dropped == [3, 2])
  var none = try panel([[1, 2], []], .intersection)
  #expect(try walk(&none) == [])
}

@Test func oneInstrumentsClockStepsAtItsTimesAlone() throws {
  var clock = try panel([[1, 2, 3, 5, 9], [2, 4, 5]], .instrument(1))
  #expect(clock.stepCountUpperBound == 3)
  #expect(try walk(&clock) == [Seen(2, 2, 102), Seen(4, nil, 104), Seen(5, 5, 105)])
  #expect(clock.dropped == [2, 0])
}

@Test func barsOutsideTheSpanAreNotRead() throws {
  for clock in [PanelClock.union, .intersection, .instrument(0)] {
    var inside = try panel([[1, 2, 3, 4], [2, 3, 4, 5]], clock, from: 2, to: 3)
    #expect(try walk(&inside) == [Seen(2, 2, 102), Seen(3, 3, 103)])
    #expect(inside.dropped == [0, 0])
  }
  var empty = try panel([[1, 2]], .union, from: 3)
  #expect(try walk(&empty) == [])
}

@Test func aFileEndsForTheRunWhereTheSpanDoes() throws {
  let folder = Folder()
  let path = try folder.write(
    "ts,open,high,low,close,volume\n1,1,1,1,1,\n2,1,1,1,1,\n3,1,1,1,1,\n", as: "f.csv")
  var panel = try Panel(
    [try BarStream(BarFile(path: path, format: .pawl), countUpperBound: 3)],
    span: TimeSpan(from: Timestamp(milliseconds: 2), to: Timestamp(milliseconds: 2)))
  #expect(panel.stepCountUpperBound == 3)
  #expect(try panel.advanceToEnd() == 1)
}

/// Random calendars against the plain meaning of each clock, computed from sets of times.
@Test(arguments: 1...60 as ClosedRange<UInt64>)
func raggedCalendarsMeetAsTheirSetsDo(seed: UInt64) throws {
  var random = TestRandom(state: seed)
  let count = Int.random(in: 1...6, using: &random)
  let density = Double.random(in: 0.2...1, using: &random)
  let calendars = (0..<count).map { _ in
    (0..<50 as Range<Int64>).filter { _ in Double.random(in: 0..<1, using: &random) < density }
  }
  let from = Int64.random(in: 0...10, using: &random)
  let to = Int64.random(in: 35...50, using: &random)
  let sets = calendars.map { Set($0.filter { (from...to).contains($0) }) }
  for clock in [PanelClock.union, .intersection, .instrument(count - 1)] {
    let times: Set<Int64> =
      switch clock {
      case .union: sets.reduce([]) { $0.union($1) }
      case .intersection: sets.dropFirst().reduce(sets[0]) { $0.intersection($1) }
      case .instrument(let index): sets[index]
      }
    var walked = try panel(calendars, clock, from: from, to: to)
    let seen = try walk(&walked)
    #expect(seen.map(\.time) == times.sorted(), "seed \(seed), \(clock)")
    for step in seen {
      for index in 0..<count {
        #expect(
          step.closes[index]
            == (sets[index].contains(step.time) ? Double(step.time) + 100 * Double(index) : nil),
          "seed \(seed), \(clock), time \(step.time), instrument \(index)")
      }
    }
    #expect(walked.stepCountUpperBound.map { $0 >= seen.count } == true)

    // A panel restored at any step goes on as the one that walked there.
    let stop = Int.random(in: -1..<max(seen.count, 1), using: &random)
    guard stop < seen.count else { continue }
    var first = try panel(calendars, clock, from: from, to: to)
    #expect(try first.skip(toStep: stop))
    var writer = StateWriter()
    first.save(to: &writer)
    var second = try panel(calendars, clock, from: from, to: to)
    var reader = StateReader(writer.bytes)
    try second.restore(from: &reader)
    #expect(reader.isAtEnd)
    #expect(second.step == stop && second.dropped == first.dropped)
    if stop >= 0 { #expect(Seen(second) == seen[stop]) }
    while try second.advance() { #expect(Seen(second) == seen[second.step]) }
    #expect(second.step == seen.count - 1)
  }
}

@Test func aStateOfOtherBarsIsRefused() throws {
  var long = try panel([[1, 2, 3, 4]], .union)
  #expect(try long.skip(toStep: 2))
  var writer = StateWriter()
  long.save(to: &writer)
  func restored(_ times: [Int64], ahead: Int = -1) -> String? {
    do {
      var other = try panel([times], .union)
      #expect(try other.skip(toStep: ahead))
      var reader = StateReader(writer.bytes)
      try other.restore(from: &reader)
      return nil
    } catch {
      return "\(error)"
    }
  }
  #expect(restored([1, 2, 3, 9]) == nil)
  #expect(restored([1, 2]) == "the bars ended after 2 steps, 3 are needed")
  #expect(restored([1, 2, 5]) == "step 2 of the bars was at 5 ms, 3 ms is needed")
  #expect(restored([1, 2, 3, 4], ahead: 3) == "the step of a panel was 2, at least 3 is needed")
}

@Test func filesAndMemoryGiveTheSamePanel() throws {
  let names =
    [
      ("sp500.csv", BarFormat.yahoo, nil), ("crude.csv", .closes, "WTI"),
      ("ibm.csv", .yahoo, nil),
    ] as [(String, BarFormat, String?)]
  let files = names.map { BarFile(path: fixture($0.0), format: $0.1, symbol: $0.2) }
  var streamed = try Panel(try files.map { try BarStream($0) })
  var held = try Panel(
    try files.enumerated().map { BarStream(series("I\($0)", try readAll($1))) })
  while try streamed.advance() {
    #expect(try held.advance())
    #expect(streamed.time == held.time && streamed.present == held.present)
    for index in files.indices where held.present[index] {
      #expect(areSame([streamed.bars[index]], [held.bars[index]]))
    }
  }
  #expect(try !held.advance())
  #expect(streamed.stepCountUpperBound == nil && held.stepCountUpperBound == 5031 + 393 + 3270)
}

/// What no step may show: the bar after it.
@Test func laterBarsChangeNoEarlierStep() throws {
  for clock in [PanelClock.union, .intersection, .instrument(1)] {
    let long = [[1, 2, 4, 6, 7], [2, 3, 4, 7, 8]] as [[Int64]]
    for cut in 1...8 as ClosedRange<Int64> {
      var whole = try panel(long, clock)
      var prefix = try panel(long.map { $0.filter { $0 <= cut } }, clock)
      while try prefix.advance() {
        #expect(try whole.advance())
        #expect(Seen(prefix) == Seen(whole), "\(clock), cut at \(cut)")
      }
      if try whole.advance() { #expect(whole.time.milliseconds > cut) }
    }
  }
}
