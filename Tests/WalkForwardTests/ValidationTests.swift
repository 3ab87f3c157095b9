import Recurrent
import Testing

@testable import WalkForward

/// Held out samples, weights by age, quantiles, divergence.
struct ValidationTests {
  /// Samples, fraction, gap, what is trained on and held out.
  static let splits: [([Int], Double, Int, [Int], [Int])] = [
    // ⌊10 · 0.8⌋ = 8 before the block, whose first is 8: s <= 8 - 1.
    (Array(0..<10), 0.2, 1, Array(0..<8), [8, 9]),
    (Array(0..<10), 0.2, 3, Array(0..<6), [8, 9]),
    (Array(0..<10), 0.25, 1, Array(0..<7), [7, 8, 9]),
    // Samples with gaps between them: 20 is 11 bars before 31.
    ([1, 5, 20, 31, 32], 0.4, 11, [1, 5, 20], [31, 32]),
    ([1, 5, 20, 31, 32], 0.4, 12, [1, 5], [31, 32]),
    ([3, 4], 0.5, 1, [3], [4]),
  ]

  @Test(arguments: splits)
  func theNewestAreHeldOutAndTheirNeighboursLeftOut(
    samples: [Int], fraction: Double, gap: Int, trained: [Int], held: [Int]
  ) throws {
    let split = try #require(ValidationSplit(samples, fraction: fraction, gap: gap))
    #expect(split.trained == trained && split.held == held)
  }

  @Test func nothingIsHeldOutWhereNothingWouldBeLeft() {
    #expect(ValidationSplit([0, 1, 2], fraction: 0, gap: 1) == nil)
    #expect(ValidationSplit([4], fraction: 0.5, gap: 1) == nil)
    #expect(ValidationSplit([4, 5], fraction: 0.5, gap: 2) == nil)
    // 1 - 1e-17 is 1.
    #expect(ValidationSplit([0, 1, 2], fraction: 1e-17, gap: 1) == nil)
  }

  /// A walk of noise with labels that follow the feature, early stopping, half held out.
  static func walk(
    after: WalkConfiguration.AfterValidation, set: TrainingSet = .expanding,
    stopping: EarlyStopping? = EarlyStopping(patience: 2), start: WalkConfiguration.Start = .warm
  ) -> Walk {
    var configuration = ScheduleTests.configuration(
      set, first: 12, refits: .every(bars: 6), start: start)
    configuration.validation = 0.5
    configuration.afterValidation = after
    return Walk(
      configuration: configuration,
      network: Network(
        NetworkConfiguration(features: 1, hidden: [3], lookback: 2),
        training: TrainingConfiguration(
          learningRate: 0.05, epochs: 12, earlyStopping: stopping, batch: .size(2))))
  }

  @Test func afterValidationAllSamplesAreTrainedOnForTheBestEpochs() throws {
    let bars = RandomBars(seed: 3, count: 40, width: 1, horizons: 1)
    var refitted = Self.walk(after: .refit)
    var kept = Self.walk(after: .keep)
    var count = 0
    for bar in 0..<40 {
      // Both start from the same weights only at the first refit.
      try refitted.step(features: [bars.features[bar][0]], labels: bars.labels[bar])
      try kept.step(features: [bars.features[bar][0]], labels: bars.labels[bar])
      guard let first = refitted.refit, let second = kept.refit else { continue }
      if count == 0 {
        #expect(first.bestEpoch == second.bestEpoch)
        #expect(first.validationLoss == second.validationLoss)
      }
      count += 1
      let best = try #require(first.bestEpoch)
      #expect(first.epochs == best && first.samples == refitted.ledger.mature.count)
      #expect(first.updates == best * ((first.samples + 1) / 2))
      // Without gaps between samples, a horizon of 1 leaves none out.
      #expect(second.samples <= first.samples / 2 && second.samples > first.samples / 2 - 3)
      #expect(second.epochs >= (second.bestEpoch ?? 99))
    }
    #expect(count == 5)
  }

  @Test func whatIsHeldOutTrainsNoWeightAndNoScaler() throws {
    // The held out half's labels are poisoned: with one epoch, so that nothing is chosen, neither the
    // weights nor the scalers may move.
    func end(poisonedFrom poison: Int) throws -> ([Float], ScalerSet) {
      var walk = Self.walk(after: .keep, stopping: nil)
      for bar in 0..<15 {
        let label = Double(bar * bar % 7) + (bar >= poison ? 50 : 0)
        try walk.step(features: [Double(bar % 5)], labels: [label])
      }
      let forecaster = try #require(walk.forecaster as? RecurrentForecaster)
      return (forecaster.ensemble.members[0].values(of: .headWeight), forecaster.scalers)
    }
    // Refit at bar 13 with samples 1...12, of which 7...12 are held out, their labels at 8...13.
    let clean = try end(poisonedFrom: 99)
    #expect(try end(poisonedFrom: 8) == clean)
    #expect(try end(poisonedFrom: 7) != clean)
  }

