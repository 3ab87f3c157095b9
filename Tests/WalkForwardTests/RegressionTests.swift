import Foundation
import Testing

@testable import WalkForward

/// Walks of regressions against NumPy and statsmodels; Reference/make_regressions.py makes the vectors.
struct RegressionTests {
  struct Reference: CustomStringConvertible {
    var options: [String: String] = [:]
    var forecasts: [Double] = []

    var description: String { "\(options)" }
    func number(_ key: String) -> Double { Double(options[key] ?? "") ?? .nan }
    func count(_ key: String) -> Int { Int(number(key)) }

    func makeWalk() -> Walk {
      let horizons = (options["horizons"] ?? "").split(separator: ",").compactMap { Int($0) }
      let inputs: RegressionForecaster.Inputs =
        switch options["model"] {
        case "ridge": .window(penalty: number("penalty"))
        case "ar": .labels(order: count("order"))
        default: .errorCorrection
        }
      return Walk(
        configuration: WalkConfiguration(
          horizons: horizons,
          trainingSet: options["train"] == "rolling"
            ? .rolling(window: count("window")) : .expanding,
          first: count("first"), refits: .every(bars: count("every")), start: .cold,
          scaler: .none, targetScaler: .none, scalerFit: .train, seed: 0),
        forecaster: RegressionForecaster(
          inputs, horizons: horizons, features: count("width"), lookback: count("lookback"),
          weightHalfLife: count("half") == 0 ? nil : number("half")))
    }
  }

  static func references() throws -> [Reference] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Reference/regressions.txt")
    var references: [Reference] = []
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ").dropFirst().map(String.init)
      if line.hasPrefix("walk") {
        let pairs = words.dropFirst().map { $0.split(separator: "=").map(String.init) }
        references.append(
          Reference(options: Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) })))
      } else {
        references[references.count - 1].forecasts = words.map { Double($0) ?? .nan }
      }
    }
    return references
  }

  @Test func theForecastsOfRegressionsAreThoseOfNumPyAndStatsmodels() throws {
    let references = try Self.references()
    #expect(references.count == 11)
    for reference in references {
      var walk = reference.makeWalk()
      var forecasts: [Double] = []
      for bar in 0..<90 {
        let row = ReferenceWalk.row(bar: bar, width: reference.count("width"))
        try walk.step(
          features: row.features, labels: walk.configuration.horizons.map { _ in row.target })
        forecasts += walk.forecasts.map(\.value)
      }
      #expect(forecasts.count == reference.forecasts.count, "\(reference)")
      for (found, expected) in zip(forecasts, reference.forecasts) {
        try #require(abs(found - expected) < 1e-9, "\(reference): \(found), \(expected)")
      }
    }
  }

  @Test func anInputThatOthersExplainGetsNoCoefficient() {
    // The second column is constant, the third twice the first: y = 3 + 2 x.
    let rows: [[Double]] = [[1, 7, 2], [2, 7, 4], [4, 7, 8], [5, 7, 10]]
    let solved = LeastSquares(
      inputs: rows.flatMap { $0 }, width: 3, labels: rows.map { 3 + 2 * $0[0] }, weights: [],
      penalty: 0)
    #expect(abs(solved.intercept - 3) < 1e-13 && abs(solved.coefficients[0] - 2) < 1e-14)
    #expect(solved.coefficients[1...] == [0, 0])
    #expect(solved.meanSquaredError < 1e-26)
    // A penalty divides it between the two that say the same.
    let ridge = LeastSquares(
      inputs: rows.flatMap { $0 }, width: 3, labels: rows.map { 3 + 2 * $0[0] }, weights: [],
      penalty: 1e-6)
    #expect(abs(ridge.coefficients[0] - 1) < 1e-5 && abs(ridge.coefficients[2] - 0.5) < 1e-5)
  }

  @Test func fewerRowsThanInputsStillHaveAForecast() {
    let solved = LeastSquares(
      inputs: [1, 2, 3, 4, 5, 7], width: 3, labels: [1, 4], weights: [], penalty: 0)
    #expect(solved.intercept.isFinite && solved.coefficients.allSatisfy(\.isFinite))
    #expect(solved.meanSquaredError < 1e-20)
    let single = LeastSquares(inputs: [1, 2], width: 2, labels: [9], weights: [], penalty: 0)
    #expect(single.intercept == 9 && single.coefficients == [0, 0])
  }

  @Test func anAutoregressionLeavesOutRowsWithoutAllTheirLabels() throws {
    var walk = Walk(
      configuration: ScheduleTests.configuration(first: 4),
      forecaster: RegressionForecaster(.labels(order: 2), horizons: [1], features: 0, lookback: 1))
    // A line is its own autoregression; the labels of bars 5 and 6 are missing.
    var counts: [Int] = []
    for bar in 0..<14 {
      let label = bar == 5 || bar == 6 ? Double.nan : Double(bar)
      try walk.step(features: [], labels: [label])
      counts.append(walk.forecasts.count)
      if let forecast = walk.forecasts.first {
        #expect(abs(forecast.value - Double(bar + 1)) < 1e-9, "bar \(bar)")
      }
    }
    // No forecast from bars that miss one of the two newest labels.
    #expect(counts == [0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1])
  }
}
