import Numerics

@testable import Recurrent

// The cells of the scalar twin: forward and backward, one number at a time.

extension ScalarTwin {
  /// What one sample's way up left in one layer.
  struct LayerTrace {
    var x: [[[Float]]] = []  // [step][gate][input], masked
    var read: [[[Float]]] = []  // [step][gate][unit]: the h that a gate multiplies
    var h: [[Float]] = []  // [step + 1][unit]
    var gates: [[[Float]]] = []  // [step][gate][unit]
    var c: [[Float]] = []  // [step + 1][unit]
    var squashed: [[Float]] = []  // [step][unit]: LSTM tanh c; GRU W h of n
  }

  struct Trace {
    var layers: [LayerTrace] = []
    /// [step, or only the last][unit]: what the head reads.
    var top: [[Float]] = []
    var outputs: [[Float]] = []
  }

  struct LayerMasks {
    var inputs: [[Float]]?  // [gate][input]
    var hidden: [[Float]]?  // [gate][unit]
    var outputs: [[Float]]?  // [step, or only the last][unit]
  }
  typealias Masks = [LayerMasks]

  var gateCount: Int { configuration.cell.gateCount }
  var isResetAfter: Bool { configuration.cell == .gru && configuration.gruForm == .resetAfter }
  var isResetBefore: Bool { configuration.cell == .gru && configuration.gruForm == .resetBefore }

  func gate(_ z: Float) -> Float {
    guard configuration.gates == .hardSigmoid else { return ScalarTwin.sigmoid(z) }
    return max(min((0.5 as Float).addingProduct(0.2, z), 1), 0)
  }

  func slope(_ d: Float, ofGate gate: Float) -> Float {
    guard configuration.gates == .hardSigmoid else { return d * (gate * (1 - gate)) }
    return gate > 0 && gate < 1 ? d * 0.2 : 0
  }

  func slope(_ d: Float, ofTanh value: Float) -> Float {
    d * (1 as Float).addingProduct(-value, value)
  }

  // MARK: Forward

  /// With `training`, a sequence network forecasts at each step; else all do at the last.
  func forward(
    _ window: [[Float]], _ masks: Masks = [], state: RecurrentState? = nil, training: Bool = true
  ) -> Trace {
    var trace = Trace()
    var rows = window
    for layer in configuration.hidden.indices {
      let layerTrace = forward(
        layer, rows, masks.isEmpty ? LayerMasks() : masks[layer], state: state)
      trace.layers.append(layerTrace)
      rows = Array(layerTrace.h.dropFirst())
      let isTop = layer == configuration.hidden.count - 1
      if isTop, configuration.output == .last || !training { rows = [rows[rows.count - 1]] }
      if !masks.isEmpty, let mask = masks[layer].outputs {
        rows = zip(rows, mask).map { row, mask in zip(row, mask).map { $0 * $1 } }
      }
    }
    trace.top = rows
    trace.outputs = rows.map(head)
    return trace
  }

  func head(_ h: [Float]) -> [Float] {
    (0..<outputs).map { output in
      var lanes = [Float](repeating: 0, count: 16)
      for unit in h.indices {
        lanes[unit % 16].addProduct(
          weights[.headWeight]?[output * h.count + unit] ?? .nan, h[unit])
      }
      while lanes.count > 1 {
        let half = lanes.count / 2
        lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
      }
      return lanes[0] + (weights[.headBias]?[output] ?? .nan)
    }
  }

