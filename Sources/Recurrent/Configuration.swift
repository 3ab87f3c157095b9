/// The recurrent cell.
public enum Cell: String, CaseIterable, Sendable {
  case lstm
}

/// Whose defaults a network follows where frameworks differ: initial weights, biases, Adam.
public enum Dialect: String, CaseIterable, Sendable {
  /// All weights uniform in ±1/√hidden, two biases, epsilon 1e-8 beside √v̂.
  case torch
  /// Glorot-uniform kernels, orthogonal recurrent matrix, one bias, 1 at the forget gate,
  /// epsilon 1e-7 beside √v.
  case keras3
}

/// What training makes small, a mean over batch and outputs.
public enum Loss: String, CaseIterable, Sendable {
  case mse
}

/// How weights follow their gradient.
public enum OptimizerKind: String, CaseIterable, Sendable {
  case adam
}

/// The shape of a network: what it reads, what it holds, what it forecasts.
public struct NetworkConfiguration: Equatable, Sendable {
  public var cell: Cell
  /// Numbers a row, at least 1.
  public var features: Int
  /// Hidden units of each layer; one layer for now.
  public var hidden: [Int]
  /// Rows of a window, at least 1.
  public var lookback: Int
  /// Numbers a forecast, at least 1.
  public var outputs: Int
  /// Rate at which outputs of the layer are dropped before the head, afresh for each element.
  public var dropout: Float
  /// Rate at which features are dropped, one mask a sample for all its time steps.
  public var inputDropout: Float
  /// Rate at which the recurrent state is dropped, one mask a sample and gate for all time steps.
  /// Where it is above 0, each gate also has its own mask of the features (as in Keras 3).
  public var recurrentDropout: Float
  public var dialect: Dialect
  /// Which of several networks of a run this one is, below 65536: it has random streams of its own.
  public var member: Int

  public init(
    cell: Cell = .lstm, features: Int, hidden: [Int], lookback: Int, outputs: Int = 1,
    dropout: Float = 0, inputDropout: Float = 0, recurrentDropout: Float = 0,
    dialect: Dialect = .torch, member: Int = 0
  ) {
    precondition(features >= 1, "features is at least 1")
    precondition(hidden.count == 1, "a network has one layer")
    precondition(hidden.allSatisfy { $0 >= 1 }, "hidden is at least 1")
    precondition(lookback >= 1, "lookback is at least 1")
    precondition(outputs >= 1, "outputs is at least 1")
    for rate in [dropout, inputDropout, recurrentDropout] {
      precondition(rate >= 0 && rate < 1, "a dropout is at least 0 and below 1")
    }
    precondition((0..<65536).contains(member), "member is at least 0 and below 65536")
    self.cell = cell
    self.features = features
    self.hidden = hidden
    self.lookback = lookback
    self.outputs = outputs
    self.dropout = dropout
    self.inputDropout = inputDropout
    self.recurrentDropout = recurrentDropout
    self.dialect = dialect
    self.member = member
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
  public var optimizer: OptimizerKind
  public var learningRate: Double
  /// Passes over the training samples in one fit, at least 1.
  public var epochs: Int
  public var batch: Batch
  /// Whether each epoch draws a new order of samples; otherwise they go in the order given.
  public var shuffle: Bool
  /// The key of all random streams: weights, order of samples, dropout.
  public var seed: UInt32

  public init(
    loss: Loss = .mse, optimizer: OptimizerKind = .adam, learningRate: Double, epochs: Int,
    batch: Batch, shuffle: Bool = false, seed: UInt32 = 0
  ) {
    precondition(learningRate > 0 && learningRate.isFinite, "learningRate is above 0")
    precondition(epochs >= 1, "epochs is at least 1")
    if case .size(let size) = batch { precondition(size >= 1, "a batch is at least 1") }
    self.loss = loss
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.epochs = epochs
    self.batch = batch
    self.shuffle = shuffle
    self.seed = seed
  }
}
