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

/// A random configuration of a walk, and the network that it starts from.
struct RandomWalk: CustomStringConvertible {
  var configuration: WalkConfiguration
  var network: Network
  var isGiven: Bool
  var description: String { "\(configuration), lookback \(network.configuration.lookback)" }

  static let bars = 60

  init(seed: Int) {
    var random = SplitMix(state: UInt64(seed) &* 7919 &+ 5)
    let horizons = random.pick([[0], [1], [2], [1, 3], [4, 2]])
    let width = random.pick([1, 3])
    let scalers: [ScalerKind] = [.none, .zscore, .minmax(low: -1, high: 1)]
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
  }

  func makeWalk() -> Walk {
    Walk(configuration: configuration, network: network, startsFromGivenWeights: isGiven)
  }

  func makeBars(seed: Int) -> RandomBars {
    RandomBars(
      seed: seed, count: Self.bars, width: network.configuration.features,
      horizons: configuration.horizons.count)
  }
}

/// What a step gave, as bits, so that NaN equals itself.
struct StepRecord: Equatable {
  var refit: Refit?
  var whole: [Int] = []
  var bits: [UInt64] = []

  init(_ walk: Walk) {
    refit = walk.refit
    for forecast in walk.forecasts { add(forecast) }
    for score in walk.scores {
      whole.append(score.bar)
      bits.append(score.actual.bitPattern)
      add(score.forecast)
    }
  }

  private mutating func add(_ forecast: Forecast) {
    whole += [forecast.bar, forecast.horizon, forecast.trainedThroughBar, forecast.refit]
    bits += [forecast.value, forecast.naive, forecast.mean].map(\.bitPattern)
  }
}

extension Walk {
  /// The next bar, a day after the one before.
  mutating func step(features: [Double], labels: [Double]) throws(TrainingError) {
    let time = Timestamp(milliseconds: Int64(ledger.barCount) * Timestamp.millisecondsPerDay)
    try step(time: time, features: features, labels: labels)
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