  func forward(
    _ layer: Int, _ rows: [[Float]], _ masks: LayerMasks, state: RecurrentState?
  ) -> LayerTrace {
    let hidden = configuration.hidden[layer]
    let inputs = configuration.inputs(of: layer)
    let ih = weights[.weightIH(layer)] ?? []
    let hh = weights[.weightHH(layer)] ?? []
    let biasIH = weights[.biasIH(layer)] ?? []
    let biasHH = weights[.biasHH(layer)] ?? []
    var trace = LayerTrace()
    trace.h = [state.map { Array($0.hidden(layer, in: configuration)) } ?? zeros(hidden)]
    trace.c = [state.map { Array($0.cells(layer, in: configuration)) } ?? zeros(hidden)]
    for (step, row) in rows.enumerated() {
      let hasHidden = step > 0 || state != nil
      let before = trace.h[step]
      let x = (0..<gateCount).map { masked(row, masks.inputs?[$0]) }
      var read = (0..<gateCount).map { masked(before, masks.hidden?[$0]) }
      let panels = gateCount * ((hidden + 15) / 16)
      func overInputs(_ start: Float, _ gate: Int, _ unit: Int) -> Float {
        let from = (gate * hidden + unit) * inputs
        return chains(start, inputs, panels: panels) { (x[gate][$0], ih[from + $0]) }
      }
      func overHidden(_ start: Float, _ gate: Int, _ unit: Int) -> Float {
        let from = (gate * hidden + unit) * hidden
        guard hasHidden else { return start }
        return chains(start, hidden, panels: panels) { (read[gate][$0], hh[from + $0]) }
      }
      func sum(_ gate: Int, _ unit: Int) -> Float {
        let bias = biasIH[gate * hidden + unit] + biasHH[gate * hidden + unit]
        return overHidden(overInputs(bias, gate, unit), gate, unit)
      }
      let units = 0..<hidden
      var gates: [[Float]] = []
      var h = zeros(hidden)
      var c = zeros(hidden)
      var squashed = zeros(hidden)
      switch configuration.cell {
      case .rnn:
        gates = [units.map { ScalarTwin.tanh(sum(0, $0)) }]
        h = gates[0]
      case .lstm:
        gates = (0..<4).map { gate in
          units.map { gate == 2 ? ScalarTwin.tanh(sum(gate, $0)) : self.gate(sum(gate, $0)) }
        }
        for unit in units {
          c[unit] = (gates[0][unit] * gates[2][unit]).addingProduct(
            gates[1][unit], trace.c[step][unit])
          squashed[unit] = ScalarTwin.tanh(c[unit])
          h[unit] = gates[3][unit] * squashed[unit]
        }
      case .gru:
        gates = (0..<2).map { gate in units.map { self.gate(sum(gate, $0)) } }
        if isResetAfter {
          squashed = units.map { overHidden(biasHH[2 * hidden + $0], 2, $0) }
          gates.append(
            units.map { unit in
              let own = overInputs(biasIH[2 * hidden + unit], 2, unit)
              return ScalarTwin.tanh(own.addingProduct(gates[0][unit], squashed[unit]))
            })
        } else {
          read[2] = units.map { gates[0][$0] * read[2][$0] }
          gates.append(units.map { ScalarTwin.tanh(sum(2, $0)) })
        }
        h = units.map { unit in
          let n = gates[2][unit]
          return n.addingProduct(gates[1][unit], before[unit] - n)
        }
      }
      trace.x.append(x)
      trace.read.append(read)
      trace.gates.append(gates)
      trace.squashed.append(squashed)
      trace.h.append(h)
      trace.c.append(c)
    }
    return trace
  }

  private func zeros(_ count: Int) -> [Float] { Array(repeating: 0, count: count) }

  private func masked(_ row: [Float], _ mask: [Float]?) -> [Float] {
    guard let mask else { return row }
    return zip(row, mask).map { $0 * $1 }
  }

  // MARK: Backward

  /// The gradients of one sample's sums at a step.
  struct SumGradients {
    var x: [[Float]]  // [gate][unit]: of the sum over inputs
    var h: [[Float]]  // [gate][unit]: of the sum over hidden units
  }

