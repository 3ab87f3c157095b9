import Market
import Recurrent
import Simulation
import WalkForward

// From what a spec says to what the layers below take.

extension PanelClock {
  init(_ clock: ClockSpec) {
    switch clock {
    case .union: self = .union
    case .intersection: self = .intersection
    case .instrument(let index): self = .instrument(index)
    }
  }
}

extension ExecutionSettings {
  init(_ execution: ExecutionSpec) {
    let fill: FillPolicy
    switch execution.fill {
    case .nextOpen: fill = .nextOpen
    case .nextClose: fill = .nextClose
    case .thisClose: fill = .thisClose
    }
    self.init(
      cash: execution.cash, fill: fill, feeBps: execution.feeBps,
      slippageBps: execution.slippageBps, delayBars: execution.delayBars,
      maxLeverage: execution.maxLeverage, borrowBpsYear: execution.borrowBpsYear,
      riskFree: execution.riskFree, participation: execution.participation)
  }
}

extension TargetSettings {
  init(_ positions: PositionsSpec) {
    let unit: TargetUnit
    switch positions.unit {
    case .weight: unit = .weight
    case .units: unit = .units
    case .notional: unit = .notional
    }
    self.init(unit: unit, rebalance: positions.rebalance == .everyBar ? .everyBar : .onChange)
  }
}

extension LearningSpec {
  /// Mature samples before the first refit.
  ///
  /// - Precondition: a fraction has been resolved.
  var firstCount: Int {
    guard case .count(let count) = walkForward.first else {
      preconditionFailure("`first` is resolved to a count before a run is built")
    }
    return count
  }
}

extension ScalerKind {
  init(_ scaler: TrainingSpec.Scaler, _ training: TrainingSpec) {
    switch scaler {
    case .none: self = .none
    case .minmax: self = .minmax(low: training.scalerLow, high: training.scalerHigh)
    case .zscore: self = .zscore
    case .robust: preconditionFailure("the spec's reader refuses what this version lacks")
    }
  }
}

extension WalkConfiguration {
  init(_ learning: LearningSpec, seed: UInt32) {
    let schedule = learning.walkForward
    let trainingSet: TrainingSet
    switch schedule.train {
    case .expanding: trainingSet = .expanding
    case .rolling(let window): trainingSet = .rolling(window: window)
    case .incremental(let replay): trainingSet = .incremental(replay: replay)
    }
    let refits: RefitSchedule
    switch schedule.refitEvery {
    case .bars(let bars): refits = .every(bars: bars)
    case .never: refits = .never
    }
    let start: Start
    switch schedule.startFrom {
    case .warm: start = .warm
    case .warmResetMoments: start = .warmResetMoments
    case .cold: start = .cold
    }
    let fit: ScalerFit
    switch learning.training.scalerFit {
    case .train: fit = .train
    case .first: fit = .first
    case .window: fit = .window
    case .all: fit = .all
    }
    self.init(
      horizons: learning.target.horizons, trainingSet: trainingSet, first: learning.firstCount,
      refits: refits, start: start,
      scaler: ScalerKind(learning.training.scaler, learning.training),
      targetScaler: ScalerKind(learning.training.targetScaler, learning.training),
      scalerFit: fit, seed: seed)
  }
}

extension NetworkConfiguration {
  init(_ learning: LearningSpec) {
    let model = learning.model
    self.init(
      cell: .lstm, features: learning.features.count, hidden: model.hidden,
      lookback: model.lookback, outputs: learning.target.horizons.count,
      dropout: Self.rate(model.dropout), inputDropout: Self.rate(model.inputDropout),
      recurrentDropout: Self.rate(model.recurrentDropout),
      dialect: model.dialect == .torch ? .torch : .keras3)
  }
}

extension NetworkConfiguration {
  /// A rate below 1 stays below 1 as a Float32.
  private static func rate(_ rate: Double) -> Float { min(Float(rate), Float(1).nextDown) }
}

extension TrainingConfiguration {
  init(_ training: TrainingSpec, seed: UInt32) {
    let batch: Batch
    switch training.batch {
    case .size(let size): batch = .size(size)
    case .all: batch = .all
    }
    self.init(
      learningRate: training.learningRate, epochs: training.epochs, batch: batch,
      shuffle: training.shuffle, seed: seed)
  }
}
