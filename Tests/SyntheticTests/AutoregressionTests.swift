import Synthetic
import Testing

/// The price that returns to its start, `ar1`.
struct AutoregressionTests {
  func truth(_ phi: Double) throws -> Truth {
    Truth(try GeneratorSettings(kind: .ar1, parameters: ["phi": phi, "start": 10]))
  }

  /// The shocks are the first of `numpy.random.RandomState(0).randn()`.
  @Test func thePathFollowsItsRecursionFromNumPysShocks() throws {
    let series = SyntheticSeries(
      try GeneratorSettings(
        kind: .ar1, bars: 4, source: .numpyLegacy, parameters: ["phi": 0.5, "start": 10]))
    let shocks = [1.764052345967664, 0.4001572083672233, 0.9787379841057392]
    var x = 0.0
    var expected = [10.0]
    for shock in shocks {
      x = 0.5 * x + shock
      expected.append(10 + x)
    }
    #expect(series.truth.instruments == ["X"])
    for (bar, close) in zip(series.bars[0], expected) {
      #expect((bar.close - close).magnitude < 1e-14)
    }
  }

  @Test func forecastsFallBackToTheMean() throws {
    let truth = try truth(0.8)
    var x = 13.0
    for horizon in 1...10 {
      let last = x
      x = 10 + 0.8 * (x - 10)
      let forecasts = [OracleTarget.close(0), .change(0), .changeFromOrigin(0)].map {
        truth.forecast(of: $0, horizon: horizon, closes: [13])
      }
      for (forecast, expected) in zip(forecasts, [x, x - last, x - 13]) {
        #expect((forecast - expected).magnitude < 1e-12)
      }
    }
  }

  /// The h-step error is (1 - φ^2h)/(1 - φ²), that of the last close 2 (1 - φ^h)/(1 - φ²).
  @Test(arguments: [0.9, 0.5, 0, -0.4])
  func errorsAreThoseInClosedForm(phi: Double) throws {
    let truth = try truth(phi)
    let variance = 1 / (1 - phi * phi)
    var power = 1.0
    for horizon in 1...8 {
      power *= phi
      let best = variance * (1 - power * power)
      let still = 2 * variance * (1 - power)
      for target in [OracleTarget.close(0), .changeFromOrigin(0)] {
        #expect((truth.meanSquaredError(of: target, horizon: horizon) - best).magnitude < 1e-12)
        #expect(
          (truth.baselineMeanSquaredError(of: target, horizon: horizon) - still).magnitude < 1e-12)
      }
    }
    // One change has the variance 2 (1 - φ)/(1 - φ²), of which (1 - φ)²/(1 - φ²) is known before.
    #expect((truth.skill(of: .change(0), horizon: 1) - (1 - phi) / 2).magnitude < 1e-12)
    #expect(truth.spreadVariance == variance)
  }

  @Test func aLongPathHasItsMoments() throws {
    let bars = 100_000
    let series = SyntheticSeries(
      try GeneratorSettings(kind: .ar1, bars: bars, seed: 3, parameters: ["phi": 0.9]))
    let x = series.bars[0].map { $0.close - 100 }
    let square = x.reduce(0) { $0 + $1 * $1 } / Double(bars)
    let lagged = zip(x, x.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(bars)
    // Four standard errors: sqrt((1 - φ²)/n), and sqrt(2 (1 + φ²)/(1 - φ²)/n) of the variance.
    #expect((lagged / square - 0.9).magnitude < 4 * 0.00138)
    #expect((square / (1 / 0.19) - 1).magnitude < 4 * 0.0138)
  }

  @Test func aPathThatWouldNotReturnIsRefused() {
    #expect(throws: SyntheticError.self) {
      try GeneratorSettings(kind: .ar1, parameters: ["phi": 1])
    }
  }
}