  /// The gradient of a tile. `dOutputs`: [sample][row of outputs][output].
  func gradient(
    _ traces: [Trace], ends: [Int], dOutputs: [[[Float]]], masks: [Masks],
    fromState: Bool = false
  ) -> [Tensor: [Float]] {
    var result = weights.mapValues { $0.map { _ in Float(0) } }
    let steps = traces[0].layers[0].gates.count
    let top = configuration.hidden.count - 1
    let hidden = configuration.hidden[top]
    // [sample][step][unit]
    var dRows = traces.map { _ in Array(repeating: zeros(hidden), count: steps) }
    for row in traces[0].top.indices {
      for (sample, trace) in traces.enumerated() {
        let step = steps - trace.top.count + row
        for output in 0..<outputs {
          let d = dOutputs[sample][row][output]
          result[.headBias]?[output] += d
          for unit in 0..<hidden {
            let index = output * hidden + unit
            result[.headWeight]?[index].addProduct(d, trace.top[row][unit])
            dRows[sample][step][unit].addProduct(d, weights[.headWeight]?[index] ?? .nan)
          }
        }
        if !masks[sample].isEmpty, let mask = masks[sample][top].outputs {
          dRows[sample][step] = masked(dRows[sample][step], mask[row])
        }
      }
    }
    for layer in configuration.hidden.indices.reversed() {
      let layerMasks = masks.map { $0.isEmpty ? LayerMasks() : $0[layer] }
      let dz = traces.indices.map { sample in
        sumGradients(
          layer, traces[sample].layers[layer], dRows[sample], layerMasks[sample],
          isLastOnly: layer == top && traces[sample].top.count == 1, fromState: fromState)
      }
      addWeightGradients(
        layer, traces.map { $0.layers[layer] }, dz, ends: layer == 0 ? ends : nil,
        fromState: fromState, to: &result)
      guard layer > 0 else { break }
      for sample in traces.indices {
        for step in 0..<steps {
          let below = masks[sample].isEmpty ? nil : masks[sample][layer - 1].outputs?[step]
          dRows[sample][step] = masked(
            inputGradient(layer, dz[sample][step].x, layerMasks[sample].inputs), below)
        }
      }
    }
    return result
  }

  /// One sample's way back through a layer: the gradients of its sums at each step.
  func sumGradients(
    _ layer: Int, _ trace: LayerTrace, _ dRows: [[Float]], _ masks: LayerMasks, isLastOnly: Bool,
    fromState: Bool
  ) -> [SumGradients] {
    let hidden = configuration.hidden[layer]
    let steps = trace.gates.count
    var result = Array(repeating: SumGradients(x: [], h: []), count: steps)
    var dHidden = zeros(hidden)  // by the sums of the step after
    var carried = zeros(hidden)  // LSTM: of c; GRU: of h past the gates
    for step in (0..<steps).reversed() {
      var x = Array(repeating: zeros(hidden), count: gateCount)
      var h = x
      var dh = dHidden
      if step == steps - 1 {
        dh = dRows[step]
      } else {
        if configuration.cell == .gru { dh = zip(dh, carried).map { $0 + $1 } }
        if !isLastOnly { dh = zip(dh, dRows[step]).map { $0 + $1 } }
      }
      let gates = trace.gates[step]
      for unit in 0..<hidden {
        let d = dh[unit]
        switch configuration.cell {
        case .rnn: x[0][unit] = slope(d, ofTanh: gates[0][unit])
        case .lstm:
          let (i, f, g, o) = (gates[0][unit], gates[1][unit], gates[2][unit], gates[3][unit])
          let squashed = trace.squashed[step][unit]
          let dc = carried[unit].addingProduct(
            d * o, (1 as Float).addingProduct(-squashed, squashed))
          x[0][unit] = slope(dc * g, ofGate: i)
          x[1][unit] = slope(dc * trace.c[step][unit], ofGate: f)
          x[2][unit] = slope(dc * i, ofTanh: g)
          x[3][unit] = slope(d * squashed, ofGate: o)
          carried[unit] = dc * f
        case .gru:
          let (r, z, n) = (gates[0][unit], gates[1][unit], gates[2][unit])
          let dn = slope(d * (1 - z), ofTanh: n)
          x[1][unit] = slope(d * (trace.h[step][unit] - n), ofGate: z)
          x[2][unit] = dn
          carried[unit] = d * z
          if isResetAfter { x[0][unit] = slope(dn * trace.squashed[step][unit], ofGate: r) }
        }
      }
      h = x
      if isResetAfter { h[2] = zip(x[2], gates[0]).map { $0 * $1 } }
      if isResetBefore {
        let dReset = chains(layer, .weightHH, h, gates: [2])
        for unit in 0..<hidden {
          // What gate n read was r times h as masked for it.
          let mask = masks.hidden?[2][unit]
          let own = mask.map { trace.h[step][unit] * $0 } ?? trace.h[step][unit]
          let past = dReset[unit] * gates[0][unit]
          x[0][unit] = slope(dReset[unit] * own, ofGate: gates[0][unit])
          carried[unit] += mask.map { past * $0 } ?? past
        }
        h[0] = x[0]
      }
      result[step] = SumGradients(x: x, h: h)
      let through = isResetBefore ? Array(0..<2) : Array(0..<gateCount)
      if let hiddenMasks = masks.hidden {
        let parts = through.map { gate in
          masked(chains(layer, .weightHH, h, gates: [gate]), hiddenMasks[gate])
        }
        dHidden = parts.dropFirst().reduce(parts[0]) { sum, part in zip(sum, part).map { $0 + $1 } }
      } else {
        dHidden = chains(layer, .weightHH, h, gates: through)
      }
    }
    return result
  }

