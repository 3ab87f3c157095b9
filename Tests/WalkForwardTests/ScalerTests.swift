import Recurrent
import Testing

@testable import WalkForward

/// Scalers, with numbers written out.
struct ScalerTests {
  static func fitted(_ kind: ScalerKind, _ values: [Double]) -> Scaler {
    var statistics = ScalerStatistics(for: kind)
    for value in values { statistics.add(value) }
    return statistics.fitted(kind)
  }

  /// Kind, values, what they are scaled to.
  static let cases: [(ScalerKind, [Double], [Double])] = [
    (.none, [1.0, 3, 5], [1.0, 3, 5]),
    (.minmax(low: -1, high: 1), [1, 3, 5], [-1, 0, 1]),
    (.minmax(low: 0, high: 4), [5, 1, 2], [4, 0, 1]),
    // Mean 5, standard deviation 2 with n (2.14 with n - 1).
    (
      .zscore, [2, 4, 4, 4, 5, 5, 7, 9], [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2]
    ),
    // numpy.quantile([1, 2, 4, 8, 100], [.25, .5, .75]) is 2, 4, 8; of the first four 1.75, 3, 5.
    (.robust, [100, 1, 4, 2, 8], [16, -0.5, 0, -0.3333333333333333, 0.6666666666666666]),
    (
      .robust, [8, 1, 4, 2],
      [1.5384615384615385, -0.6153846153846154, 0.3076923076923077, -0.3076923076923077]
    ),
    // The quartiles are one: standard deviation 2.
    (.robust, [3, 3, 3, 3, 8], [0, 0, 0, 0, 2.5]), (.robust, [4, 4], [0, 0]),
    // A constant goes to the middle of the range.
    (.zscore, [0.1, 0.1, 0.1], [0, 0, 0]), (.minmax(low: 2, high: 4), [7, 7], [3, 3]),
    (.none, [7, 7], [7, 7]),
  ]

  @Test(arguments: cases)
  func valuesAreScaledAndRestored(kind: ScalerKind, values: [Double], scaled: [Double]) {
    let scaler = Self.fitted(kind, values)
    for (value, expected) in zip(values, scaled) {
      #expect(abs(scaler.scaled(value) - expected) < 1e-15)
      #expect(abs(scaler.restored(scaler.scaled(value)) - value) < 4e-15)
    }
  }

