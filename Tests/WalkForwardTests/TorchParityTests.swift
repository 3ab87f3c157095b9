import Testing

@testable import WalkForward

/// Whole walks against PyTorch in Float64; the vectors are made by Reference/make_walks.py.
///
/// A chain of warm updates is chaotic, so agreement is asked up to the bar at which PyTorch's own
/// Float32 parts from its Float64.
struct TorchParityTests {
  @Test func theForecastsOfAWalkAreThoseOfPyTorch() throws {
    let walks = try ReferenceWalk.all()
    #expect(walks.count == 9)
    for reference in walks {
      var walk = reference.makeWalk()
      var worst = 0.0
      var compared = 0
      var bar = 0
      while compared < reference.forecasts.count {
        let row = ReferenceWalk.row(bar: bar, width: reference.number("features"))
        try walk.step(
          features: row.features, labels: reference.horizons.map { _ in row.target })
        for forecast in walk.forecasts where compared < reference.forecasts.count {
          let distance = abs(forecast.value - reference.forecasts[compared]) / reference.scale
          worst = max(worst, distance)
          compared += 1
        }
        bar += 1
        try #require(bar <= 350, "\(reference): a forecast for each of PyTorch's")
      }
      #expect(worst < 1e-4, "\(reference): \(worst) of scale")
      #expect(compared == reference.parts * reference.horizons.count, "\(reference)")
    }
  }

  @Test func theVectorsHoldAWalkOf300RefitsInBatchesOf4ThatReachesItsEnd() throws {
    let walk = try #require(try ReferenceWalk.all().first { $0.name == "rolling-batch-4" })
    #expect(walk.number("batch") == 4 && walk.number("refits") == 300 && walk.parts == 300)
    #expect(walk.forecasts.count == 300)
  }
}
