import Backtest
import Journal
import Testing

/// Small versions of Benchmarks/truth_curve.py and Benchmarks/noise_study.py: a network on series whose
/// best forecast is known.
struct KnownTruthTests {
  private func metrics(_ text: String) throws -> [String: JSONValue] {
    let scratch = Scratch()
    return try SampleSpec.run(text, in: scratch.file("run")).metrics
  }

  /// The share of the oracle's skill that a network has which was trained once on `samples`.
  private func share(_ process: String, _ features: String, samples: Int) throws -> Double {
    let found = try metrics(
      """
      name: truth
      seed: 1
      generate: { \(process), bars: \(samples + 2000), seed: 1, prices: signed }
      features: { \(features) }
      target: { value: diff(X.close), horizon: 1 }
      model: { cell: lstm, hidden: [8], lookback: 4 }
      training: { epochs: \(max(3, 20_000 / samples)), batch: 16, learning_rate: 0.001, shuffle: true }
      walk_forward: { train: expanding, first: \(samples), refit_every: never }
      positions: { unit: units }
      execution: { cash: 100000 }

      """)
    let skill = try #require(found["skill_zero"]?.doubleValue)
    return skill / (try #require(found["oracle_skill"]?.doubleValue))
  }

  @Test(arguments: [
    ("kind: coint_path, delta: 0.9, sigma: 0.1", "spread: Y.close - X.close, x: diff(X.close)"),
    ("kind: coint_path, delta: 0.2, sigma: 0.05", "spread: Y.close - X.close, x: diff(X.close)"),
    ("kind: ar1, phi: 0.8", "x: X.close"),
  ])
  func skillComesNearTheOraclesAsDataGrow(process: String, features: String) throws {
    let few = try share(process, features, samples: 100)
    let many = try share(process, features, samples: 4000)
    #expect(few < many)
    #expect(many > 0.9 && many < 1.05, "\(process)")
  }

  @Test func onPairsOfWalksSkillIsFoundNoMoreOftenThanTheTestsAllow() throws {
    let pairs = 40
    var rejected = [0, 0, 0]
    for seed in 1...pairs {
      let found = try metrics(
        """
        name: noise
        seed: \(seed)
        generate: { kind: random_walk, bars: 500, seed: \(seed), prices: signed }
        features: { x: diff(X.close), spread: Y.close - X.close }
        target: { value: diff(X.close), horizon: 1 }
        model: { cell: lstm, hidden: [4], lookback: 4 }
        training: { epochs: 2, batch: 16, learning_rate: 0.002 }
        walk_forward: { train: rolling, window: 150, first: 150, refit_every: 20 }
        positions: { unit: units }
        execution: { cash: 100000 }

        """)
      let names = ["clark_west_p", "pesaran_timmermann_p", "diebold_mariano_p"]
      for (index, name) in names.enumerated() {
        if let p = found[name]?.doubleValue, p < 0.05 { rejected[index] += 1 }
      }
    }
    // The upper end of the central 95 % of a binomial of 40 at 5 %, and 5 % itself.
    #expect(rejected[0] <= 5)
    #expect(rejected[1] <= 5)
    #expect(rejected[2] <= 2)
  }
}
