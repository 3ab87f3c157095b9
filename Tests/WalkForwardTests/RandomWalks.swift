import Market
import Recurrent

@testable import WalkForward

/// Bars of random features and labels, some missing.
struct RandomBars {
  var features: [[Double]]
  var labels: [[Double]]

  init(seed: Int, count: Int, width: Int, horizons: Int) {
    var random = SplitMix(state: UInt64(seed))
    features = (0..<count).map { _ in
      (0..<width).map { _ in random.unit() < 0.02 ? .nan : random.unit() * 4 - 1 }
    }
    labels = (0..<count).map { _ in
      (0..<horizons).map { _ in random.unit() < 0.05 ? .nan : random.unit() * 3 + 5 }
    }
  }
}

/// A random configuration of a walk, and the model that it starts from.
struct RandomWalk: CustomStringConvertible {
  var configuration: WalkConfiguration
  var network: Network
  var isGiven: Bool
  var members = 1
  /// Another model in the network's place.
  var other: (any Forecaster)?
  var description: String {
    "\(configuration), \(network.configuration), \(network.training), \(String(describing: other))"
  }

  static let bars = 60

  /// Of the plain schedules and options, which `PlainWalk` tells again.
  init(seed: Int) {
    var random = SplitMix(state: UInt64(seed) &* 7919 &+ 5)
    let horizons = random.pick([[0], [1], [2], [1, 3], [4, 2]])
    let width = random.pick([1, 3])
    let scalers: [ScalerKind] = [.none, .zscore, .minmax(low: -1, high: 1), .robust]
    configuration = WalkConfiguration(
      horizons: horizons,
      trainingSet: random.pick([
        .expanding, .rolling(window: 6), .rolling(window: 25), .incremental(replay: 0),
        .incremental(replay: 3),
      ]),
      first: random.pick([1, 5, 12]),
      refits: random.pick([.every(bars: 1), .every(bars: 2), .every(bars: 7), .never]),
      start: random.pick([.warm, .warmResetMoments, .cold]), scaler: random.pick(scalers),
      targetScaler: random.pick(scalers), scalerFit: random.pick([.train, .first, .window]),
      seed: UInt32(seed))
    network = Network(
      NetworkConfiguration(
        features: width, hidden: [2], lookback: random.pick([1, 2, 4]), outputs: horizons.count,
        dropout: random.pick([0, 0.2])),
      training: TrainingConfiguration(
        learningRate: 0.01, epochs: random.pick([1, 2]), batch: random.pick([.size(4), .all]),
        shuffle: random.pick([false, true]), seed: UInt32(seed)))
    isGiven = random.pick([false, true])
    if configuration.objection(to: network.configuration) != nil {
      configuration.targetScaler = .none
    }
  }

  /// Of everything that a walk can be asked for.
  init(wideSeed seed: Int) {
    self.init(seed: seed)
    var random = SplitMix(state: UInt64(seed) &* 104_729 &+ 11)
    configuration.refits = random.pick([
      configuration.refits, .weekly, .monthly, .drift(window: 3, factor: 1),
      .drift(window: 5, factor: 1.5),
    ])
    configuration.validation = random.pick([0, 0, 0.2, 0.5])
    configuration.afterValidation = random.pick([.refit, .keep])
    configuration.weightHalfLife = random.pick([nil, 4, 30])
    configuration.onDivergence = random.pick([.stop, .keep])
    configuration.stateBars = random.pick([nil, 1, 12])
    configuration.targetSpan = random.pick([0, 6])
    let horizons = configuration.horizons
    let (features, lookback) = (network.configuration.features, network.configuration.lookback)
    switch random.pick([0, 0, 0, 1, 2]) {
    case 1:
      other = LabelForecaster(
        random.pick([.naive, .drift, .mean, .seasonalNaive(season: 5)]), horizons: horizons,
        features: features, lookback: lookback)
    case 2:
      let inputs: RegressionForecaster.Inputs = random.pick([
        .window(penalty: 0), .window(penalty: 1), .labels(order: 2), .errorCorrection,
      ])
      other = RegressionForecaster(
        inputs, horizons: horizons, features: inputs == .errorCorrection ? 2 : features,
        lookback: lookback, weightHalfLife: configuration.weightHalfLife)
    default:
      widenNetwork(&random)
    }
  }

