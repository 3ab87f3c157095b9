import Numerics
import Recurrent
import Testing

@testable import WalkForward

/// When a walk refits and on what, with numbers written out.
struct ScheduleTests {
  static func configuration(
    _ set: TrainingSet = .expanding, horizons: [Int] = [1], first: Int = 3,
    refits: RefitSchedule = .every(bars: 1), start: WalkConfiguration.Start = .warm
  ) -> WalkConfiguration {
    WalkConfiguration(
      horizons: horizons, trainingSet: set, first: first, refits: refits, start: start,
      scaler: .zscore, targetScaler: .zscore, scalerFit: .train, seed: 1)
  }

  /// A walk of one feature over `count` bars whose labels are their bar; NaN where `missing` says.
  static func walk(
    _ set: TrainingSet = .expanding, horizons: [Int] = [1], lookback: Int = 2, first: Int = 3,
    every: Int? = 1, start: WalkConfiguration.Start = .warm
  ) -> Walk {
    Walk(
      configuration: WalkConfiguration(
        horizons: horizons, trainingSet: set, first: first,
        refits: every.map { .every(bars: $0) } ?? .never, start: start,
        scaler: .zscore, targetScaler: .zscore, scalerFit: .train, seed: 1),
      network: Network(
        NetworkConfiguration(
          features: 1, hidden: [2], lookback: lookback, outputs: horizons.count),
        training: TrainingConfiguration(learningRate: 0.01, epochs: 1, batch: .size(4))))
  }

  static func steps(
    _ walk: Walk, count: Int, missing: Set<Int> = [], missingLabels: Set<Int> = []
  ) throws -> [Walk] {
    var walk = walk
    return try (0..<count).map { bar in
      let label = missingLabels.contains(bar) ? Double.nan : Double(bar)
      try walk.step(
        features: [missing.contains(bar) ? .nan : Double(bar * bar % 7)],
        labels: walk.configuration.horizons.map { _ in label })
      return walk
    }
  }

  @Test(arguments: [
    // horizons, lookback 2: the samples that are mature at bar 6
    ([0], [1, 2, 3, 4, 5]), ([1], [1, 2, 3, 4, 5]), ([2], [1, 2, 3, 4]), ([1, 4], [1, 2]),
    ([4, 1], [1, 2]), ([6], []),
  ])
  func aSampleIsMatureOnceItsLongestLabelIsKnown(horizons: [Int], samples: [Int]) throws {
    let walk = try #require(try Self.steps(Self.walk(horizons: horizons), count: 7).last)
    #expect(walk.ledger.mature == samples)
  }

