import Bytes
import Market
import Testing

@testable import Simulation

@Suite struct SizingTests {
  private let none = Double.nan

  private func fills(
    _ closes: [Double], _ targets: TargetSettings, values: [Double]? = nil,
    exits: [ExitRule] = [], levels: [TargetLevels.Kind: Double] = [:],
    instrument: Instrument = Instrument(name: "X")
  ) -> [Fill] {
    var broker = Broker(
      instruments: [instrument], execution: ExecutionSettings(cash: 1000), targets: targets,
      exits: exits)
    var fills: [Fill] = []
    for (step, close) in closes.enumerated() {
      broker.beginStep(bar: step, time: Scenario.time(step))
      broker.open(instrument: 0, price: close)
      broker.finishOpen()
      broker.close(instrument: 0, bar: flat(close))
      broker.finishClose()
      var given = TargetLevels(instruments: 1)
      for (kind, level) in levels { given[kind, 0] = level }
      broker.decide([values.map { step < $0.count ? $0[step] : none } ?? 1], levels: given)
      _ = broker.finishStep()
      fills += broker.outbox.compactMap { if case .fill(let fill) = $0 { fill } else { nil } }
      broker.clearOutbox()
    }
    return fills
  }

  @Test func aVolatilityTargetIsScaledByWhatTheReturnsOfTheWindowGive() {
    // Returns 0.1, -0.1, 0.2: mean 1/15, deviation with n - 1 of 0.152752523165194667 by hand.
    var targets = TargetSettings(unit: .volatility)
    targets.volatilityTarget = 0.3
    targets.volatilityWindow = 3
    targets.barsPerYear = 4
    let fills = fills([100, 110, 99, 118.8, 118.8], targets, values: [1, 1, 1, 0.5, none])
    // weight 0.5 · 0.3 / (0.15275… · 2) = 0.490990…, of 1000 at 118.8.
    #expect(fills.count == 1)
    #expect(fills.first?.bar == 4)
    let weight = 0.5 * 0.3 / (0.152752523165194667 * 2)
    #expect(abs((fills.first?.quantity ?? 0) - weight * 1000 / 118.8) < 1e-12)
  }

  @Test func aSplitIsNoReturn() {
    var targets = TargetSettings(unit: .volatility)
    targets.volatilityTarget = 0.3
    targets.volatilityWindow = 2
    targets.barsPerYear = 1
    var history = ReturnHistory(window: 2, instruments: 1)
    for close in [100.0, 110] { history.completeBar(of: 0, close: close) }
    #expect(history.variance(of: 0).isNaN)
    history.split(0, ratio: 2)
    history.completeBar(of: 0, close: 49.5)
    // 0.1 and -0.1.
    #expect(abs(history.variance(of: 0) - 0.02) < 1e-15)
  }

  @Test func aHistoryThatIsRestoredGoesOnWithTheSameBits() throws {
    var random = TestRandom(seed: 4)
    var history = ReturnHistory(window: 5, instruments: 2)
    for _ in 0..<23 { history.completeBar(of: 1, close: random.uniform(5, 9)) }
    var writer = StateWriter()
    history.save(to: &writer)
    var other = ReturnHistory(window: 5, instruments: 2)
    var reader = StateReader(writer.bytes)
    try other.restore(from: &reader)
    for _ in 0..<9 {
      let close = random.uniform(5, 9)
      history.completeBar(of: 1, close: close)
      other.completeBar(of: 1, close: close)
      #expect(history.variance(of: 1).bitPattern == other.variance(of: 1).bitPattern)
    }
  }

  @Test func kellyIsAShareOfTheExpectedReturnOverTheVarianceUpToItsCap() {
    var targets = TargetSettings(unit: .kelly, rebalance: .onChange)
    targets.volatilityWindow = 2
    targets.kellyFraction = 0.5
    targets.kellyCap = 2
    // Returns 0.1 and -0.1: variance 0.02. Half of 0.01 / 0.02 is a weight of 0.25.
    let closes = [100.0, 110, 99, 99]
    #expect(abs(fills(closes, targets, values: [none, none, 0.01])[0].quantity - 250 / 99) < 1e-12)
    let short = fills(closes, targets, values: [none, none, -1])
    #expect(short.map(\.side) == [.sell])
    #expect(abs(short[0].quantity - 2000 / 99) < 1e-12)
  }

  @Test func riskIsWhatTheStopWouldLose() {
    let exit = [ExitRule(unit: .distance, hasStopLoss: true)]
    let targets = TargetSettings(unit: .risk, rebalance: .onChange)
    // One per cent of 1000 over a distance of 5.
    let fills = fills(
      [100, 100], targets, values: [0.01], exits: exit, levels: [.stopLoss: 5])
    #expect(fills.map(\.quantity) == [2])
    let short = self.fills(
      [100, 100], targets, values: [-0.01], exits: [ExitRule(hasStopLoss: true)],
      levels: [.stopLoss: 0.05], instrument: Instrument(name: "X", multiplier: 10))
    #expect(short.map(\.side) == [.sell])
    #expect(abs(short[0].quantity - 0.2) < 1e-12)
  }

  @Test func aNullHoldsOrIsFlat() {
    var targets = TargetSettings(unit: .units)
    let closes = [100.0, 100, 100, 100]
    #expect(fills(closes, targets, values: [2, none, none]).map(\.bar) == [1])
    targets.onNull = .flat
    #expect(fills(closes, targets, values: [2, none, none]).map(\.bar) == [1, 2])
    targets.rebalance = .onChange
    #expect(fills(closes, targets, values: [2, none, 2]).map(\.bar) == [1, 2, 3])
  }

  @Test func aBandKeepsSmallDifferencesButNotAClosingOrAFlip() {
    var targets = TargetSettings(unit: .units)
    targets.rebalanceBand = 0.1
    // Equity 1000 at a price of 10: up to ten units are within the band.
    let closes = Array(repeating: 10.0, count: 9)
    let values = [10.0, 11, 21, 21.5, -2, -3, 0, 5]
    let fills = fills(closes, targets, values: values)
    #expect(fills.map(\.bar) == [2, 4, 5, 7])
    #expect(fills.map { $0.side.sign * $0.quantity }.reduce(0, +) == 0)
  }
}
