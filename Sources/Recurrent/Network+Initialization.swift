import Numerics

extension Network {
  /// Draws new weights, those of refit `refit` (from 0, below 2³²), and sets the moments to zero.
  ///
  /// PyTorch: every tensor uniform in ±1/√hidden. Keras 3: kernels Glorot-uniform over
  /// (features, 4 hidden) and (hidden, outputs), recurrent matrix orthogonal, biases 0, 1 at the
  /// forget gate.
  public mutating func redraw(refit: Int) {
    let hidden = configuration.hidden[0]
    for index in values.indices { values[index] = .zero }
    resetMoments()
    let cell = uniforms(
      count: [Tensor.weightIH, .weightHH, .biasIH, .biasHH].reduce(0) {
        $0 + $1.count(in: configuration)
      }, refit: refit, layer: 0)
    let head = uniforms(
      count: Tensor.headWeight.count(in: configuration) + configuration.outputs, refit: refit,
      layer: 1)
    switch configuration.dialect {
    case .torch:
      let bound = Float(1 / Double(hidden).squareRoot())
      var drawn = cell[...]
      for tensor in [Tensor.weightIH, .weightHH, .biasIH, .biasHH] {
        setUniform(tensor, from: &drawn, bound: bound)
      }
      drawn = head[...]
      for tensor in [Tensor.headWeight, .headBias] {
        setUniform(tensor, from: &drawn, bound: bound)
      }
    case .keras3, .keras2, .keras1:
      var drawn = cell[...]
      let inputs = Double(configuration.features + 4 * hidden)
      setUniform(.weightIH, from: &drawn, bound: Float((6 / inputs).squareRoot()))
      setValues(orthogonal(hidden: hidden, refit: refit), of: .weightHH)
      let gates = (0..<4 * hidden).map { Float($0 / hidden == 1 ? 1 : 0) }
      setValues(gates, of: .biasIH)
      drawn = head[...]
      let outputs = Double(hidden + configuration.outputs)
      setUniform(.headWeight, from: &drawn, bound: Float((6 / outputs).squareRoot()))
    }
  }

  private mutating func setUniform(
    _ tensor: Tensor, from drawn: inout ArraySlice<Float>, bound: Float
  ) {
    let count = tensor.count(in: configuration)
    setValues(drawn.prefix(count).map { (2 * $0 - 1) * bound }, of: tensor)
    drawn = drawn.dropFirst(count)
  }

  /// Uniform in [0, 1), multiples of 2⁻²⁴. Layer 0 is the cell, 1 the head, 2 the orthogonal matrix.
  private func uniforms(count: Int, refit: Int, layer: UInt16) -> [Float] {
    let stream = PhiloxStream(
      seed: training.seed, purpose: .weights, refit: UInt32(refit),
      member: UInt16(configuration.member), layer: layer)
    return (0..<count).map { stream.uniformFloat(at: $0) }
  }

  /// A [4 hidden, hidden] matrix with orthonormal columns, uniform among them.
  ///
  /// As in Keras: Q of the QR decomposition of a normal matrix, signs such that R's diagonal is
  /// positive. By Gram and Schmidt, each column against the others twice ("twice is enough": Giraud,
  /// Langou and Rozložník, 2005), in Float64 with a fixed order of sums.
  private func orthogonal(hidden: Int, refit: Int) -> [Float] {
    let rows = 4 * hidden
    let stream = PhiloxStream(
      seed: training.seed, purpose: .weights, refit: UInt32(refit),
      member: UInt16(configuration.member), layer: 2)
    var columns: [[Double]] = []
    for column in 0..<hidden {
      var vector = (0..<rows).map { stream.normal(at: column * rows + $0) }
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
    return (0..<rows * hidden).map { Float(columns[$0 % hidden][$0 / hidden]) }
  }
}