  private mutating func widenNetwork(_ random: inout SplitMix) {
    let loss: Loss = random.pick([
      .mse, .mae, .quantile([0.1, 0.5, 0.9]), .quantile([0.25, 0.75]), .huber(delta: 0.5),
    ])
    let old = (network.configuration, network.training)
    members = random.pick([1, 1, 3])
    let shape = NetworkConfiguration(
      cell: random.pick(Cell.allCases), features: old.0.features,
      hidden: random.pick([[2], [3, 2]]), lookback: old.0.lookback,
      outputs: configuration.horizons.count * loss.outputsPerLabel,
      output: random.pick(OutputKind.allCases), state: random.pick(StateMode.allCases),
      dropout: random.pick([0, 0.2]), recurrentDropout: random.pick([0, 0.1]))
    let training = TrainingConfiguration(
      loss: loss, optimizer: Optimizer(random.pick(OptimizerKind.allCases), dialect: .torch),
      learningRate: random.pick([0.001, 0.01]),
      schedule: random.pick([.constant, .plateau(factor: 0.5, patience: 1, least: 0.01)]),
      clipping: random.pick([.none, .globalNorm(0.1)]), epochs: random.pick([1, 4]),
      maxUpdates: random.pick([nil, 3]),
      earlyStopping: random.pick([nil, EarlyStopping(patience: 1)]), batch: old.1.batch,
      shuffle: shape.state != .stateful && old.1.shuffle, seed: old.1.seed)
    network = Network(shape, training: training)
    guard configuration.objection(to: shape) != nil else { return }
    configuration.scalerFit = .train
    if case .incremental = configuration.trainingSet {
      configuration.trainingSet = .incremental(replay: 0)
    }
  }

  func makeWalk() -> Walk {
    if let other { return Walk(configuration: configuration, forecaster: other) }
    return Walk(
      configuration: configuration,
      forecaster: RecurrentForecaster(
        configuration: configuration,
        ensemble: Ensemble(
          network.configuration, training: network.training, members: members),
        startsFromGivenWeights: isGiven))
  }

  func makeBars(seed: Int) -> RandomBars {
    RandomBars(
      seed: seed, count: Self.bars, width: makeWalk().ledger.featureCount,
      horizons: configuration.horizons.count)
  }
}

/// What a step gave, as bits, so that NaN equals itself.
struct StepRecord: Equatable {
  /// As text, since a loss may be NaN.
  var refit: String
  var whole: [Int] = []
  var bits: [UInt64] = []

  init(_ walk: Walk) {
    refit = walk.refit.map { "\($0)" } ?? ""
    for forecast in walk.forecasts { add(forecast) }
    for score in walk.scores {
      whole.append(score.bar)
      bits.append(score.actual.bitPattern)
      add(score.forecast)
    }
  }

  private mutating func add(_ forecast: Forecast) {
    whole += [forecast.bar, forecast.horizon, forecast.trainedThroughBar, forecast.refit]
    bits += [
      forecast.value, forecast.naive, forecast.mean, forecast.lower, forecast.upper,
      forecast.spread,
    ].map(\.bitPattern)
  }
}

extension Walk {
  /// The next bar, a day after the one before.
  mutating func step(features: [Double], labels: [Double]) throws(TrainingError) {
    let time = Timestamp(milliseconds: Int64(ledger.barCount) * Timestamp.millisecondsPerDay)
    try step(time: time, features: features, labels: labels)
  }

  /// Takes in one of `bars`.
  mutating func step(
    _ bars: RandomBars, _ bar: Int, observe: @escaping (UpdateRecord) -> Void
  ) throws(TrainingError) {
    let time = Timestamp(milliseconds: Int64(bar) * Timestamp.millisecondsPerDay)
    try step(
      time: time, features: bars.features[bar], labels: bars.labels[bar], observe: observe)
  }

  /// Takes in `range` of `bars`; what each step gave.
  mutating func take(_ bars: RandomBars, _ range: Range<Int>) throws -> [StepRecord] {
    try range.map { bar in
      try step(features: bars.features[bar], labels: bars.labels[bar])
      return StepRecord(self)
    }
  }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(next() % UInt64(elements.count))]
  }
}