  /// Sums over the columns of some gates of d times the weights of each input.
  func chains(_ layer: Int, _ kind: Tensor.Kind, _ d: [[Float]], gates: [Int]) -> [Float] {
    let hidden = configuration.hidden[layer]
    let matrix = weights[Tensor(kind, layer: layer)] ?? []
    let inputs = matrix.count / (gateCount * hidden)
    let columns = stride(from: 0, to: hidden, by: 16).flatMap { group in
      gates.flatMap { gate in (group..<group + 16).map { (gate, $0) } }
    }
    return (0..<inputs).map { k in
      chains(0, columns.count, panels: (inputs + 15) / 16) { column in
        let (gate, unit) = columns[column]
        guard unit < hidden else { return (0, 0) }
        return (d[gate][unit], matrix[(gate * hidden + unit) * inputs + k])
      }
    }
  }

  /// A sum of products on top of `start`: of a matrix of fewer than four panels of 16 columns several
  /// chains over blocks of 16 inputs.
  func chains(
    _ start: Float, _ count: Int, panels: Int, _ factors: (Int) -> (Float, Float)
  ) -> Float {
    let blocks = (count + 15) / 16
    let most = panels >= 4 ? 1 : panels >= 2 ? 2 : 4
    let chains = blocks >= most ? most : blocks >= 2 ? 2 : 1
    var total = start
    for chain in 0..<chains {
      var sum: Float = chain == 0 ? start : 0
      for k in chain * blocks / chains * 16..<min((chain + 1) * blocks / chains * 16, count) {
        let (a, b) = factors(k)
        sum.addProduct(a, b)
      }
      total = chain == 0 ? sum : total + sum
    }
    return total
  }

  func inputGradient(_ layer: Int, _ d: [[Float]], _ masks: [[Float]]?) -> [Float] {
    guard let masks, configuration.recurrentDropout > 0 else {
      return masked(chains(layer, .weightIH, d, gates: Array(0..<gateCount)), masks?[0])
    }
    let parts = (0..<gateCount).map { gate in
      masked(chains(layer, .weightIH, d, gates: [gate]), masks[gate])
    }
    return parts.dropFirst().reduce(parts[0]) { sum, part in zip(sum, part).map { $0 + $1 } }
  }