  @Test func aWindowWithAMissingFeatureIsNoSampleAndHasNoForecast() throws {
    let steps = try Self.steps(Self.walk(lookback: 3, first: 1), count: 12, missing: [5])
    #expect(steps[11].ledger.mature == [2, 3, 4, 8, 9, 10])
    #expect(
      steps.map(\.forecasts.count) == [0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1])
  }

  @Test func aWindowWithoutALabelIsNoSampleYetItIsForecast() throws {
    let steps = try Self.steps(Self.walk(first: 1), count: 8, missingLabels: [4])
    // The label of sample 3 lies at bar 4.
    #expect(steps[7].ledger.mature == [1, 2, 4, 5, 6])
    #expect(steps.map(\.forecasts.count) == [0, 0, 1, 1, 1, 1, 1, 1])
    #expect(steps.map { $0.scores.map(\.forecast.bar) } == [[], [], [], [2], [], [4], [5], [6]])
  }

  @Test(arguments: [
    // refit every, bars of the refits with `first` 3: samples 1, 2, 3 are mature at bar 4
    (Optional(1), [4, 5, 6, 7, 8, 9, 10, 11]), (3, [4, 7, 10]), (100, [4]), (nil, [4]),
  ])
  func refitsFollowTheFirstAtTheirDistance(every: Int?, bars: [Int]) throws {
    let steps = try Self.steps(Self.walk(every: every), count: 12)
    #expect(steps.indices.filter { steps[$0].refit != nil } == bars)
    #expect(steps.compactMap { $0.refit?.index } == Array(1...bars.count))
    #expect(steps.indices.filter { !steps[$0].forecasts.isEmpty } == Array(4..<12))
  }

  @Test(arguments: [
    // The sizes of the training sets of bars 4, 6, 8, 10.
    (TrainingSet.expanding, [3, 5, 7, 9]), (.rolling(window: 4), [3, 4, 4, 4]),
    (.rolling(window: 2), [2, 2, 2, 2]), (.incremental(replay: 0), [3, 2, 2, 2]),
    (.incremental(replay: 4), [3, 5, 6, 6]),
  ])
  func aTrainingSetHasItsSize(set: TrainingSet, sizes: [Int]) throws {
    let steps = try Self.steps(Self.walk(set, every: 2), count: 12)
    #expect(steps.compactMap { $0.refit?.samples } == sizes)
  }

  @Test func incrementalWorkDoesNotGrowWithTheBars() throws {
    let steps = try Self.steps(Self.walk(.incremental(replay: 8)), count: 400)
    let later = steps[20...].compactMap(\.refit)
    #expect(later.count == 380)
    #expect(later.allSatisfy { $0.samples == 9 && $0.updates == 3 })
  }

  @Test func incrementalSkipsARefitThatHasNothingToTrainOn() throws {
    let steps = try Self.steps(
      Self.walk(.incremental(replay: 0), first: 1), count: 9, missingLabels: [4, 5])
    #expect(steps.indices.filter { steps[$0].refit != nil } == [2, 3, 6, 7, 8])
    #expect(steps[8].forecasts[0].refit == 5)
  }

  @Test func aReplayIsDrawnEvenlyFromTheOlderOnesWithoutRepeats() {
    let mature = (0..<12).map { $0 * 3 }
    var times = Array(repeating: 0, count: 12)
    for refit in 0..<4000 {
      let drawn = TrainingSet.incremental(replay: 4).select(
        from: mature[...], usedCount: 10,
        draw: PhiloxStream(seed: 9, purpose: .replay, refit: UInt32(refit)))
      #expect(drawn.count == 6 && drawn.suffix(2) == [30, 33])
      #expect(zip(drawn, drawn.dropFirst()).allSatisfy { $0 < $1 })
      for sample in drawn { times[sample / 3] += 1 }
    }
    // 1600 times each, standard deviation 31.
    #expect(times[..<10].allSatisfy { abs($0 - 1600) < 140 }, "\(times)")
    #expect(times[10...] == [4000, 4000])
  }

  @Test func baselinesKnowWhatHasMaturedAndNoMore() throws {
    for (horizons, naive, mean) in [
      // At bar 7: the newest label known, and the mean of those of samples 0... (labels are bars).
      ([0], [6.0], [3.0]), ([1], [7], [4]), ([3], [7], [5]), ([1, 3], [7, 7], [4, 5]),
    ] {
      let walk = try #require(try Self.steps(Self.walk(horizons: horizons), count: 8).last)
      #expect(walk.forecasts.map(\.naive) == naive)
      #expect(walk.forecasts.map(\.mean) == mean)
    }
    let walk = try #require(
      try Self.steps(Self.walk(first: 1), count: 8, missingLabels: [6, 7]).last)
    #expect(walk.forecasts[0].naive == 5 && walk.forecasts[0].mean == 3)
  }

  @Test func aStartCarriesWhatItsNameSays() throws {
    for (start, updates) in [
      (WalkConfiguration.Start.warm, [1, 2, 4, 6]), (.warmResetMoments, [1, 1, 2, 2]),
      (.cold, [1, 1, 2, 2]),
    ] {
      let steps = try Self.steps(Self.walk(start: start), count: 8)
      #expect(steps[4...].map(\.network?.updates) == updates, "\(start)")
    }
  }

  @Test func aColdStartDrawsNewWeightsUnlessTheyWereGiven() throws {
    // One sample a refit and a rate too small to move a weight: the start shows.
    let network = Network(
      NetworkConfiguration(features: 1, hidden: [3], lookback: 2),
      training: TrainingConfiguration(learningRate: 1e-30, epochs: 1, batch: .all, seed: 4))
    for isGiven in [false, true] {
      var walk = Walk(
        configuration: WalkConfiguration(
          horizons: [1], trainingSet: .expanding, first: 1, refits: .every(bars: 1), start: .cold,
          scaler: .none, targetScaler: .none, scalerFit: .train, seed: 4),
        network: network, startsFromGivenWeights: isGiven)
      var starts: [[Float]] = []
      for bar in 0..<6 {
        try walk.step(features: [Double(bar)], labels: [Double(bar)])
        if walk.refit != nil { starts.append(try #require(walk.network).values(of: .headWeight)) }
      }
      #expect(starts.count == 4)
      #expect(Set(starts).count == (isGiven ? 1 : 4))
      #expect((starts[0] == network.values(of: .headWeight)) == isGiven)
    }
  }
}
