import Numerics

extension Network {
  /// Draws new weights, those of refit `refit` (from 0, below 2³²), and sets the moments to zero.
  ///
  /// PyTorch: every tensor uniform in ±1/√hidden, hidden of its layer, of the last for the head.
  /// Keras: kernels Glorot-uniform over (inputs, gates · hidden) and (hidden, outputs), recurrent
  /// matrix orthogonal, biases 0, 1 at an LSTM's forget gate. Keras 1 draws each gate apart: over
  /// (inputs, hidden), and orthogonal with gain 1.1.
  public mutating func redraw(refit: Int) {
    for index in values.indices { values[index] = .zero }
    resetMoments()
    for layer in configuration.hidden.indices { redraw(layer: layer, refit: refit) }
    let last = configuration.hidden[configuration.hidden.count - 1]
    var drawn = uniforms(
      of: [.headWeight, .headBias], refit: refit, layer: configuration.hidden.count)
    if configuration.dialect == .torch {
      let bound = Float(1 / Double(last).squareRoot())
      setUniform(.headWeight, from: &drawn, bound: bound)
      setUniform(.headBias, from: &drawn, bound: bound)
    } else {
      setUniform(.headWeight, from: &drawn, bound: glorot(last, configuration.outputs))
    }
  }

  private mutating func redraw(layer: Int, refit: Int) {
    let hidden = configuration.hidden[layer]
    let inputs = configuration.inputs(of: layer)
    let gates = configuration.cell.gateCount
    let tensors: [Tensor] = [.weightIH(layer), .weightHH(layer), .biasIH(layer), .biasHH(layer)]
    var drawn = uniforms(of: tensors, refit: refit, layer: layer)
    switch configuration.dialect {
    case .torch:
      let bound = Float(1 / Double(hidden).squareRoot())
      for tensor in tensors { setUniform(tensor, from: &drawn, bound: bound) }
      return
    case .keras3, .keras2:
      setUniform(tensors[0], from: &drawn, bound: glorot(inputs, gates * hidden))
      let matrix = orthogonal(rows: gates * hidden, layer: layer, refit: refit, from: 0)
      setValues(matrix.map { Float($0) }, of: tensors[1])
    case .keras1:
      setUniform(tensors[0], from: &drawn, bound: glorot(inputs, hidden))
      let matrices = (0..<gates).flatMap {
        orthogonal(rows: hidden, layer: layer, refit: refit, from: $0 * hidden * hidden)
      }
      setValues(matrices.map { Float(1.1 * $0) }, of: tensors[1])
    }
    guard configuration.cell == .lstm else { return }
    setValues((0..<4 * hidden).map { $0 / hidden == 1 ? 1 : 0 }, of: tensors[2])
  }

  /// √(6 / (inputs + outputs)).
  private func glorot(_ inputs: Int, _ outputs: Int) -> Float {
    Float((6 / Double(inputs + outputs)).squareRoot())
  }

  private mutating func setUniform(
    _ tensor: Tensor, from drawn: inout ArraySlice<Float>, bound: Float
  ) {
    let count = tensor.count(in: configuration)
    setValues(drawn.prefix(count).map { (2 * $0 - 1) * bound }, of: tensor)
    drawn = drawn.dropFirst(count)
  }

  /// Numbers for all elements of some tensors, uniform in [0, 1), multiples of 2⁻²⁴. Streams are
  /// numbered: the layers, the head, then the layers' orthogonal matrices.
  private func uniforms(of tensors: [Tensor], refit: Int, layer: Int) -> ArraySlice<Float> {
    let stream = weightStream(refit: refit, layer: layer)
    let count = tensors.reduce(0) { $0 + $1.count(in: configuration) }
    return (0..<count).map { stream.uniformFloat(at: $0) }[...]
  }

  private func weightStream(refit: Int, layer: Int) -> PhiloxStream {
    PhiloxStream(
      seed: training.seed, purpose: .weights, refit: UInt32(refit),
      member: UInt16(configuration.member), layer: UInt16(layer))
  }

  /// A [rows, hidden] matrix with orthonormal columns, uniform among them, row-major, of normals from
  /// element `first` on.
  ///
  /// As in Keras: Q of the QR decomposition of a normal matrix, signs such that R's diagonal is
  /// positive. By Gram and Schmidt, each column against the others twice ("twice is enough": Giraud,
  /// Langou and Rozložník, 2005), in Float64 with a fixed order of sums.
  private func orthogonal(rows: Int, layer: Int, refit: Int, from first: Int) -> [Double] {
    let hidden = configuration.hidden[layer]
    let stream = weightStream(refit: refit, layer: configuration.hidden.count + 1 + layer)
    var columns: [[Double]] = []
    for column in 0..<hidden {
      var vector = (0..<rows).map { stream.normal(at: first + column * rows + $0) }
      for _ in 0..<2 {
        for earlier in columns {
          var dot = 0.0
          for row in 0..<rows { dot += vector[row] * earlier[row] }
          for row in 0..<rows { vector[row] -= dot * earlier[row] }
        }
      }
      var square = 0.0
      for value in vector { square += value * value }
      let length = square.squareRoot()
      columns.append(vector.map { $0 / length })
    }
    return (0..<rows * hidden).map { columns[$0 % hidden][$0 / hidden] }
  }
}