  @Test func quantilesOfAGrowingSetAreThoseOfTheWhole() {
    var random = SplitMix(state: 5)
    var grown = SortedValues()
    var all: [Double] = []
    for step in 0..<300 {
      // One at a time, now and then many.
      for _ in 0..<(step % 50 == 0 ? 9 : 1) {
        let value = (random.unit() * 40).rounded() / 8
        grown.add(value)
        all.append(value)
      }
      var fresh = SortedValues()
      for value in all { fresh.add(value) }
      for q in [0, 0.1, 0.25, 0.5, 0.75, 1] { #expect(grown.quantile(q) == fresh.quantile(q)) }
      let sorted = all.sorted()
      let place = 0.75 * Double(all.count - 1)
      let expected =
        sorted[Int(place)] + (place - place.rounded(.down))
        * (sorted[Int(place.rounded(.up))] - sorted[Int(place)])
      #expect(abs(grown.quantile(0.75) - expected) < 1e-12)
    }
  }

  @Test func anUnseenValueOfAConstantColumnIsTheMiddleToo() {
    #expect(Self.fitted(.zscore, [3, 3]).scaled(50) == 0)
    #expect(Self.fitted(.minmax(low: 0, high: 1), [3, 3]).restored(0.9) == 3)
  }

  /// A walk of one feature b², labels b, lookback 3, horizon 1; the scalers that it ends with.
  private func scalers(
    _ set: TrainingSet, _ fit: ScalerFit, bars: Int, leaked: ScalerSet? = nil
  ) throws -> (feature: Scaler, output: Scaler) {
    var walk = Walk(
      configuration: WalkConfiguration(
        horizons: [1], trainingSet: set, first: 2, refits: .every(bars: 1), start: .warm,
        scaler: .minmax(low: 0, high: 1), targetScaler: .minmax(low: 0, high: 1), scalerFit: fit,
        seed: 0),
      network: Network(
        NetworkConfiguration(features: 1, hidden: [2], lookback: 3),
        training: TrainingConfiguration(learningRate: 0.01, epochs: 1, batch: .size(4))),
      leakedScalers: leaked)
    for bar in 0..<bars { try walk.step(features: [Double(bar * bar)], labels: [Double(bar)]) }
    let scalers = try #require(walk.forecaster as? RecurrentForecaster).scalers
    return (scalers.features[0], scalers.outputs[0])
  }

  /// The range that a scaler was fitted on.
  private func range(_ scaler: Scaler) -> [Double] { [scaler.restored(0), scaler.restored(1)] }

  @Test(arguments: [
    // set, fit, squares that the feature's range spans and bars that the label's spans, at bar 9:
    // mature samples are 2...8, the first refit, at bar 4, has 2 and 3
    (TrainingSet.expanding, ScalerFit.train, [0, 8], [3, 9]),
    (.rolling(window: 2), .train, [5, 8], [8, 9]),
    (.incremental(replay: 0), .train, [0, 8], [3, 9]),
    (.expanding, .first, [0, 3], [3, 4]), (.rolling(window: 1), .first, [1, 3], [4, 4]),
    (.expanding, .window, [7, 9], [7, 9]),
  ])
  func aScalerIsFittedOnWindowsAndLabelsOfItsSamplesOnly(
    set: TrainingSet, fit: ScalerFit, squares: [Double], labels: [Double]
  ) throws {
    let found = try scalers(set, fit, bars: 10)
    #expect(range(found.feature) == squares.map { $0 * $0 })
    #expect(range(found.output) == labels)
  }

  @Test func theLeakingScalerIsTheOneGiven() throws {
    let leaked = ScalerSet(
      features: [ScalerStatistics(for: .zscore)], outputs: [ScalerStatistics(for: .zscore)],
      kind: .zscore,
      outputKind: .zscore)
    #expect(try scalers(.expanding, .all, bars: 10, leaked: leaked).feature == .identity)
  }

  @Test func rowsThatWindowsShareCountOnce() throws {
    var ledger = SampleLedger(featureCount: 1, lookback: 2, horizons: [1])
    var fitting = ScalerFitting(
      kind: .zscore, outputKind: .zscore, featureCount: 1, outputCount: 1)
    for bar in 0..<4 {
      ledger.append(features: [Double(bar)], labels: [Double(bar)])
      // What it takes in by and by is as if taken at once.
      if bar == 2 { _ = fitting.fittedOnAll(of: ledger) }
    }
    let all = fitting.fittedOnAll(of: ledger)
    // Windows 0-1 and 1-2: rows 0, 1, 2 and labels 2, 3.
    let scaler = Self.fitted(.zscore, [0, 1, 2])
    #expect(fitting.fitted(on: [1, 2], of: ledger).features == [scaler])
    #expect(all == fitting.fitted(on: [1, 2], of: ledger))
    #expect(all.outputs == [Self.fitted(.zscore, [2, 3])])
  }

  @Test func aNowcastsOwnLabelDoesNotScaleIt() {
    var ledger = SampleLedger(
      featureCount: 1, lookback: 3, horizons: [0], needsLabelsInWindow: true)
    for bar in 0..<5 { ledger.append(features: [0], labels: [Double(bar)]) }
    #expect(ledger.labelBars(inWindowEndingAt: 4, horizonIndex: 0) == 2..<4)
    let fitting = ScalerFitting(
      kind: .none, outputKind: .minmax(low: 0, high: 1), featureCount: 1, outputCount: 1)
    #expect(fitting.fitted(onWindowEndingAt: 4, of: ledger)?.outputs[0].restored(1) == 3)
  }

  @Test func aSampleThatScalesItselfNeedsALabelInItsWindow() {
    var ledger = SampleLedger(
      featureCount: 1, lookback: 1, horizons: [1], needsLabelsInWindow: true)
    let matured = (0..<6).map { bar in
      ledger.append(features: [0], labels: [bar == 3 ? .nan : Double(bar)])
    }
    // Sample 0 has no label at its bar that belongs to a sample, sample 2 none at all, sample 3's
    // window holds the missing one.
    #expect(matured == [nil, nil, 1, nil, nil, 4])
  }

  @Test func aTargetThatIsNotScaledNeedsNoLabelInTheWindow() throws {
    // A nowcast of windows of one bar: its own label is the only one, and is none of its window's.
    let network = NetworkConfiguration(features: 1, hidden: [2], lookback: 1)
    let training = TrainingConfiguration(learningRate: 0.01, epochs: 1, batch: .size(4))
    for (kind, isRefused) in [(ScalerKind.none, false), (.zscore, true)] {
      let configuration = WalkConfiguration(
        horizons: [0], trainingSet: .expanding, first: 1, refits: .every(bars: 1), start: .warm,
        scaler: .zscore, targetScaler: kind, scalerFit: .window, seed: 0)
      #expect(
        (configuration.objection(to: network) != nil) == isRefused)
      guard !isRefused else { continue }
      var walk = Walk(
        configuration: configuration, network: Network(network, training: training))
      for bar in 0..<6 { try walk.step(features: [Double(bar)], labels: [Double(bar)]) }
      #expect(walk.refitCount == 5)
    }
  }
}
