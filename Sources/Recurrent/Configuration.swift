/// The recurrent cell.
public enum Cell: String, CaseIterable, Sendable {
  case rnn
  case gru
  case lstm

  /// Gates, each with weights of its own: 1, 3 or 4.
  public var gateCount: Int {
    switch self {
    case .rnn: 1
    case .gru: 3
    case .lstm: 4
    }
  }
}

/// Where the reset gate of a GRU acts.
public enum GRUForm: String, CaseIterable, Sendable {
  /// On the product with the hidden state (PyTorch, Keras 3's `reset_after`).
  case resetAfter = "reset_after"
  /// On the hidden state itself, before the product (Cho et al., 2014; Keras 1 and 2).
  case resetBefore = "reset_before"
}

/// What bounds the gates of a GRU or LSTM to 0...1.
public enum GateActivation: String, CaseIterable, Sendable {
  case sigmoid
  /// clip(0.2 x + 0.5) to 0...1, as in Keras before 2.3.
  case hardSigmoid = "hard_sigmoid"
}

/// At which bars of a window the network forecasts in training.
public enum OutputKind: String, CaseIterable, Sendable {
  /// At the last.
  case last
  /// At the last all horizons, at every other the first horizon as well.
  case sequence
}

/// Whether hidden state outlives a window.
public enum StateMode: String, CaseIterable, Sendable {
  /// Each window starts from zeros.
  case stateless = "false"
  /// Training runs through the series in time order and carries the state from chunk to chunk.
  case stateful = "true"
  /// Keras's way on overlapping windows, for comparison: sample i of a batch starts from the final
  /// state of sample i of the batch before.
  case keras
}

/// Whose defaults a network follows where frameworks differ: initial weights, biases, gates,
/// optimisers.
public enum Dialect: String, CaseIterable, Sendable {
  /// All weights uniform in ±1/√hidden, two biases, Adam's epsilon 1e-8 beside √v̂.
  case torch
  /// Glorot-uniform kernels, orthogonal recurrent matrix, one bias, 1 at the forget gate,
  /// Adam's epsilon 1e-7 beside √v.
  case keras3
  /// As Keras 3, with hard sigmoid gates and the reset gate before the product.
  case keras2
  /// As Keras 2, but each gate's matrices drawn apart, and epsilon 1e-8.
  case keras1

  /// The form of a GRU unless another is asked for.
  public var gruForm: GRUForm {
    switch self {
    case .torch, .keras3: .resetAfter
    case .keras2, .keras1: .resetBefore
    }
  }

  /// The gates unless others are asked for.
  public var gates: GateActivation {
    switch self {
    case .torch, .keras3: .sigmoid
    case .keras2, .keras1: .hardSigmoid
    }
  }
}

/// The shape of a network: what it reads, what it holds, what it forecasts.
public struct NetworkConfiguration: Equatable, Sendable {
  public var cell: Cell
  /// Numbers a row, at least 1.
  public var features: Int
  /// Hidden units of each layer, first layer first, each at least 1.
  public var hidden: [Int]
  /// Rows of a window, at least 1.
  public var lookback: Int
  /// Numbers a forecast, at least 1: horizon by horizon, of each its quantiles.
  public var outputs: Int
  public var output: OutputKind
  public var state: StateMode
  /// Rate at which outputs of each layer are dropped, afresh for each element and time step:
  /// between layers and before the head.
  public var dropout: Float
  /// Rate at which the inputs of each layer are dropped, one mask a sample for all its time steps.
  public var inputDropout: Float
  /// Rate at which the recurrent state is dropped, one mask a sample and gate for all time steps.
  /// Where it is above 0, each gate also has its own mask of the inputs (as in Keras 3).
  public var recurrentDropout: Float
  public var dialect: Dialect
  public var gruForm: GRUForm
  public var gates: GateActivation
  /// Which of several networks of a run this one is, below 65536: it has random streams of its own.
  public var member: Int

  /// Every field as it is documented; a GRU's form and the gates are the dialect's where nil.
  public init(
    cell: Cell = .lstm, features: Int, hidden: [Int], lookback: Int, outputs: Int = 1,
    output: OutputKind = .last, state: StateMode = .stateless, dropout: Float = 0,
    inputDropout: Float = 0, recurrentDropout: Float = 0, dialect: Dialect = .torch,
    gruForm: GRUForm? = nil, gates: GateActivation? = nil, member: Int = 0
  ) {
    precondition(features >= 1, "features is at least 1")
    precondition(!hidden.isEmpty, "a network has a layer")
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
    self.output = output
    self.state = state
    self.dropout = dropout
    self.inputDropout = inputDropout
    self.recurrentDropout = recurrentDropout
    self.dialect = dialect
    self.gruForm = gruForm ?? dialect.gruForm
    self.gates = gates ?? dialect.gates
    self.member = member
  }
}
