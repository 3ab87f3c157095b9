import Market
import Simulation

/// Random bars, targets and settings.
enum RandomMarket {
  /// Ragged bars, some with volume; targets of both signs, null now and then.
  static func scenario(
    _ random: inout TestRandom, instruments: Int, steps: Int, fill: FillPolicy,
    targets: TargetSettings? = nil, signed: Bool = false
  ) -> Scenario {
    var prices = (0..<instruments).map { _ in random.uniform(5, 50) }
    var bars: [[Bar?]] = []
    var values: [[Double]] = []
    let targets =
      targets
      ?? TargetSettings(
        unit: signed ? .units : TargetUnit.allCases[random.below(3)],
        rebalance: random.below(4) == 0 ? .onChange : .everyBar)
    for _ in 0..<steps {
      bars.append(
        (0..<instruments).map { index in
          guard random.below(5) > 0 else { return nil }
          let bar = self.bar(&random, from: prices[index], signed: signed)
          prices[index] = bar.close
          return bar
        })
      values.append(
        (0..<instruments).map { _ in self.value(&random, unit: targets.unit) })
    }
    let settings = ExecutionSettings(
      cash: 10_000, fill: fill, fees: FeeSchedule(takerBps: Double(random.below(3)) * 7),
      slippageBps: Double(random.below(3)) * 11, delayBars: max(0, random.below(5) - 2),
      limits: ExposureLimits(maxLeverage: [0.5, 1, 2, 4][random.below(4)]),
      borrowBpsYear: random.below(2) == 0 ? 0 : 300,
      riskFree: random.below(2) == 0 ? 0 : 0.05,
      participation: random.below(3) == 0 ? 0.2 : nil)
    return Scenario(bars, values: values, execution: settings, targets: targets, signed: signed)
  }

  private static func bar(_ random: inout TestRandom, from price: Double, signed: Bool) -> Bar {
    func move(_ price: Double) -> Double {
      signed ? price + random.uniform(-4, 4) : price * random.uniform(0.8, 1.25)
    }
    let open = random.below(3) == 0 ? price : move(price)
    let close = move(open)
    let spread = random.uniform(0, 0.5)
    let low = min(open, close)
    return Bar(
      time: Timestamp(milliseconds: 0), open: open, high: max(open, close) + spread,
      low: signed ? low - spread : low / (1 + spread), close: close,
      volume: random.below(6) == 0 ? 0 : random.uniform(0, 4000))
  }

  private static func value(_ random: inout TestRandom, unit: TargetUnit) -> Double {
    switch random.below(6) {
    case 0: return .nan
    case 1: return 0
    default:
      switch unit {
      case .units: return (random.uniform(-1500, 1500) * 10).rounded() / 10
      case .notional: return random.uniform(-30_000, 30_000)
      case .weight: return random.uniform(-2.5, 2.5)
      case .volatility: return random.uniform(-2, 2)
      case .risk: return random.uniform(-0.05, 0.05)
      case .kelly: return random.uniform(-0.02, 0.02)
      }
    }
  }
}
