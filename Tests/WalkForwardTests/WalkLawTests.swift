import Bytes
import Testing

@testable import WalkForward

/// What holds for every walk, over random configurations and random bars with nulls.
struct WalkLawTests {
  static let seeds = 0..<300

  /// Walks of plain options, then of all.
  static let plans = seeds.map { RandomWalk(seed: $0) } + seeds.map { RandomWalk(wideSeed: $0) }

  @Test func aWalkIsTheRulesToldPlainly() throws {
    var refits = 0
    var scores = 0
    for seed in Self.seeds {
      let plan = RandomWalk(seed: seed)
      let bars = plan.makeBars(seed: seed)
      var walk = plan.makeWalk()
      var plain = PlainWalk(plan)
      for bar in bars.features.indices {
        try walk.step(features: bars.features[bar], labels: bars.labels[bar])
        try plain.step(features: bars.features[bar], labels: bars.labels[bar])
        let place = "seed \(seed), bar \(bar): \(plan)"
        try #require(walk.refit == plain.refit, "\(place)")
        try #require(
          walk.forecasts.map(Bits.init) == plain.forecasts.map(Bits.init), "\(place)")
        try #require(walk.scores.map(Bits.init) == plain.scores.map(Bits.init), "\(place)")
      }
      refits += walk.refitCount
      scores += plain.made.count
    }
    // The walks do something.
    #expect(refits > 3000 && scores > 5000, "\(refits) refits, \(scores) forecasts")
  }

  @Test func theRandomWalksDoAllThatAWalkCan() throws {
    var seen: [String: Int] = [:]
    for (seed, plan) in Self.plans.enumerated() {
      let bars = plan.makeBars(seed: seed)
      var walk = plan.makeWalk()
      var refits = 0
      var forecasts = 0
      for bar in bars.features.indices {
        _ = try walk.take(bars, bar..<bar + 1)
        forecasts += walk.forecasts.count
        guard let refit = walk.refit else { continue }
        refits += 1
        seen["refits", default: 0] += 1
        if refit.bestEpoch != nil { seen["best epochs", default: 0] += 1 }
        if refit.validationLoss != nil { seen["validations", default: 0] += 1 }
      }
      seen["crossed", default: 0] += walk.crossedCount
      seen["fitted", default: 0] += walk.fitted().count
      seen["washouts", default: 0] += walk.washout().count
      seen["forecasts", default: 0] += forecasts
      if refits > 1 { seen["\(plan.configuration.refits)", default: 0] += 1 }
      if forecasts > 0 { seen["\(plan.network.configuration.state)", default: 0] += 1 }
      if let other = plan.other, forecasts > 0 { seen["\(type(of: other))", default: 0] += 1 }
    }
    #expect((seen["refits"] ?? 0) > 6000 && (seen["forecasts"] ?? 0) > 20000, "\(seen)")
    for name in [
      "best epochs", "validations", "crossed", "fitted", "washouts", "weekly", "monthly",
      "drift(window: 3, factor: 1.0)", "stateful", "stateless", "keras", "LabelForecaster",
      "RegressionForecaster",
    ] {
      #expect((seen[name] ?? 0) >= 5, "\(name): \(seen)")
    }
  }

  @Test func whatIsAskedOfAWalkBesidesItsStepsChangesNothing() throws {
    for (seed, plan) in Self.plans.enumerated() where seed % 3 == 0 {
      let bars = plan.makeBars(seed: seed)
      var walk = plan.makeWalk()
      var asked = plan.makeWalk()
      let steps = try walk.take(bars, 0..<RandomWalk.bars)
      for bar in 0..<RandomWalk.bars {
        var records = 0
        try asked.step(bars, bar) { _ in records += 1 }
        #expect(StepRecord(asked) == steps[bar], "\(seed), bar \(bar): \(plan)")
        _ = (asked.fitted(), asked.washout())
      }
    }
  }

  @Test func trainedThroughLiesBeforeTheBarThatIsForecast() throws {
    for (seed, plan) in Self.plans.enumerated() {
      let bars = plan.makeBars(seed: seed)
      var walk = plan.makeWalk()
      for bar in bars.features.indices {
        _ = try walk.take(bars, bar..<bar + 1)
        for forecast in walk.forecasts {
          let through = forecast.trainedThroughBar
          try #require(through <= bar && through < bar + forecast.horizon, "seed \(seed)")
        }
      }
    }
  }

  @Test func laterBarsChangeNoEarlierStep() throws {
    for (seed, plan) in Self.plans.enumerated() {
      let bars = plan.makeBars(seed: seed)
      let cut = 10 + seed % 45
      var poisoned = bars
      let others = plan.makeBars(seed: seed + 1000)
      for bar in cut..<RandomWalk.bars {
        poisoned.features[bar] = others.features[bar].map { $0 * 100 }
        poisoned.labels[bar] = others.labels[bar].map { $0 * 100 }
      }
      var whole = plan.makeWalk()
      var other = plan.makeWalk()
      let steps = try whole.take(bars, 0..<RandomWalk.bars)
      let poisonedSteps = try other.take(poisoned, 0..<RandomWalk.bars)
      #expect(Array(steps[..<cut]) == Array(poisonedSteps[..<cut]), "seed \(seed): \(plan)")
    }
  }

  @Test func aWalkRestoredAtAnyBarGoesOnWithTheSameBits() throws {
    for (seed, plan) in Self.plans.enumerated() {
      let bars = plan.makeBars(seed: seed)
      let cut = 1 + seed * 7 % (RandomWalk.bars - 1)
      var walk = plan.makeWalk()
      _ = try walk.take(bars, 0..<cut)
      var writer = StateWriter()
      walk.save(to: &writer)
      var reader = StateReader(writer.bytes)
      var restored = plan.makeWalk()
      try restored.restore(from: &reader)
      #expect(reader.isAtEnd)
      let rest = cut..<RandomWalk.bars
      #expect(
        try walk.take(bars, rest) == restored.take(bars, rest), "seed \(seed), bar \(cut): \(plan)")
    }
  }

  @Test func aStateCutShortOrOfAnotherShapeIsAnError() throws {
    let plan = RandomWalk(seed: 3)
    let bars = plan.makeBars(seed: 3)
    var walk = plan.makeWalk()
    _ = try walk.take(bars, 0..<40)
    var writer = StateWriter()
    walk.save(to: &writer)
    for length in stride(from: 0, to: writer.bytes.count, by: 61) {
      var reader = StateReader(Array(writer.bytes[..<length]))
      var restored = plan.makeWalk()
      #expect(throws: StateError.self) { try restored.restore(from: &reader) }
    }
  }
}

/// A forecast or score as bits, so that NaN equals itself.
private struct Bits: Equatable {
  var whole: [Int]
  var bits: [UInt64]

  init(_ forecast: Forecast) {
    whole = [forecast.bar, forecast.horizon, forecast.trainedThroughBar, forecast.refit]
    bits = [forecast.value, forecast.naive, forecast.mean].map(\.bitPattern)
  }

  init(_ score: Score) {
    self.init(score.forecast)
    whole.append(score.bar)
    bits.append(score.actual.bitPattern)
  }
}
