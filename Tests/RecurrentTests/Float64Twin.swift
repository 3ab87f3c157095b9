import Numerics

@testable import Recurrent

/// A network by its definition alone, in Float64, forward: what gradients are measured against.
struct Float64Twin {
  let configuration: NetworkConfiguration
  var weights: [Tensor: [Double]] = [:]

  init(_ network: Network) {
    configuration = network.configuration
    for tensor in Tensor.all(in: configuration) {
      weights[tensor] = network.values(of: tensor).map(Double.init)
    }
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + Elementary.exp(-x)) }
  static func tanh(_ x: Double) -> Double { 2 * sigmoid(2 * x) - 1 }

  /// Forecasts at the last step or at each, as the configuration says, [row][output].
  func forecasts(
    _ window: [[Float]], _ masks: ScalarTwin.Masks = [], state: RecurrentState? = nil
  ) -> [[Double]] {
    var rows = window.map { $0.map(Double.init) }
    for layer in configuration.hidden.indices {
      let mask = masks.isEmpty ? ScalarTwin.LayerMasks() : masks[layer]
      rows = hidden(layer, rows, mask, state)
      if layer == configuration.hidden.count - 1, configuration.output == .last {
        rows = [rows[rows.count - 1]]
      }
      if let outputs = mask.outputs {
        rows = zip(rows, outputs).map { row, mask in zip(row, mask).map { $0 * Double($1) } }
      }
    }
    let matrix = weights[.headWeight] ?? []
    return rows.map { row in
      (0..<configuration.outputs).map { output in
        zip(row, matrix[(output * row.count)...]).reduce(weights[.headBias]?[output] ?? .nan) {
          $0 + $1.0 * $1.1
        }
      }
    }
  }

  func hidden(
    _ layer: Int, _ rows: [[Double]], _ masks: ScalarTwin.LayerMasks, _ state: RecurrentState?
  ) -> [[Double]] {
    let count = configuration.hidden[layer]
    let (ih, hh) = (weights[.weightIH(layer)] ?? [], weights[.weightHH(layer)] ?? [])
    let (biasIH, biasHH) = (weights[.biasIH(layer)] ?? [], weights[.biasHH(layer)] ?? [])
    func dot(_ matrix: [Double], _ row: Int, _ x: [Double], _ mask: [Float]?) -> Double {
      var sum = 0.0
      for k in x.indices {
        sum += matrix[row * x.count + k] * x[k] * (mask.map { Double($0[k]) } ?? 1)
      }
      return sum
    }
    func gate(_ z: Double) -> Double {
      configuration.gates == .sigmoid ? Float64Twin.sigmoid(z) : max(min(0.2 * z + 0.5, 1), 0)
    }
    var h =
      state.map { $0.hidden(layer, in: configuration).map(Double.init) }
      ?? Array(repeating: 0, count: count)
    var c = state.map { $0.cells(layer, in: configuration).map(Double.init) } ?? h
    return rows.map { x in
      func input(_ gate: Int, _ unit: Int) -> Double {
        let row = gate * count + unit
        return dot(ih, row, x, masks.inputs?[gate]) + biasIH[row]
      }
      let before = h
      func recurrent(_ gate: Int, _ unit: Int, reset: [Double]? = nil) -> Double {
        let row = gate * count + unit
        let own = reset.map { zip($0, before).map { $0 * $1 } } ?? before
        return dot(hh, row, own, masks.hidden?[gate]) + biasHH[row]
      }
      func sum(_ gate: Int, _ unit: Int) -> Double { input(gate, unit) + recurrent(gate, unit) }
      switch configuration.cell {
      case .rnn: h = (0..<count).map { Float64Twin.tanh(sum(0, $0)) }
      case .lstm:
        for unit in 0..<count {
          let (i, f, o) = (gate(sum(0, unit)), gate(sum(1, unit)), gate(sum(3, unit)))
          c[unit] = f * c[unit] + i * Float64Twin.tanh(sum(2, unit))
          h[unit] = o * Float64Twin.tanh(c[unit])
        }
      case .gru:
        let r = (0..<count).map { gate(sum(0, $0)) }
        for unit in 0..<count {
          let z = gate(sum(1, unit))
          let n =
            configuration.gruForm == .resetAfter
            ? Float64Twin.tanh(input(2, unit) + r[unit] * recurrent(2, unit))
            : Float64Twin.tanh(input(2, unit) + recurrent(2, unit, reset: r))
          h[unit] = (1 - z) * n + z * before[unit]
        }
      }
      return h
    }
  }
}
