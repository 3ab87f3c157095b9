import Numerics

/// A layer in Float64 and PyTorch's layout, gates one after the other.
struct PlainLayer {
  var cell: Cell
  var isResetAfter: Bool
  var isHard: Bool
  var inputs: Int
  var units: Int
  // [gates * units, inputs], [gates * units, units], [gates * units] twice.
  var weightIH: [Double]
  var weightHH: [Double]
  var biasIH: [Double]
  var biasHH: [Double]

  func gate(_ x: Double) -> Double {
    isHard ? min(max(0.2 * x + 0.5, 0), 1) : 1 / (1 + Elementary.exp(-x))
  }

  /// Of a gate, by what came out.
  func gateSlope(_ value: Double) -> Double {
    isHard ? (value > 0 && value < 1 ? 0.2 : 0) : value * (1 - value)
  }

  func tanh(_ x: Double) -> Double {
    let small = Elementary.exp(-2 * abs(x))
    return x < 0 ? (small - 1) / (small + 1) : (1 - small) / (1 + small)
  }
}

/// A layer's way through one window, forward, kept for the way back.
///
/// With x the input, h and c the state before, * element by element (docs/model.md):
/// rnn: h' = tanh(Wx + b + Uh + d); gru: r, z gates, n = tanh(Wx + b + r * (Uh + d)) or
/// tanh(Wx + b + U(r * h) + d), h' = (1 - z) * n + z * h; lstm: i, f, g, o, c' = f * c + i * g,
/// h' = o * tanh(c').
struct PlainPass {
  private let layer: PlainLayer
  /// [step][unit], after each step.
  private(set) var hidden: [[Double]] = []
  private var cells: [[Double]] = []
  /// [step][gate * unit], activated.
  private var gates: [[Double]] = []
  /// Uh + d of the third gate of a GRU, or U(r * h) + d.
  private var products: [[Double]] = []

  init(_ layer: PlainLayer, inputs: [[Double]]) {
    self.layer = layer
    var h = [Double](repeating: 0, count: layer.units)
    var c = h
    for x in inputs {
      step(x, &h, &c)
      hidden.append(h)
      cells.append(c)
    }
  }

  private mutating func step(_ x: [Double], _ h: inout [Double], _ c: inout [Double]) {
    let units = layer.units
    let rows = layer.cell.gateCount * units
    var byInput = layer.biasIH
    var byState = layer.biasHH
    for row in 0..<rows {
      for k in 0..<layer.inputs { byInput[row] += layer.weightIH[row * layer.inputs + k] * x[k] }
      for k in 0..<units { byState[row] += layer.weightHH[row * units + k] * h[k] }
    }
    var gates = [Double](repeating: 0, count: rows)
    switch layer.cell {
    case .rnn:
      for row in 0..<rows { gates[row] = layer.tanh(byInput[row] + byState[row]) }
      h = gates
    case .lstm:
      for row in 0..<rows {
        let sum = byInput[row] + byState[row]
        gates[row] = row / units == 2 ? layer.tanh(sum) : layer.gate(sum)
      }
      for j in 0..<units {
        c[j] = gates[units + j] * c[j] + gates[j] * gates[2 * units + j]
        h[j] = gates[3 * units + j] * layer.tanh(c[j])
      }
    case .gru:
      for row in 0..<2 * units { gates[row] = layer.gate(byInput[row] + byState[row]) }
      var product = Array(byState[(2 * units)...])
      if !layer.isResetAfter {
        for j in 0..<units {
          let row = 2 * units + j
          product[j] = layer.biasHH[row]
          for k in 0..<units { product[j] += layer.weightHH[row * units + k] * gates[k] * h[k] }
        }
      }
      for j in 0..<units {
        let reset = layer.isResetAfter ? gates[j] : 1
        let new = layer.tanh(byInput[2 * units + j] + reset * product[j])
        gates[2 * units + j] = new
        h[j] = (1 - gates[units + j]) * new + gates[units + j] * h[j]
      }
      products.append(product)
    }
    self.gates.append(gates)
  }

