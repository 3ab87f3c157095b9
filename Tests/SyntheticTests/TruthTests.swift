import Synthetic
import Testing

@Suite struct TruthTests {
  private static func truth(delta: Double, sigma: Double) throws -> Truth {
    Truth(
      try GeneratorSettings(kind: .cointPath, parameters: ["delta": delta, "sigma": sigma]))
  }

  @Test func knownPairsHaveTheirPublishedFigures() throws {
    let fast = try Self.truth(delta: 0.9, sigma: 0.1)
    #expect((fast.phi - 0.09).magnitude < 1e-15)
    #expect(((fast.spreadVariance ?? 0) - 1.8248).magnitude < 5e-5)
    #expect(((fast.halfLifeBars ?? 0) - 0.29).magnitude < 5e-3)
    #expect((fast.skill(of: .close(0), horizon: 1) - 0.596).magnitude < 5e-4)
    #expect((fast.skill(of: .close(1), horizon: 1) - 0.0002).magnitude < 5e-5)

    let middle = try Self.truth(delta: 0.2, sigma: 0.05)
    #expect((middle.phi - 0.76).magnitude < 1e-15)
    #expect(((middle.halfLifeBars ?? 0) - 2.5).magnitude < 5e-2)
    #expect((middle.skill(of: .change(0), horizon: 1) - 0.15).magnitude < 5e-3)
    #expect((middle.skill(of: .change(0), horizon: 2) - 0.088).magnitude < 5e-4)

    let slow = try Self.truth(delta: 0.02, sigma: 0.02)
    #expect((slow.phi - 0.9604).magnitude < 1e-15)
    #expect(((slow.halfLifeBars ?? 0) - 17.2).magnitude < 5e-2)
    #expect((slow.skill(of: .change(0), horizon: 1) - 0.01).magnitude < 5e-4)
  }

