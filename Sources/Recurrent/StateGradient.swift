import Numerics

/// How much a forecast depends on the hidden state further and further back: where the norms fall
/// fast, gradients vanish and the network cannot learn from bars that lie so far.
public struct StateGradient: Equatable, Sendable {
  /// Norms of one layer by distance: the first is at the window's last row, the next a row before.
  public struct Layer: Equatable, Sendable {
    /// Of the derivative by h.
    public var hidden: [Double]
    /// Of the derivative by c, through h too; empty unless the cell is an LSTM.
    public var cell: [Double]
  }

  public var layers: [Layer]
}

extension Weights {
  /// The same for windows of normal random numbers, as zscores are on the whole, where there are no
  /// better ones.
  ///
  /// - Parameters:
  ///   - windows: their number, at least 1; they share no row.
  ///   - lookback: rows of a window, at least 1.
  /// - Returns: norms by layer and distance from the window's end.
  public func stateGradient(randomWindows windows: Int, lookback: Int) -> StateGradient {
    let stream = PhiloxStream(seed: 0, purpose: .synthetic)
    let count = windows * lookback * configuration.features
    return stateGradient(
      rows: (0..<count).map { Float(stream.normal(at: $0)) },
      ends: (1...windows).map { $0 * lookback - 1 }, lookback: lookback)
  }

  /// The norm of the derivative of the sum of all outputs by the state of each layer after each row,
  /// as a root mean square over windows.
  ///
  /// In Float64, by the chain rule written out for one window at a time; it is for looking at
  /// networks, not for training them.
  ///
  /// - Parameters:
  ///   - rows: row-major, features a row.
  ///   - ends: the last row of each window, at least one; each window lies within `rows`.
  ///   - lookback: rows of a window, at least 1.
  /// - Returns: norms by layer and distance from the window's end.
  public func stateGradient(rows: [Float], ends: [Int], lookback: Int) -> StateGradient {
    precondition(lookback >= 1 && !ends.isEmpty, "there is a window and it holds a row")
    let features = configuration.features
    let layers = plainLayers
    let empty = [Double](repeating: 0, count: lookback)
    var hidden = Array(repeating: empty, count: layers.count)
    var cell = hidden
    for end in ends {
      precondition(
        end >= lookback - 1 && (end + 1) * features <= rows.count, "a window lies within rows")
      var steps = (end - lookback + 1...end).map { row in
        rows[row * features..<(row + 1) * features].map(Double.init)
      }
      var passes: [PlainPass] = []
      for layer in layers {
        passes.append(PlainPass(layer, inputs: steps))
        steps = passes[passes.count - 1].hidden
      }
      var byHidden = steps.map { $0.map { _ in 0.0 } }
      byHidden[lookback - 1] = outputDerivative
      for index in layers.indices.reversed() {
        let derivatives = passes[index].derivatives(byHidden)
        for distance in 0..<lookback {
          hidden[index][distance] += derivatives.hiddenSquares[lookback - 1 - distance]
          cell[index][distance] += derivatives.cellSquares[lookback - 1 - distance]
        }
        byHidden = derivatives.inputs
      }
    }
    func norms(_ squares: [Double]) -> [Double] {
      squares.map { ($0 / Double(ends.count)).squareRoot() }
    }
    return StateGradient(
      layers: layers.indices.map { index in
        StateGradient.Layer(
          hidden: norms(hidden[index]),
          cell: configuration.cell == .lstm ? norms(cell[index]) : [])
      })
  }

  /// Of the sum of the outputs by the last hidden state: the columns' sums of the head.
  private var outputDerivative: [Double] {
    let units = configuration.hidden[configuration.hidden.count - 1]
    var sums = [Double](repeating: 0, count: units)
    for (index, weight) in tensors[tensors.count - 2].values.enumerated() {
      sums[index % units] += Double(weight)
    }
    return sums
  }

  var plainLayers: [PlainLayer] {
    configuration.hidden.indices.map { layer in
      let values = tensors[4 * layer..<4 * layer + 4].map { $0.values.map(Double.init) }
      return PlainLayer(
        cell: configuration.cell, isResetAfter: configuration.needsTwoBiases,
        isHard: configuration.gates == .hardSigmoid, inputs: configuration.inputs(of: layer),
        units: configuration.hidden[layer], weightIH: values[0], weightHH: values[1],
        biasIH: values[2], biasHH: values[3])
    }
  }
}
