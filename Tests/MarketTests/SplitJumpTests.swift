import Testing

@testable import Market

/// One step of a price, and the split that explains it: previous close, open, close, and where
/// there are any the adjusted closes before and after.
@Test(
  arguments: [
    // Without an adjusted close: the open at a split's price, the close near it.
    (100.0, 50.0, 52.0, nil, "2:1"), (100, 51.4, 56, nil, "2:1"), (100, 48.6, 44, nil, "2:1"),
    (90, 30.2, 30, nil, "3:1"), (90, 60.5, 61, nil, "3:2"), (100, 5, 5.2, nil, "20:1"),
    (0.5, 5.1, 5.3, nil, "1:10"), (50, 100, 98, nil, "1:2"),
    // An open between the ratios, or a day that goes on falling or comes back, is a true move.
    (53.5, 28.19, 25.75, nil, nil), (100, 50, 40, nil, nil), (100, 50, 99, nil, nil),
    (100, 80, 80, nil, nil), (100, 150, 150, nil, nil), (100, 99, 50, nil, nil),
    // The open repeats the close before: the close alone speaks, and more narrowly.
    (100, 100, 50.9, nil, "2:1"), (100, 100, 51.5, nil, nil), (100, 100, 67, nil, nil),
    // With an adjusted close: only its disagreement counts.
    (101.25, 50.5, 55.63, (3.2528, 3.5744), "2:1"), (53.5, 28.19, 25.75, (3.4375, 1.6545), nil),
    (100, 50, 50, (40, 20), nil), (100, 100, 100, (50, 100), "2:1"), (90, 60, 60, (30, 30), "3:2"),
    (100, 80, 80, (30, 30), "5:4"), (1, 10, 10, (30, 30), "1:10"), (100, 89, 89, (40, 40), nil),
    (100, 83, 83, (40, 40), nil), (30, 27.35, 27.39, (25, 25.4), nil),
  ] as [(Double, Double, Double, (Double, Double)?, String?)])
func aJumpIsASplitOrATrueMove(
  previousClose: Double, open: Double, close: Double, adjusted: (Double, Double)?, split: String?
) {
  let bar = Bar(
    time: Timestamp(milliseconds: 0), open: open, high: max(open, close), low: min(open, close),
    close: close)
  let found = SplitJump.ratio(
    explaining: SplitJump.Step(
      previousClose: previousClose, bar: bar, previousAdjusted: adjusted?.0 ?? .nan,
      adjusted: adjusted?.1 ?? .nan, opensApart: true))
  #expect(found.map { "\($0.new):\($0.old)" } == split)
}

/// Daily returns of 5 % deviation, far wilder than an index: no false alarm in a thousand years.
@Test(arguments: [1, 2] as [UInt64])
func aWildWalkHasNoSplits(seed: UInt64) {
  var random = TestRandom(state: seed)
  func step() -> Double {
    // The mean of twelve uniforms less a half has a deviation of 1/12.
    let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
    return 1 + 0.05 * (sum - 6)
  }
  var close = 100.0
  for day in 0..<125_000 {
    let open = close * step()
    let next = open * step()
    let bar = Bar(
      time: Timestamp(milliseconds: 0), open: open, high: max(open, next), low: min(open, next),
      close: next)
    let found = SplitJump.ratio(
      explaining: SplitJump.Step(
        previousClose: close, bar: bar, previousAdjusted: .nan, adjusted: .nan, opensApart: true))
    if found != nil { Issue.record("seed \(seed), day \(day): \(close) \(bar)") }
    close = next < 1e-3 || next > 1e6 ? 100 : next
  }
}