  @Test func oneStepErrorsAreThoseOfTheShocks() throws {
    let truth = try Self.truth(delta: 0.3, sigma: 0.2)
    #expect(truth.meanSquaredError(of: .close(0), horizon: 1) == 1)
    #expect((truth.meanSquaredError(of: .close(1), horizon: 1) - 1.04).magnitude < 1e-15)
    for index in 0...1 {
      // At one step the three targets have one error.
      let close = truth.meanSquaredError(of: .close(index), horizon: 1)
      #expect(
        (truth.meanSquaredError(of: .change(index), horizon: 1) - close).magnitude < 1e-15)
      #expect(truth.meanSquaredError(of: .changeFromOrigin(index), horizon: 1) == close)
    }
  }

  /// The forecasts against the recursion without shocks.
  @Test func forecastsFollowTheProcessWithoutItsShocks() throws {
    for (delta, sigma) in [(0.9, 0.1), (0.2, 0.05), (1.5, 0.3), (0, 0.4), (0.4, 0), (1, 0.2)] {
      let truth = try Self.truth(delta: delta, sigma: sigma)
      var closes = [101.5, 97.25]
      let now = closes
      for horizon in 1...12 {
        let last = closes
        closes[0] += delta * (closes[1] - closes[0])
        closes[1] += sigma * (closes[0] - closes[1])
        for index in 0...1 {
          func forecast(_ target: OracleTarget) -> Double {
            truth.forecast(of: target, horizon: horizon, closes: now)
          }
          #expect((forecast(.close(index)) - closes[index]).magnitude < 1e-12)
          #expect((forecast(.change(index)) - (closes[index] - last[index])).magnitude < 1e-12)
          #expect(
            (forecast(.changeFromOrigin(index)) - (closes[index] - now[index])).magnitude < 1e-12)
        }
      }
    }
  }

  @Test(arguments: [(0.9, 0.1, 0), (0.2, 0.05, 1), (0.5, 0.3, 2)])
  func aLongSeriesHasTheStatedMoments(delta: Double, sigma: Double, seed: Int) throws {
    let bars = 60_000
    let series = SyntheticSeries(
      try GeneratorSettings(
        kind: .cointPath, bars: bars, seed: seed,
        parameters: ["delta": delta, "sigma": sigma]))
    let truth = series.truth
    let rows = (0..<bars).map { bar in series.bars.map { $0[bar].close } }

    let spread = rows.map { $0[1] - $0[0] }
    let square = spread.reduce(0) { $0 + $1 * $1 } / Double(bars)
    let lagged = zip(spread, spread.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(bars)
    let variance = try #require(truth.spreadVariance)
    // Standard errors: of φ, sqrt((1 - φ²)/n); of the variance, sqrt(2 (1 + φ²)/(1 - φ²)/n).
    let phiError = ((1 - truth.phi * truth.phi) / Double(bars)).squareRoot()
    let varianceError =
      variance
      * (2 * (1 + truth.phi * truth.phi) / (1 - truth.phi * truth.phi) / Double(bars)).squareRoot()
    #expect((lagged / square - truth.phi).magnitude < 4 * phiError)
    #expect((square - variance).magnitude < 4 * varianceError)

    for horizon in [1, 2, 5] {
      for target in [0, 1].flatMap({
        [OracleTarget.close($0), .change($0), .changeFromOrigin($0)]
      }) {
        let index = target.instrument
        var squares = 0.0
        var baseline = 0.0
        for bar in 0..<(bars - horizon) {
          let forecast = truth.forecast(of: target, horizon: horizon, closes: rows[bar])
          let now = rows[bar][index]
          let end = rows[bar + horizon][index]
          let (actual, still) =
            switch target {
            case .close: (end, now)
            case .change: (end - rows[bar + horizon - 1][index], 0.0)
            case .changeFromOrigin: (end - now, 0.0)
            }
          squares += (actual - forecast) * (actual - forecast)
          baseline += (actual - still) * (actual - still)
        }
        squares /= Double(bars - horizon)
        baseline /= Double(bars - horizon)
        // A mean of squares of overlapping sums: a relative standard error of about
        // sqrt(2 h/n) at most.
        let tolerance = 4 * (2 * Double(horizon) / Double(bars)).squareRoot()
        let expected = truth.meanSquaredError(of: target, horizon: horizon)
        let still = truth.baselineMeanSquaredError(of: target, horizon: horizon)
        #expect((squares / expected - 1).magnitude < tolerance, "\(target) at \(horizon)")
        #expect((baseline / still - 1).magnitude < tolerance, "\(target) at \(horizon)")
        // Both share most of their noise, so skill is met more closely.
        let skill = truth.skill(of: target, horizon: horizon)
        #expect((1 - squares / baseline - skill).magnitude < 0.015, "\(target) at \(horizon)")
      }
    }
  }

  @Test func theOracleOfAWalkIsItsLastValue() throws {
    let truth = Truth(try GeneratorSettings(kind: .randomWalk, parameters: ["series": 3]))
    #expect(truth.halfLifeBars == nil && truth.phi == 1)
    #expect(truth.forecast(of: .close(2), horizon: 4, closes: [1, 2, 3]) == 3)
    #expect(truth.forecast(of: .change(0), horizon: 4, closes: [1, 2, 3]) == 0)
    #expect(truth.forecast(of: .changeFromOrigin(1), horizon: 4, closes: [1, 2, 3]) == 0)
    #expect(truth.meanSquaredError(of: .close(2), horizon: 4) == 4)
    #expect(truth.meanSquaredError(of: .change(2), horizon: 4) == 1)
    #expect(truth.skill(of: .close(2), horizon: 4) == 0)
    #expect(truth.skill(of: .change(2), horizon: 4) == 0)
  }

  @Test func aPriceThatForgetsAtOnceHasAHalfLifeOfZero() throws {
    #expect(try Self.truth(delta: 1, sigma: 0.2).halfLifeBars == 0)
  }

  @Test(arguments: GeneratorKind.allCases)
  func aTruthFileIsReadBack(kind: GeneratorKind) throws {
    let parameters: [String: Double] =
      switch kind {
      case .cointPath: ["delta": 0.1 + 0.2, "start": -5]
      case .randomWalk: ["series": 3]
      case .ar1: ["phi": -0.3, "start": 7]
      }
    let settings = try GeneratorSettings(
      kind: kind, bars: 61, seed: 9, source: .numpyPCG64, parameters: parameters)
    let series = SyntheticSeries(settings)
    #expect(try Truth(json: Array(series.truthText().utf8)) == series.truth)
  }

  @Test func aTruthFileReadsAsStated() throws {
    let series = SyntheticSeries(
      try GeneratorSettings(kind: .cointPath, bars: 3, source: .numpyLegacy))
    let lines = series.truthText().split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(13) == [
        "{", "  \"kind\": \"coint_path\",", "  \"bars\": 3,", "  \"seed\": 0,",
        "  \"rng\": \"numpy-legacy\",", "  \"parameters\": {", "    \"start\": 100,",
        "    \"delta\": 0.2,", "    \"sigma\": 0.05", "  },", "  \"instruments\": [\"X\", \"Y\"],",
        "  \"phi\": 0.76,", "  \"half_life_bars\": 2.525707431112262,",
      ])
    let x = series.bars[0].map(\.close)
    let y = series.bars[1].map(\.close)
    let next = [100, x[1] + 0.2 * (y[1] - x[1]), x[2] + 0.2 * (y[2] - x[2])]
    let errors = [x[1] - next[0], x[2] - next[1]]
    let realised = ((errors[0] * errors[0] + errors[1] * errors[1]) / 2).squareRoot()
    #expect(
      lines.contains {
        $0.hasPrefix("      \"X\": [\(realised), ") && $0.hasSuffix("null, null, null],")
      })
    #expect(lines.contains("      \"X\": [100, \(next[1]), \(next[2])],"))
  }

  @Test(arguments: [
    ("{}", "truth.json has no kind"),
    ("[1]", "truth.json is not an object of keys and values"),
    ("{", "truth.json is not JSON"),
    ("{\"kind\": \"walk\"}", "kind was walk, coint_path or random_walk or ar1 is needed"),
    (
      "{\"kind\": \"coint_path\", \"rng\": \"mt\"}",
      "rng was mt, philox or numpy-legacy or numpy-pcg64 is needed"
    ),
    (
      "{\"kind\": \"coint_path\", \"parameters\": {\"delta\": 5}}",
      "delta was 5, at least 0 and less than 2 is needed"
    ),
    (
      "{\"kind\": \"coint_path\", \"parameters\": {\"delta\": \"5\"}}",
      "truth.json has no value of the right type at parameters.delta"
    ),
  ])
  func aBrokenTruthFileIsNamed(text: String, message: String) {
    #expect {
      try Truth(json: Array(text.utf8))
    } throws: { error in
      (error as? SyntheticError)?.description == message
    }
  }
}
