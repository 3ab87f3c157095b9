/// What training makes small: the mean over the batch's outputs that have a label, each times its
/// sample's weight, e = label - forecast.
public enum Loss: Equatable, Sendable {
  case mse
  case mae
  /// e²/2 up to `delta`, delta(|e| - delta/2) beyond; delta is above 0.
  case huber(delta: Double)
  /// log cosh e, as |e| + softplus(-2|e|) - log 2.
  case logcosh
  /// max(q e, (q - 1) e) for each quantile q, rising, each above 0 and below 1; the network has one
  /// output for each horizon and quantile.
  case quantile([Double])

  /// Outputs for each label: the number of quantiles, else 1.
  public var outputsPerLabel: Int {
    if case .quantile(let quantiles) = self { return quantiles.count }
    return 1
  }
}

/// How weights follow their gradient.
public enum OptimizerKind: String, CaseIterable, Sendable {
  case sgd
  case rmsprop
  case adagrad
  case adam
  case adamw
  case nadam
}

/// An optimiser with its constants.
public struct Optimizer: Equatable, Sendable {
  public var kind: OptimizerKind
  /// Of sgd.
  public var momentum: Double
  public var nesterov: Bool
  /// Of rmsprop: how much of the mean square is kept.
  public var rho: Double
  /// Of adam, adamw, nadam.
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// Times the weight: of adamw, and of all in Keras's way, times the learning rate too and taken off
  /// the weight before the update; of PyTorch's others added to the gradient after clipping.
  public var weightDecay: Double
  /// Of adagrad: where its sums start.
  public var initialAccumulator: Double
  /// Where epsilon stands and how moments are kept: torch's way or Keras's.
  public var isTorch: Bool

  /// The constants of a dialect.
  public init(_ kind: OptimizerKind, dialect: Dialect) {
    self.kind = kind
    isTorch = dialect == .torch
    momentum = 0
    nesterov = false
    rho = isTorch ? 0.99 : 0.9
    beta1 = 0.9
    beta2 = 0.999
    switch kind {
    case .adagrad where isTorch: epsilon = 1e-10
    default: epsilon = dialect == .torch || dialect == .keras1 ? 1e-8 : 1e-7
    }
    weightDecay = kind == .adamw ? (isTorch ? 0.01 : 0.004) : 0
    initialAccumulator = kind == .adagrad && !isTorch ? 0.1 : 0
  }
}

/// What is done to gradients that are too large, before weight decay and the update.
public enum Clipping: Equatable, Sendable {
  case none
  /// Each element to -limit...limit.
  case value(Double)
  /// Each tensor to a norm of at most the limit.
  case norm(Double)
  /// All tensors together.
  case globalNorm(Double)
}

/// The learning rate as a multiple of the one given, by the number of updates since the moments were
/// last reset.
public enum Schedule: Equatable, Sendable {
  case constant
  /// rate^(step / steps)
  case exponential(rate: Double, steps: Int)
  /// 1 / (1 + rate step / steps)
  case inverseTime(rate: Double, steps: Int)
  /// From 1 to `end` along half a cosine over `steps`, then `end`.
  case cosine(end: Double, steps: Int)
  /// (1 - end)(1 - step / steps)^power + end, then `end`.
  case polynomial(end: Double, power: Double, steps: Int)
  /// Times `factor` whenever `patience` epochs brought no smaller validation loss (training loss
  /// where there is no validation), down to `least`.
  case plateau(factor: Double, patience: Int, least: Double)
}

/// When training stops before its last epoch; the weights of the best epoch are restored.
public struct EarlyStopping: Equatable, Sendable {
  /// Epochs without a smaller validation loss, at least 1.
  public var patience: Int
  /// By how much a loss must be smaller, at least 0.
  public var minDelta: Double

  public init(patience: Int, minDelta: Double = 0) {
    self.patience = patience
    self.minDelta = minDelta
  }
}

/// How many samples are averaged into one update.
public enum Batch: Equatable, Sendable {
  case size(Int)
  /// All training samples, one update an epoch.
  case all
}

/// How a network is trained.
public struct TrainingConfiguration: Equatable, Sendable {
  public var loss: Loss
  public var optimizer: Optimizer
  public var learningRate: Double
  public var schedule: Schedule
  public var clipping: Clipping
  /// Passes over the training samples in one fit, at least 1.
  public var epochs: Int
  /// The most updates of one fit; nil has no end but the epochs'.
  public var maxUpdates: Int?
  public var earlyStopping: EarlyStopping?
  public var batch: Batch
  /// Whether each epoch draws a new order of samples; otherwise they go in the order given.
  public var shuffle: Bool
  /// The key of all random streams: weights, order of samples, dropout.
  public var seed: UInt32

  public init(
    loss: Loss = .mse, optimizer: Optimizer = Optimizer(.adam, dialect: .torch),
    learningRate: Double, schedule: Schedule = .constant, clipping: Clipping = .none, epochs: Int,
    maxUpdates: Int? = nil, earlyStopping: EarlyStopping? = nil, batch: Batch,
    shuffle: Bool = false, seed: UInt32 = 0
  ) {
    precondition(learningRate > 0 && learningRate.isFinite, "learningRate is above 0")
    precondition(epochs >= 1, "epochs is at least 1")
    precondition(Float(optimizer.epsilon) > 0, "epsilon is above 0 in Float32")
    precondition(earlyStopping?.patience ?? 1 >= 1, "patience is at least 1")
    precondition(maxUpdates ?? 1 >= 1, "a fit has an update")
    if case .size(let size) = batch { precondition(size >= 1, "a batch is at least 1") }
    self.loss = loss
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.schedule = schedule
    self.clipping = clipping
    self.epochs = epochs
    self.maxUpdates = maxUpdates
    self.earlyStopping = earlyStopping
    self.batch = batch
    self.shuffle = shuffle
    self.seed = seed
  }
}
