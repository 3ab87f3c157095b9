/// A tensor as files hold it, row-major.
public struct NamedTensor: Equatable, Sendable {
  public var name: String
  public var shape: [Int]
  public var values: [Float]

  /// Numbers that tell a sound tensor from a dead or a burst one; in Float64, nil of no values.
  public var figures: TensorFigures? {
    guard let first = values.first else { return nil }
    var figures = TensorFigures(least: first, largest: first, mean: 0, rootMeanSquare: 0)
    for value in values {
      figures.least = min(figures.least, value)
      figures.largest = max(figures.largest, value)
      figures.mean += Double(value)
      figures.rootMeanSquare += Double(value) * Double(value)
    }
    figures.mean /= Double(values.count)
    figures.rootMeanSquare = (figures.rootMeanSquare / Double(values.count)).squareRoot()
    return figures
  }
}

/// How large the numbers of a tensor are.
public struct TensorFigures: Equatable, Sendable {
  public var least: Float
  public var largest: Float
  public var mean: Double
  public var rootMeanSquare: Double
}

/// Whose names, shapes and order of gates a file of weights has.
public enum WeightsLayout: String, CaseIterable, Sendable {
  /// `rnn.weight_ih_l0` [gates · hidden, inputs] and so on; gates i, f, g, o and r, z, n.
  case torch
  /// `lstm/lstm_cell/kernel` [inputs, gates · hidden] and so on; gates i, f, c, o and z, r, h.
  case keras
}

/// The weights of a network by themselves: what a file holds, and what it can be turned into.
///
///     let weights = try Weights(safetensors: bytes)
///     let onnx = weights.onnx
public struct Weights: Equatable, Sendable {
  /// What a file can tell of a network: cell, sizes, form of the GRU, gates and dialect. The rest is
  /// left at its defaults, and lookback at 1 where the file does not say it.
  public let configuration: NetworkConfiguration
  /// The layout of the file they were read from; PyTorch's where they come from a network.
  public let layout: WeightsLayout
  /// Rows of a window, where known.
  public let lookback: Int?
  /// In PyTorch's layout: of each layer weight_ih, weight_hh, bias_ih, bias_hh; then weight and bias
  /// of the head.
  public let tensors: [NamedTensor]

  /// The weights of a network; its moments are not among them.
  public init(_ network: Network) {
    configuration = network.configuration
    layout = .torch
    lookback = network.configuration.lookback
    tensors = Tensor.all(in: network.configuration).map { tensor in
      NamedTensor(
        name: tensor.name, shape: tensor.shape(in: network.configuration),
        values: network.values(of: tensor))
    }
  }

  init(
    _ configuration: NetworkConfiguration, layout: WeightsLayout, lookback: Int?,
    tensors: [NamedTensor]
  ) {
    self.configuration = configuration
    self.layout = layout
    self.lookback = lookback
    self.tensors = tensors
  }

  /// The tensors as a layout has them. Where Keras has one bias it is the sum of PyTorch's two.
  public func tensors(in layout: WeightsLayout) -> [NamedTensor] {
    switch layout {
    case .torch: tensors
    case .keras: kerasTensors
    }
  }
}

extension NetworkConfiguration {
  /// Whether the two biases of a layer are of use apart. Elsewhere only their sum counts.
  var needsTwoBiases: Bool { cell == .gru && gruForm == .resetAfter }
}