  /// `ends`: of the windows, in the lowest layer.
  func addWeightGradients(
    _ layer: Int, _ traces: [LayerTrace], _ dz: [[SumGradients]], ends: [Int]?, fromState: Bool,
    to result: inout [Tensor: [Float]]
  ) {
    let hidden = configuration.hidden[layer]
    let inputs = configuration.inputs(of: layer)
    let steps = traces[0].gates.count
    // Where windows overlap enough and features are not masked, sums go by the rows they share.
    var span = 0
    let first = ends?.min() ?? 0
    if let ends, configuration.inputDropout == 0 {
      span = (ends.max() ?? 0) - first + steps
      if 2 * span > ends.count * steps { span = 0 }
    }
    var sums = Array(repeating: zeros(gateCount * hidden), count: span)
    var shared = Array(repeating: zeros(inputs), count: span)
    for step in 0..<steps {
      for (sample, trace) in traces.enumerated() {
        for gate in 0..<gateCount {
          for unit in 0..<hidden {
            let row = gate * hidden + unit
            let d = dz[sample][step].x[gate][unit]
            let dh = dz[sample][step].h[gate][unit]
            if span == 0 {
              result[.biasIH(layer)]?[row] += d
              for k in 0..<inputs {
                result[.weightIH(layer)]?[row * inputs + k].addProduct(trace.x[step][gate][k], d)
              }
            } else {
              let at = (ends?[sample] ?? 0) - first + step
              sums[at][row] += d
              shared[at] = trace.x[step][gate]
            }
            if isResetAfter, gate == 2 { result[.biasHH(layer)]?[row] += dh }
            if step > 0 || fromState {
              for k in 0..<hidden {
                result[.weightHH(layer)]?[row * hidden + k].addProduct(
                  trace.read[step][gate][k], dh)
              }
            }
          }
        }
      }
    }
    for (sum, x) in zip(sums, shared) {
      for (row, d) in sum.enumerated() {
        result[.biasIH(layer)]?[row] += d
        for k in 0..<inputs { result[.weightIH(layer)]?[row * inputs + k].addProduct(x[k], d) }
      }
    }
    guard configuration.hasTwoBiases else { return }
    let bias = result[.biasIH(layer)] ?? []
    for row in 0..<(isResetAfter ? 2 : gateCount) * hidden {
      result[.biasHH(layer)]?[row] = bias[row]
    }
  }

  // MARK: Masks

  func masks(position: Int, epoch: Int, refit: Int) -> Masks {
    configuration.hidden.indices.map { layer in
      func words(_ rate: Float, _ purpose: Purpose, rows: Int, units: Int) -> [[Float]]? {
        guard rate > 0 else { return nil }
        let stream = PhiloxStream(
          seed: training.seed, purpose: purpose, epoch: UInt32(epoch), refit: UInt32(refit),
          member: UInt16(configuration.member), layer: UInt16(layer))
        let padded = (units + 15) / 16 * 16
        return (0..<rows).map { row in
          (0..<units).map { unit in
            let word = stream.word(at: (position * rows + row) * padded + unit)
            return Double(word) < (Double(rate) * 0x1p32).rounded(.down) ? 0 : 1 / (1 - rate)
          }
        }
      }
      let copies = configuration.recurrentDropout > 0 ? gateCount : 1
      let hidden = configuration.hidden[layer]
      var inputs = words(
        configuration.inputDropout, .inputDropout, rows: copies,
        units: configuration.inputs(of: layer))
      if let one = inputs, copies == 1 { inputs = Array(repeating: one[0], count: gateCount) }
      let isTop = layer == configuration.hidden.count - 1
      let outputRows = isTop && configuration.output == .last ? 1 : configuration.lookback
      return LayerMasks(
        inputs: inputs,
        hidden: words(
          configuration.recurrentDropout, .recurrentDropout, rows: gateCount, units: hidden),
        outputs: words(configuration.dropout, .dropout, rows: outputRows, units: hidden))
    }
  }
}
