import Testing

@testable import WalkForward

struct WindowReplayTests {
  /// Over random walks: the windows hold the bars' own features, through the scalers that the
  /// network's walk ends with, and there are as many as the last refit had samples.
  @Test func windowsAreThoseOfTheNetworksLastRefit() throws {
    var compared = 0
    for seed in 0..<120 {
      let plan = RandomWalk(seed: seed)
      if case .incremental = plan.configuration.trainingSet { continue }
      if plan.configuration.scalerFit == .window { continue }
      let bars = plan.makeBars(seed: seed)
      var walk = plan.makeWalk()
      var replay = Walk(
        configuration: plan.configuration,
        forecaster: WindowReplay(
          configuration: plan.configuration, network: plan.network.configuration, loss: .mse))
      var last: (refit: Refit, sample: Int)?
      for bar in bars.features.indices {
        try walk.step(features: bars.features[bar], labels: bars.labels[bar])
        try replay.step(features: bars.features[bar], labels: bars.labels[bar])
        if let refit = walk.refit { last = (refit, try #require(walk.ledger.mature.last)) }
        #expect(replay.refit?.samples == walk.refit?.samples)
        #expect(replay.forecasts.isEmpty)
      }
      let forecaster = try #require(walk.forecaster as? RecurrentForecaster)
      let windows = try #require(replay.forecaster as? WindowReplay)
        .newestWindows(most: 1000, of: replay.ledger)
      guard let last else {
        #expect(windows.ends.isEmpty)
        continue
      }
      #expect(windows.ends.count == last.refit.samples)
      let lookback = plan.network.configuration.lookback
      let expected = bars.features[last.sample - lookback + 1...last.sample].flatMap { row in
        zip(row, forecaster.scalers.features).map { Float($1.scaled($0)) }
      }
      #expect(Array(windows.rows.suffix(expected.count)) == expected, "seed \(seed): \(plan)")
      compared += 1
    }
    #expect(compared > 30, "\(compared)")
  }
}