  /// Derivatives of a number of which those by each step's output are given.
  ///
  /// - Parameter byOutput: [step][unit], not counting what goes on to the next step.
  /// - Returns: derivatives by the inputs, [step][input]; and by step the sums of the squares of
  ///   those by h and by c, counting all that comes later.
  func derivatives(_ byOutput: [[Double]]) -> (
    inputs: [[Double]], hiddenSquares: [Double], cellSquares: [Double]
  ) {
    let units = layer.units
    let zeros = [Double](repeating: 0, count: units)
    var byHidden = zeros
    var byCell = zeros
    var inputs = byOutput.map { _ in [Double](repeating: 0, count: layer.inputs) }
    var hiddenSquares = byOutput.map { _ in 0.0 }
    var cellSquares = hiddenSquares
    for step in byOutput.indices.reversed() {
      for j in 0..<units { byHidden[j] += byOutput[step][j] }
      let before = step == 0 ? zeros : hidden[step - 1]
      // By what goes into each gate: through its row of W, and through its row of U.
      var byRow = [Double](repeating: 0, count: layer.cell.gateCount * units)
      var byStateRow: [Double]
      var byBefore = zeros
      let gates = gates[step]
      switch layer.cell {
      case .rnn:
        for j in 0..<units { byRow[j] = byHidden[j] * (1 - gates[j] * gates[j]) }
        byStateRow = byRow
      case .lstm:
        for j in 0..<units {
          let (i, f, g, o) = (
            gates[j], gates[units + j], gates[2 * units + j], gates[3 * units + j]
          )
          let bent = layer.tanh(cells[step][j])
          byCell[j] += byHidden[j] * o * (1 - bent * bent)
          cellSquares[step] += byCell[j] * byCell[j]
          byRow[j] = byCell[j] * g * layer.gateSlope(i)
          byRow[units + j] =
            byCell[j] * (step == 0 ? 0 : cells[step - 1][j]) * layer.gateSlope(f)
          byRow[2 * units + j] = byCell[j] * i * (1 - g * g)
          byRow[3 * units + j] = byHidden[j] * bent * layer.gateSlope(o)
          byCell[j] *= f
        }
        byStateRow = byRow
      case .gru:
        for j in 0..<units {
          let (r, z, n) = (gates[j], gates[units + j], gates[2 * units + j])
          byRow[units + j] = byHidden[j] * (before[j] - n) * layer.gateSlope(z)
          byRow[2 * units + j] = byHidden[j] * (1 - z) * (1 - n * n)
          byBefore[j] = byHidden[j] * z
          if layer.isResetAfter {
            byRow[j] = byRow[2 * units + j] * products[step][j] * layer.gateSlope(r)
          }
        }
        byStateRow = byRow
        for j in 0..<units {
          if layer.isResetAfter {
            byStateRow[2 * units + j] *= gates[j]
          } else {
            // By r * h, from the third gate's rows of U.
            var byProduct = 0.0
            for k in 0..<units {
              byProduct += layer.weightHH[(2 * units + k) * units + j] * byRow[2 * units + k]
            }
            byRow[j] = byProduct * before[j] * layer.gateSlope(gates[j])
            byBefore[j] += byProduct * gates[j]
          }
        }
        if !layer.isResetAfter {
          for j in 0..<units {
            byStateRow[j] = byRow[j]
            byStateRow[2 * units + j] = 0
          }
        }
      }
      for value in byHidden { hiddenSquares[step] += value * value }
      for row in byRow.indices {
        for k in 0..<layer.inputs {
          inputs[step][k] += byRow[row] * layer.weightIH[row * layer.inputs + k]
        }
        for k in 0..<units { byBefore[k] += byStateRow[row] * layer.weightHH[row * units + k] }
      }
      byHidden = byBefore
    }
    return (inputs, hiddenSquares, cellSquares)
  }
}
