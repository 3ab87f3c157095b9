/// The recurrent network.
public struct ModelSpec: Equatable, Sendable {
  public enum Cell: String, CaseIterable, Sendable {
    case rnn
    case gru
    case lstm
  }

  /// Whose defaults the network follows.
  public enum Dialect: String, CaseIterable, Sendable {
    case torch
    case keras3
    case keras2
    case keras1
  }

  public var cell: Cell
  /// Units of each layer, first layer first; at least one layer, at least 1 unit each.
  public var hidden: [Int]
  /// Steps in a window, at least 1.
  public var lookback: Int
  /// Probability, 0..<1, on each recurrent layer's output.
  public var dropout: Double
  /// Probability, 0..<1, on a layer's inputs.
  public var inputDropout: Double
  /// Probability, 0..<1, on the recurrent state.
  public var recurrentDropout: Double
  public var isStateful: Bool
  public var dialect: Dialect
  /// Weights to start from.
  public var initialWeights: FileReference?
}

/// How the network is fitted at each refit.
public struct TrainingSpec: Equatable, Sendable {
  public enum Loss: String, CaseIterable, Sendable {
    case mse
    case mae
    case huber
    case logcosh
    case quantile
  }

  public enum Optimizer: String, CaseIterable, Sendable {
    case sgd
    case rmsprop
    case adagrad
    case adam
    case adamw
    case nadam
  }

  public enum Batch: Equatable, Sendable {
    /// Samples in a batch, at least 1.
    case size(Int)
    /// All samples of the refit in one batch.
    case all
  }

  public enum Scaler: String, CaseIterable, Sendable {
    case none
    case minmax
    case zscore
    case robust
  }

  /// What the scaler's parameters are taken from.
  public enum ScalerFit: String, CaseIterable, Sendable {
    /// The training samples of each refit.
    case train
    /// Those of the first refit.
    case first
    /// Each window by its own.
    case window
    /// The whole series: a leak, only with `allowLeaks`.
    case all
  }

  public var loss: Loss
  public var optimizer: Optimizer
  /// Above 0.
  public var learningRate: Double
  /// At least 1.
  public var epochs: Int
  public var batch: Batch
  public var shuffle: Bool
  /// Of the features.
  public var scaler: Scaler
  /// The range of `minmax`.
  public var scalerLow: Double
  /// Above `scalerLow`.
  public var scalerHigh: Double
  public var scalerFit: ScalerFit
  public var targetScaler: Scaler
}

/// When the model is refitted, on what, and from where it starts.
public struct WalkForwardSpec: Equatable, Sendable {
  public enum Train: Equatable, Sendable {
    /// On all trainable samples.
    case expanding
    /// On the newest `window` of them, at least 1.
    case rolling(window: Int)
    /// On those matured since the last refit and `replay` older ones, at least 0.
    case incremental(replay: Int)
  }

  /// The matured samples needed before the first refit.
  public enum First: Equatable, Sendable {
    /// At least 1.
    case count(Int)
    /// Of the span, above 0 and below 1.
    ///
    /// A run resolves it once, when it knows its steps, and writes the count into its spec.
    case fraction(Double)
  }

  public enum RefitEvery: Equatable, Sendable {
    /// Bars, at least 1.
    case bars(Int)
    /// One fit.
    case never
  }

  public enum StartFrom: String, CaseIterable, Sendable {
    /// Weights and moments are carried.
    case warm
    /// Weights are carried.
    case warmResetMoments = "warm-reset-moments"
    /// New weights at each refit.
    case cold
  }

  public var train: Train
  /// A fraction until the run knows its steps: see `First`.
  public var first: First
  public var refitEvery: RefitEvery
  public var startFrom: StartFrom
}
