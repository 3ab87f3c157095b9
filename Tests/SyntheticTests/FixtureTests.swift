import Foundation
import Testing

@testable import Synthetic

private let fixtures =
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("fixtures/synthetic")

/// The commands of `fixtures/synthetic/README.md`.
private func settings(_ name: String) throws -> GeneratorSettings {
  switch name {
  case "coint": try GeneratorSettings(kind: .cointPath, bars: 500, seed: 1)
  case "random-walk": try GeneratorSettings(kind: .randomWalk, bars: 500, seed: 1)
  default:
    try GeneratorSettings(
      kind: .cointPath, bars: 61, seed: 0, source: .numpyLegacy,
      parameters: ["start": 0, "delta": 0.9, "sigma": 0.1])
  }
}

@Test(arguments: ["coint", "random-walk", "tutorial"])
func theSeriesThatShipAreMadeAgainToTheByte(_ name: String) throws {
  let series = SyntheticSeries(try settings(name))
  let folder = fixtures.appendingPathComponent(name)
  for (index, instrument) in series.truth.instruments.enumerated() {
    let file = try Data(contentsOf: folder.appendingPathComponent("\(instrument).csv"))
    #expect(Array(file) == series.csv(instrument: index), "\(name)/\(instrument).csv")
  }
  let truth = try Data(contentsOf: folder.appendingPathComponent("truth.json"))
  #expect(Array(truth) == Array(series.truthText().utf8), "\(name)/truth.json")
}