  @Test func anIncrementalSetIsValidatedOnForecastsThatHaveMatured() throws {
    var walk = Self.walk(after: .refit, set: .incremental(replay: 2), stopping: nil)
    var before: Network?
    var scalers: ScalerSet?
    var count = 0
    for bar in 0..<40 {
      try walk.step(features: [Double(bar % 5)], labels: [Double(bar * bar % 7)])
      let forecaster = try #require(walk.forecaster as? RecurrentForecaster)
      if let refit = walk.refit {
        #expect(refit.bestEpoch == nil && refit.epochs == 12)
        #expect((refit.validationLoss == nil) == (before == nil))
        if let before, let scalers, let loss = refit.validationLoss {
          // The six new samples, by the weights and scalers that forecast them.
          let new = Array(walk.ledger.mature.suffix(6))
          var windows = ScaledWindows()
          windows.fill(
            samples: new, ledger: walk.ledger, scalers: scalers, labels: ScaledWindows.Labels())
          var workspace = before.makeWorkspace()
          #expect(before.loss(of: windows.data, using: &workspace) == loss)
          count += 1
        }
        before = walk.network
        scalers = forecaster.scalers
      }
    }
    #expect(count == 4)
  }

  @Test func weightsHalveWithAgeAndHaveTheMean1() {
    let weights = SampleWeights(halfLife: 2).of([0, 2, 3, 4])
    #expect(abs(weights.reduce(0, +) - 4) < 1e-14)
    #expect(abs(weights[3] / weights[1] - 2) < 1e-14 && abs(weights[3] / weights[0] - 4) < 1e-14)
    #expect(abs(weights[3] / weights[2] - 2.0.squareRoot()) < 1e-14)
    #expect(SampleWeights(halfLife: nil).of([0, 1]).isEmpty)
  }

  @Test func crossedQuantilesAreSortedAndTold() {
    let three = QuantileOrder(.quantile([0.1, 0.5, 0.9]))
    let fine = three.prediction([[1, 2, 4]])
    #expect(fine.value == 2 && fine.lower == 1 && fine.upper == 4 && !fine.wasCrossed)
    let crossed = three.prediction([[1, 5, 4]])
    #expect(crossed.value == 4 && crossed.lower == 1 && crossed.upper == 5 && crossed.wasCrossed)
    // The median is not the middle one; two in the middle; one alone has no interval.
    #expect(QuantileOrder(.quantile([0.5, 0.7, 0.9])).prediction([[1, 2, 3]]).value == 1)
    #expect(
      QuantileOrder(.quantile([0.1, 0.4, 0.6, 0.9])).prediction([[1, 2, 3, 8]]).value == 2.5)
    let alone = QuantileOrder(.quantile([0.9])).prediction([[7]])
    #expect(alone.value == 7 && alone.lower.isNaN && alone.upper.isNaN)
    #expect(alone.spread.isNaN)
    // Means of the members; their own forecasts 1, 3 and 8 spread by √13.
    let members = QuantileOrder(.mse).prediction([[1], [3], [8]])
    #expect(members.value == 4 && members.spread == 13.0.squareRoot())
  }

  /// A walk whose labels are no numbers for Float32 from bar 12 on.
  static func diverging(_ rule: WalkConfiguration.OnDivergence, from bad: Int) throws -> [Walk] {
    var configuration = ScheduleTests.configuration(first: 3, refits: .every(bars: 2))
    configuration.onDivergence = rule
    configuration.targetScaler = .none
    var walk = Walk(
      configuration: configuration,
      network: Network(
        NetworkConfiguration(features: 1, hidden: [2], lookback: 2),
        training: TrainingConfiguration(learningRate: 0.01, epochs: 2, batch: .size(4))))
    return try (0..<20).map { bar in
      try walk.step(features: [Double(bar % 3)], labels: [bar >= bad ? 1e30 : Double(bar % 4)])
      return walk
    }
  }

  @Test func aRefitThatDivergesLeavesTheModelAsItWas() throws {
    let walks = try Self.diverging(.keep, from: 12)
    let refits = walks.compactMap(\.refit)
    #expect(refits.map(\.index) == Array(1...8))
    #expect(refits.map(\.start) == [.cold, .warm, .warm, .warm, .kept, .kept, .kept, .kept])
    // At bar 12 the sample with the bad label is trained on.
    #expect(refits[4].lossFirst.isNaN && refits[4].updates == 0 && refits[4].samples == 11)
    for walk in walks[12...] {
      #expect(walk.network?.values(of: .headWeight) == walks[11].network?.values(of: .headWeight))
      #expect(walk.forecasts.map(\.refit) == [4] && walk.forecasts[0].trainedThroughBar == 10)
      #expect(walk.fitted().count == 9)
    }
  }

  @Test func divergenceEndsTheWalkUnlessAModelIsToBeKept() {
    #expect(throws: TrainingError.self) { try Self.diverging(.stop, from: 12) }
    // At the first refit there is none.
    #expect(throws: TrainingError.self) { try Self.diverging(.keep, from: 3) }
  }
}
