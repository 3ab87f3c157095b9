import CKernels

/// A tensor of a network, in PyTorch's names, shapes and order of elements (row-major). Rows of a
/// layer's tensors are gate by gate: i, f, g, o of an LSTM; r, z, n of a GRU.
///
/// The kernels keep weights in another order, padded and in panels; this is the map between the two.
public struct Tensor: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, CaseIterable, Sendable {
    /// [gates · hidden, inputs], inputs being the features or the hidden units of the layer below.
    case weightIH = "weight_ih"
    /// [gates · hidden, hidden].
    case weightHH = "weight_hh"
    /// [gates · hidden].
    case biasIH = "bias_ih"
    /// [gates · hidden]; zeros where a layer has one bias.
    case biasHH = "bias_hh"
    /// [outputs, hidden of the last layer].
    case headWeight = "head.weight"
    /// [outputs].
    case headBias = "head.bias"
  }

  public var kind: Kind
  /// From 0; 0 for the head.
  public var layer: Int

  public init(_ kind: Kind, layer: Int = 0) {
    self.kind = kind
    self.layer = layer
  }

  public static func weightIH(_ layer: Int) -> Tensor { Tensor(.weightIH, layer: layer) }
  public static func weightHH(_ layer: Int) -> Tensor { Tensor(.weightHH, layer: layer) }
  public static func biasIH(_ layer: Int) -> Tensor { Tensor(.biasIH, layer: layer) }
  public static func biasHH(_ layer: Int) -> Tensor { Tensor(.biasHH, layer: layer) }
  public static let headWeight = Tensor(.headWeight)
  public static let headBias = Tensor(.headBias)

  /// The tensors of a network: of each layer weights, then biases, input before hidden; then the
  /// head's.
  public static func all(in configuration: NetworkConfiguration) -> [Tensor] {
    configuration.hidden.indices.flatMap { layer in
      [weightIH(layer), weightHH(layer), biasIH(layer), biasHH(layer)]
    } + [headWeight, headBias]
  }

  /// As in a module with `rnn = nn.LSTM(...)` and `head = nn.Linear(...)`: "rnn.weight_ih_l0".
  public var name: String {
    switch kind {
    case .weightIH, .weightHH, .biasIH, .biasHH: "rnn.\(kind.rawValue)_l\(layer)"
    case .headWeight, .headBias: kind.rawValue
    }
  }

  public var description: String { name }

  public func shape(in configuration: NetworkConfiguration) -> [Int] {
    let hidden = configuration.hidden[layer]
    let rows = configuration.cell.gateCount * hidden
    let top = configuration.hidden[configuration.hidden.count - 1]
    return switch kind {
    case .weightIH: [rows, configuration.inputs(of: layer)]
    case .weightHH: [rows, hidden]
    case .biasIH, .biasHH: [rows]
    case .headWeight: [configuration.outputs, top]
    case .headBias: [configuration.outputs]
    }
  }

  public func count(in configuration: NetworkConfiguration) -> Int {
    shape(in: configuration).reduce(1, *)
  }
}

/// Where the tensors of a network lie in the kernels' flat buffer of weights (and of gradients, and
/// of moments): layer by layer, then the head.
struct NetworkLayout: Equatable, Sendable {
  /// Where each layer's part begins.
  var layers: [Int] = []
  /// Where the head's weights begin, [outputs, padded hidden], then its biases.
  var head = 0
  /// All floats, a multiple of 16.
  var count = 0
  /// Where each tensor lies whose gradient has a norm of its own. Keras holds a GRU's two biases as
  /// one.
  var tensors: [[Range<Int>]] = []

