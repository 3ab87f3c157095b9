import CKernels

/// A tensor of a network, in PyTorch's names, shapes and order of elements (row-major).
///
/// The kernels keep weights in another order, padded and turned; this is the map between the two.
public enum Tensor: String, CaseIterable, Sendable {
  /// [4 hidden, features], gates in the order i, f, g, o.
  case weightIH = "rnn.weight_ih_l0"
  /// [4 hidden, hidden].
  case weightHH = "rnn.weight_hh_l0"
  /// [4 hidden].
  case biasIH = "rnn.bias_ih_l0"
  /// [4 hidden]; zeros in a network of one bias.
  case biasHH = "rnn.bias_hh_l0"
  /// [outputs, hidden].
  case headWeight = "head.weight"
  /// [outputs].
  case headBias = "head.bias"

  public func shape(in configuration: NetworkConfiguration) -> [Int] {
    let hidden = configuration.hidden[0]
    return switch self {
    case .weightIH: [4 * hidden, configuration.features]
    case .weightHH: [4 * hidden, hidden]
    case .biasIH, .biasHH: [4 * hidden]
    case .headWeight: [configuration.outputs, hidden]
    case .headBias: [configuration.outputs]
    }
  }

  public func count(in configuration: NetworkConfiguration) -> Int {
    shape(in: configuration).reduce(1, *)
  }

  /// Where element `index` lies in the kernels' flat buffer.
  func position(of index: Int, hidden: Int, features: Int, in layout: pawl_lstm_layout) -> Int {
    func column(_ row: Int) -> Int { pawl_gate_column(row / hidden, row % hidden) }
    let columns = 4 * pawl_padded(hidden)
    return switch self {
    case .weightIH: layout.weight_ih + index % features * columns + column(index / features)
    case .weightHH: layout.weight_hh + index % hidden * columns + column(index / hidden)
    case .biasIH: layout.bias_ih + column(index)
    case .biasHH: layout.bias_hh + column(index)
    case .headWeight: layout.head_weight + index / hidden * pawl_padded(hidden) + index % hidden
    case .headBias: layout.head_bias + index
    }
  }
}

extension NetworkConfiguration {
  /// The sizes for the kernels. `samples` is the most a call will hold.
  func shape(samples: Int, training: Bool) -> pawl_lstm_shape {
    pawl_lstm_shape(
      features: Int32(features), hidden: Int32(hidden[0]), lookback: Int32(lookback),
      outputs: Int32(outputs), gate_inputs: training && recurrentDropout > 0 ? 4 : 1,
      two_biases: dialect == .torch ? 1 : 0, samples: Int32(samples))
  }
  var layout: pawl_lstm_layout { pawl_lstm_layout_of(shape(samples: 1, training: false)) }
}
