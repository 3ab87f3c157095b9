// Keras keeps a layer as kernel [inputs, gates · hidden], recurrent_kernel [hidden, gates · hidden]
// and bias [gates · hidden], or [2, gates · hidden] of a GRU that resets after the product. Gates go
// i, f, c, o and z, r, h. Read in the sources of Keras 3: layers/rnn/{lstm,gru,simple_rnn}.py.

extension Cell {
  /// The name of Keras's first layer of this kind.
  fileprivate var kerasName: String {
    switch self {
    case .rnn: "simple_rnn"
    case .gru: "gru"
    case .lstm: "lstm"
    }
  }

  /// Where each of PyTorch's gates stands among Keras's, and the other way round.
  fileprivate var kerasGates: [Int] {
    switch self {
    case .rnn: [0]
    case .gru: [1, 0, 2]
    case .lstm: [0, 1, 2, 3]
    }
  }

  /// The path of a layer's weights as Keras 3 names it in a model of its own:
  /// `lstm/lstm_cell`, `lstm_1/lstm_cell`, ...
  fileprivate func kerasPath(layer: Int) -> String {
    "\(kerasName)\(layer == 0 ? "" : "_\(layer)")/\(kerasName)_cell"
  }
}

extension Weights {
  /// Names and shapes in Keras's layout.
  static func kerasShapes(of configuration: NetworkConfiguration) -> [(name: String, shape: [Int])]
  {
    let cell = configuration.cell
    var shapes: [(String, [Int])] = []
    for (layer, units) in configuration.hidden.enumerated() {
      let path = cell.kerasPath(layer: layer)
      let columns = cell.gateCount * units
      shapes.append(("\(path)/kernel", [configuration.inputs(of: layer), columns]))
      shapes.append(("\(path)/recurrent_kernel", [units, columns]))
      shapes.append(("\(path)/bias", configuration.needsTwoBiases ? [2, columns] : [columns]))
    }
    let units = configuration.hidden[configuration.hidden.count - 1]
    shapes.append(("dense/kernel", [units, configuration.outputs]))
    shapes.append(("dense/bias", [configuration.outputs]))
    return shapes
  }

  /// What names and shapes of a file in Keras's layout say.
  static func kerasConfiguration(
    of file: SafetensorsFile
  ) throws(WeightsError) -> NetworkConfiguration {
    func recurrentKernel(_ cell: Cell, _ layer: Int) -> String {
      cell.kerasPath(layer: layer) + "/recurrent_kernel"
    }
    guard let cell = Cell.allCases.first(where: { file.entry(recurrentKernel($0, 0)) != nil })
    else { throw file.holdsNoNetwork() }
    var hidden: [Int] = []
    while file.entry(recurrentKernel(cell, hidden.count)) != nil {
      hidden.append(try file.matrix(recurrentKernel(cell, hidden.count)).rows)
    }
    let path = cell.kerasPath(layer: 0)
    let isResetAfter = file.entry("\(path)/bias")?.shape.count == 2
    return NetworkConfiguration(
      cell: cell, features: try file.matrix("\(path)/kernel").rows, hidden: hidden, lookback: 1,
      outputs: try file.matrix("dense/kernel").columns, dialect: .keras3,
      gruForm: isResetAfter || cell != .gru ? .resetAfter : .resetBefore)
  }

  /// From tensors of the names and shapes of `kerasShapes`.
  init(_ configuration: NetworkConfiguration, lookback: Int?, kerasTensors: [NamedTensor]) {
    let gates = configuration.cell.kerasGates
    var values: [[Float]] = []
    for (layer, units) in configuration.hidden.enumerated() {
      for matrix in kerasTensors[3 * layer..<3 * layer + 2] {
        let rows = matrix.shape[0]
        values.append(
          matrix.values.transposed(rows: rows).gates(gates, of: units * rows))
      }
      let bias = kerasTensors[3 * layer + 2].values
      let count = gates.count * units
      values.append(Array(bias.prefix(count)).gates(gates, of: units))
      let second =
        bias.count > count ? Array(bias.suffix(count)) : [Float](repeating: 0, count: count)
      values.append(second.gates(gates, of: units))
    }
    let head = kerasTensors.suffix(2).map(\.values)
    values.append(head[0].transposed(rows: configuration.hidden[configuration.hidden.count - 1]))
    values.append(head[1])
    let tensors = zip(Weights.torchShapes(of: configuration), values).map {
      NamedTensor(name: $0.name, shape: $0.shape, values: $1)
    }
    self.init(configuration, layout: .keras, lookback: lookback, tensors: tensors)
  }

  var kerasTensors: [NamedTensor] {
    let gates = configuration.cell.kerasGates
    var values: [[Float]] = []
    for (layer, units) in configuration.hidden.enumerated() {
      let ofLayer = tensors[4 * layer..<4 * layer + 4]
      for matrix in ofLayer.prefix(2) {
        values.append(
          matrix.values.gates(gates, of: units * matrix.shape[1]).transposed(rows: matrix.shape[0]))
      }
      let biases = ofLayer.suffix(2).map { $0.values.gates(gates, of: units) }
      values.append(
        configuration.needsTwoBiases ? biases[0] + biases[1] : biases[0].adding(biases[1]))
    }
    let head = tensors.suffix(2).map(\.values)
    values.append(head[0].transposed(rows: configuration.outputs))
    values.append(head[1])
    return zip(Weights.kerasShapes(of: configuration), values).map {
      NamedTensor(name: $0.name, shape: $0.shape, values: $1)
    }
  }
}

extension [Float] {
  /// A row-major matrix with its rows as columns.
  func transposed(rows: Int) -> [Float] {
    let columns = count / rows
    var turned: [Float] = []
    turned.reserveCapacity(count)
    for column in 0..<columns {
      for row in 0..<rows { turned.append(self[row * columns + column]) }
    }
    return turned
  }

  /// Blocks of `size`, one a gate, in another order.
  func gates(_ order: [Int], of size: Int) -> [Float] {
    order.flatMap { self[$0 * size..<($0 + 1) * size] }
  }

  /// Sums; a 0 of the other leaves the bits as they are.
  func adding(_ other: [Float]) -> [Float] { zip(self, other).map { $1 == 0 ? $0 : $0 + $1 } }
}