  init(_ configuration: NetworkConfiguration) {
    for shape in configuration.shapes(samples: 1, training: false) {
      let at = pawl_layer_layout_of(shape)
      let edges = [at.weight_hh, at.bias_ih, at.weight_ih, at.bias_hh, at.count].map { $0 + count }
      let parts = zip(edges, edges.dropFirst()).map { $0..<$1 }
      if configuration.dialect == .torch {
        tensors += parts.map { [$0] }
      } else {
        tensors += [[parts[0]], [parts[2]], [parts[1], parts[3]]]
      }
      layers.append(count)
      count += at.count
    }
    head = count
    let top = configuration.hidden[configuration.hidden.count - 1]
    let bias = head + configuration.outputs * pawl_padded(top)
    count = bias + pawl_padded(configuration.outputs)
    tensors += [[head..<bias], [bias..<count]]
  }

  /// Calls `body` with where each element of a tensor lies, in PyTorch's order.
  func forEachPlace(
    of tensor: Tensor, in configuration: NetworkConfiguration, _ body: (Int) -> Void
  ) {
    let hidden = configuration.hidden[tensor.layer]
    let inputs = configuration.inputs(of: tensor.layer)
    let shape = configuration.shapes(samples: 1, training: false)[tensor.layer]
    let at = pawl_layer_layout_of(shape)
    let base = layers[tensor.layer]
    let top = configuration.hidden[configuration.hidden.count - 1]
    func column(_ row: Int) -> Int { pawl_gate_column(shape.cell, row / hidden, row % hidden) }
    for index in 0..<tensor.count(in: configuration) {
      switch tensor.kind {
      case .weightIH:
        body(
          base + at.weight_ih + pawl_matrix_place(inputs, index % inputs, column(index / inputs)))
      case .weightHH:
        body(
          base + at.weight_hh + pawl_matrix_place(hidden, index % hidden, column(index / hidden)))
      case .biasIH: body(base + at.bias_ih + column(index))
      case .biasHH: body(base + at.bias_hh + column(index))
      case .headWeight: body(head + index / top * pawl_padded(top) + index % top)
      case .headBias: body(head + configuration.outputs * pawl_padded(top) + index)
      }
    }
  }
}

extension NetworkConfiguration {
  /// Numbers a row that a layer reads.
  public func inputs(of layer: Int) -> Int { layer == 0 ? features : hidden[layer - 1] }

  /// Whether the second bias of each gate is trained: in PyTorch, and where a GRU's reset gate acts
  /// on a product that has a bias of its own. Else it stays zero.
  public var hasTwoBiases: Bool {
    dialect == .torch || (cell == .gru && gruForm == .resetAfter)
  }

  /// Whether training looks at the forecasts of each step.
  var trainsAtEachStep: Bool { output == .sequence || state == .stateful }

  /// The layers for the kernels. `samples` is the most a pass will hold; dropout is for training,
  /// unless not `masked`, and in training alone each step's forecast may be wanted.
  func shapes(samples: Int, training: Bool, masked: Bool = true) -> [pawl_layer_shape] {
    hidden.indices.map { layer in
      let isTop = layer == hidden.count - 1
      return pawl_layer_shape(
        cell: cell.kernel, reset_before: gruForm == .resetBefore ? 1 : 0,
        hard_gates: gates == .hardSigmoid ? 1 : 0, two_biases: hasTwoBiases ? 1 : 0,
        inputs: Int32(inputs(of: layer)), hidden: Int32(hidden[layer]), steps: Int32(lookback),
        samples: Int32(samples), masks: training && masked ? masks : 0,
        last_only: isTop && !(training && trainsAtEachStep) ? 1 : 0, has_below: layer > 0 ? 1 : 0)
    }
  }

  /// Which dropouts training applies.
  private var masks: Int32 {
    var masks = 0
    if inputDropout > 0 { masks |= pawl_mask_inputs }
    if recurrentDropout > 0 { masks |= pawl_mask_hidden }
    if dropout > 0 { masks |= pawl_mask_output }
    return Int32(masks)
  }
}

extension Cell {
  var kernel: pawl_cell {
    switch self {
    case .rnn: pawl_cell_rnn
    case .gru: pawl_cell_gru
    case .lstm: pawl_cell_lstm
    }
  }
}
