import Numerics

@testable import Recurrent

/// The network again, one number at a time, in the order of operations that the kernels define.
/// Plain and slow: it must give the same bits.
struct ScalarTwin {
  let configuration: NetworkConfiguration
  let training: TrainingConfiguration
  var weights: [Tensor: [Float]]
  var first: [Tensor: [Float]] = [:]
  var second: [Tensor: [Float]] = [:]
  var updates = 0
  var beta1Power = 1.0
  var beta2Power = 1.0
  static let tile = 16

  var hidden: Int { configuration.hidden[0] }
  var features: Int { configuration.features }
  var outputs: Int { configuration.outputs }

  init(_ network: Network) {
    configuration = network.configuration
    training = network.training
    weights = [:]
    for tensor in Tensor.allCases {
      weights[tensor] = network.values(of: tensor)
      first[tensor] = weights[tensor]?.map { _ in 0 }
      second[tensor] = first[tensor]
    }
  }

  // MARK: Elementary functions

  static func expOfRest(_ r: Float, _ first: Float) -> Float {
    let square = r * r
    let low = (0x1.00004cp-1 as Float).addingProduct(r, 0x1.554338p-3)
    let high = (0x1.56decap-5 as Float).addingProduct(r, 0x1.01ddb6p-7)
    let p = low.addingProduct(high.addingProduct(0x1.f543d8p-10, square), square)
    return first.addingProduct(square, p)
  }

  static func floorOverLog2(_ y: Float) -> (n: Float, whole: Int) {
    let shifted = (-0.5 as Float).addingProduct(y, 0x1.715476p+0) + 12_582_912
    return (shifted - 12_582_912, Int(shifted - 12_582_912))
  }

  static func sigmoid(_ x: Float) -> Float {
    let y = max(min(-x, 104), -40)
    let (n, whole) = floorOverLog2(y)
    let r = y.addingProduct(n, -0x1.62e4p-1).addingProduct(n, -0x1.7f7d1cp-20)
    let u = Float(sign: .plus, exponent: 24 - whole, significand: 1)
    let rest = expOfRest(r, r.addingProduct(u < 2 ? u : 0, 0x1p-24))
    return u / (u + 0x1p24).addingProduct(rest, 0x1p24)
  }

  static func tanh(_ x: Float) -> Float {
    let a = x.magnitude
    let square = a * a
    var series = (-0x1.af98d6p-5 as Float).addingProduct(0x1.0dafbep-6, square)
    series = (0x1.10d036p-3 as Float).addingProduct(series, square)
    series = (-0x1.55545ap-2 as Float).addingProduct(series, square)
    let small = a.addingProduct(square * a, series)
    var y = min(a, 10)
    y += y
    let (n, whole) = floorOverLog2(y)
    let u = Float(sign: .plus, exponent: -whole, significand: 1)
    let r = y.addingProduct(n, -0x1.62e430p-1)
    let large = 1 - (u + u) / (u + 1 + expOfRest(r, r))
    return Float(signOf: x, magnitudeOf: a < 0.55 ? small : large)
  }

  // MARK: One sample forward

  struct Trace {
    var inputs: [[[Float]]] = []  // [step][gate][feature]
    var before: [[[Float]]] = []  // [step][gate][unit]: h of the step before, masked
    var gates: [[[Float]]] = []  // [step][gate][unit]
    var cells: [[Float]] = []
    var squashed: [[Float]] = []
    var last: [Float] = []
    var output: [Float] = []
  }

  struct Masks {
    var inputs: [[Float]]?  // [gate][feature]
    var hidden: [[Float]]?  // [gate][unit]
    var output: [Float]?
  }

  func forward(_ window: [[Float]], _ masks: Masks) -> Trace {
    let ih = weights[.weightIH] ?? []
    let hh = weights[.weightHH] ?? []
    var trace = Trace()
    var h = [Float](repeating: 0, count: hidden)
    for step in 0..<configuration.lookback {
      let x = (0..<4).map { gate in
        (0..<features).map { f in
          masks.inputs.map { window[step][f] * $0[gate][f] } ?? window[step][f]
        }
      }
      let masked = (0..<4).map { gate in
        (0..<hidden).map { k in masks.hidden.map { h[k] * $0[gate][k] } ?? h[k] }
      }
      var gates: [[Float]] = []
      for gate in 0..<4 {
        gates.append(
          (0..<hidden).map { unit in
            let row = gate * hidden + unit
            var z = (weights[.biasIH]?[row] ?? 0) + (weights[.biasHH]?[row] ?? 0)
            for f in 0..<features { z.addProduct(x[gate][f], ih[row * features + f]) }
            if step > 0 {
              for k in 0..<hidden { z.addProduct(masked[gate][k], hh[row * hidden + k]) }
            }
            return gate == 2 ? ScalarTwin.tanh(z) : ScalarTwin.sigmoid(z)
          })
      }
      var cells: [Float] = []
      var squashed: [Float] = []
      for unit in 0..<hidden {
        let before: Float = step > 0 ? trace.cells[step - 1][unit] : 0
        let c = (gates[0][unit] * gates[2][unit]).addingProduct(gates[1][unit], before)
        cells.append(c)
        squashed.append(ScalarTwin.tanh(c))
        h[unit] = gates[3][unit] * squashed[unit]
      }
      trace.inputs.append(x)
      trace.before.append(masked)
      trace.gates.append(gates)
      trace.cells.append(cells)
      trace.squashed.append(squashed)
    }
    trace.last = (0..<hidden).map { unit in masks.output.map { h[unit] * $0[unit] } ?? h[unit] }
    for output in 0..<outputs {
      var lanes = [Float](repeating: 0, count: 16)
      for unit in 0..<hidden {
        lanes[unit % 16].addProduct(
          weights[.headWeight]?[output * hidden + unit] ?? 0, trace.last[unit])
      }
      while lanes.count > 1 {
        let half = lanes.count / 2
        lanes = (0..<half).map { lanes[$0] + lanes[$0 + half] }
      }
      trace.output.append(lanes[0] + (weights[.headBias]?[output] ?? 0))
    }
    return trace
  }

  // MARK: One tile

  /// The columns of gates in the kernels' order: (gate, unit).
  var columns: [(gate: Int, unit: Int)] {
    let groups = (hidden + 15) / 16
    return (0..<groups).flatMap { group in
      (0..<4).flatMap { gate in (0..<16).map { (gate, group * 16 + $0) } }
    }
  }

  /// The gradient of a tile, and the sum of squared errors.
  func gradient(
    _ traces: [Trace], ends: [Int], labels: [[Float]], masks: [Masks], scale: Float
  ) -> (gradient: [Tensor: [Float]], squares: Double) {
    var result = weights.mapValues { $0.map { _ in Float(0) } }
    var squares = 0.0
    let steps = configuration.lookback
    // [step][sample][gate][unit]
    var dz = [[[[Float]]]](
      repeating: Array(repeating: [], count: traces.count), count: steps)
    for (sample, trace) in traces.enumerated() {
      var dOutput: [Float] = []
      for output in 0..<outputs {
        let error = trace.output[output] - labels[sample][output]
        squares += Double(error) * Double(error)
        dOutput.append(2 * error * scale)
        result[.headBias]?[output] += dOutput[output]
      }
      var dHidden = [Float](repeating: 0, count: hidden)
      for unit in 0..<hidden {
        for output in 0..<outputs {
          let index = output * hidden + unit
          result[.headWeight]?[index].addProduct(dOutput[output], trace.last[unit])
          dHidden[unit].addProduct(dOutput[output], weights[.headWeight]?[index] ?? 0)
        }
        if let mask = masks[sample].output { dHidden[unit] *= mask[unit] }
      }
      var dCell = [Float](repeating: 0, count: hidden)
      for step in (0..<steps).reversed() {
        var d = [[Float]](repeating: Array(repeating: 0, count: hidden), count: 4)
        for unit in 0..<hidden {
          let (i, f) = (trace.gates[step][0][unit], trace.gates[step][1][unit])
          let (g, o) = (trace.gates[step][2][unit], trace.gates[step][3][unit])
          let squashed = trace.squashed[step][unit]
          let dh = dHidden[unit]
          let slope = (1 as Float).addingProduct(-squashed, squashed)
          let dc = dCell[unit].addingProduct(dh * o, slope)
          let before: Float = step > 0 ? trace.cells[step - 1][unit] : 0
          d[0][unit] = dc * g * (i * (1 - i))
          d[1][unit] = dc * before * (f * (1 - f))
          d[2][unit] = dc * i * (1 as Float).addingProduct(-g, g)
          d[3][unit] = dh * squashed * (o * (1 - o))
          dCell[unit] = dc * f
        }
        dz[step][sample] = d
        if step > 0 { dHidden = hiddenGradient(d, masks[sample]) }
      }
    }
    // Where windows overlap enough and features are not masked, sums go by the rows they share.
    let first = ends.min() ?? 0
    var span = (ends.max() ?? 0) - first + steps
    let masked = configuration.inputDropout > 0 || configuration.recurrentDropout > 0
    if masked || 2 * span > ends.count * steps { span = 0 }
    var sums = [[Float]](repeating: Array(repeating: 0, count: 4 * hidden), count: span)
    var sharedInputs = [[Float]](repeating: Array(repeating: 0, count: features), count: span)
    for step in 0..<steps {
      for (sample, trace) in traces.enumerated() {
        for gate in 0..<4 {
          for unit in 0..<hidden {
            let row = gate * hidden + unit
            let d = dz[step][sample][gate][unit]
            if span == 0 {
              result[.biasIH]?[row] += d
              for f in 0..<features {
                result[.weightIH]?[row * features + f].addProduct(trace.inputs[step][gate][f], d)
              }
            } else {
              let shared = ends[sample] - first + step
              sums[shared][row] += d
              sharedInputs[shared] = trace.inputs[step][gate]
            }
            if step > 0 {
              for k in 0..<hidden {
                result[.weightHH]?[row * hidden + k].addProduct(trace.before[step][gate][k], d)
              }
            }
          }
        }
      }
    }
    for (shared, inputs) in zip(sums, sharedInputs) {
      for (row, d) in shared.enumerated() {
        result[.biasIH]?[row] += d
        for f in 0..<features { result[.weightIH]?[row * features + f].addProduct(inputs[f], d) }
      }
    }
    if configuration.dialect == .torch { result[.biasHH] = result[.biasIH] }
    return (result, squares)
  }

  func hiddenGradient(_ d: [[Float]], _ masks: Masks) -> [Float] {
    let hh = weights[.weightHH] ?? []
    let columns = columns
    return (0..<hidden).map { k in
      func chain(_ part: some Sequence<(gate: Int, unit: Int)>) -> Float {
        var sum: Float = 0
        for (gate, unit) in part where unit < hidden {
          sum.addProduct(d[gate][unit], hh[(gate * hidden + unit) * hidden + k])
        }
        return sum
      }
      guard let mask = masks.hidden else {
        let half = columns.count / 2
        return chain(columns[..<half]) + chain(columns[half...])
      }
      let parts = (0..<4).map { gate in
        chain(columns.filter { $0.gate == gate }) * mask[gate][k]
      }
      return (parts[0] + parts[1]) + (parts[2] + parts[3])
    }
  }

  // MARK: Masks, order, updates

  func masks(position: Int, epoch: Int, refit: Int) -> Masks {
    func mask(_ rate: Float, _ purpose: Purpose, gates: Int, units: Int) -> [[Float]]? {
      guard rate > 0 else { return nil }
      let stream = PhiloxStream(
        seed: training.seed, purpose: purpose, epoch: UInt32(epoch), refit: UInt32(refit),
        member: UInt16(configuration.member))
      let padded = (units + 15) / 16 * 16
      return (0..<gates).map { gate in
        (0..<units).map { unit in
          let word = stream.word(at: (position * gates + gate) * padded + unit)
          return Double(word) < (Double(rate) * 0x1p32).rounded(.down) ? 0 : 1 / (1 - rate)
        }
      }
    }
    let gates = configuration.recurrentDropout > 0 ? 4 : 1
    var inputs = mask(configuration.inputDropout, .inputDropout, gates: gates, units: features)
    if let one = inputs, gates == 1 { inputs = Array(repeating: one[0], count: 4) }
    return Masks(
      inputs: inputs,
      hidden: mask(configuration.recurrentDropout, .recurrentDropout, gates: 4, units: hidden),
      output: mask(configuration.dropout, .dropout, gates: 1, units: hidden)?[0])
  }

  func order(count: Int, epoch: Int, refit: Int) -> [Int] {
    var order = Array(0..<count)
    guard training.shuffle else { return order }
    let stream = PhiloxStream(
      seed: training.seed, purpose: .shuffle, epoch: UInt32(epoch), refit: UInt32(refit),
      member: UInt16(configuration.member))
    for index in stride(from: count - 1, to: 0, by: -1) {
      let other = (UInt64(stream.word(at: index)) * UInt64(index + 1)) >> 32
      order.swapAt(index, Int(other))
    }
    return order
  }

  mutating func fit(_ data: TrainingData, refit: Int) -> FitReport {
    let count = data.ends.count
    var report = FitReport(
      samples: count, epochs: training.epochs, updates: 0, lossFirst: 0, lossLast: 0)
    let batch =
      switch training.batch {
      case .size(let size): size
      case .all: count
      }
    for epoch in 0..<training.epochs {
      let order = order(count: count, epoch: epoch, refit: refit)
      var epochSquares = 0.0
      for start in stride(from: 0, to: count, by: batch) {
        let size = min(batch, count - start)
        let scale = Float(1 / Double(size * outputs))
        var total: [Tensor: [Float]] = [:]
        var squares = 0.0
        for from in stride(from: start, to: start + size, by: ScalarTwin.tile) {
          let positions = from..<min(from + ScalarTwin.tile, start + size)
          let masks = positions.map { self.masks(position: $0, epoch: epoch, refit: refit) }
          let traces = zip(positions, masks).map { forward(window(data, order[$0]), $1) }
          let labels = positions.map { position in
            (0..<outputs).map { data.labels[order[position] * outputs + $0] }
          }
          let tile = gradient(
            traces, ends: positions.map { data.ends[order[$0]] }, labels: labels, masks: masks,
            scale: scale)
          squares += tile.squares
          total =
            total.isEmpty
            ? tile.gradient
            : total.merging(tile.gradient) { old, new in zip(old, new).map { $0 + $1 } }
        }
        epochSquares += squares
        update(total)
        report.updates += 1
      }
      report.lossLast = epochSquares / Double(count * outputs)
      if epoch == 0 { report.lossFirst = report.lossLast }
    }
    return report
  }

  func window(_ data: TrainingData, _ sample: Int) -> [[Float]] {
    (0..<configuration.lookback).map { step in
      let row = data.ends[sample] - configuration.lookback + 1 + step
      return Array(data.rows[row * features..<(row + 1) * features])
    }
  }

  mutating func update(_ gradient: [Tensor: [Float]]) {
    beta1Power *= 0.9
    beta2Power *= 0.999
    let root = (1 - beta2Power).squareRoot()
    let torch = configuration.dialect == .torch
    let rate = Float(
      torch
        ? training.learningRate / (1 - beta1Power)
        : training.learningRate * root / (1 - beta1Power))
    let scale = torch ? Float(1 / root) : 1
    let epsilon: Float = torch ? 1e-8 : 1e-7
    for tensor in Tensor.allCases {
      for (index, g) in (gradient[tensor] ?? []).enumerated() {
        let oldM = first[tensor]?[index] ?? 0
        let oldV = second[tensor]?[index] ?? 0
        let m = oldM.addingProduct(g - oldM, Float(1 - 0.9))
        let v = oldV.addingProduct((-oldV).addingProduct(g, g), Float(1 - 0.999))
        first[tensor]?[index] = m
        second[tensor]?[index] = v
        let step = m / epsilon.addingProduct(v.squareRoot(), scale)
        weights[tensor]?[index].addProduct(step, -rate)
      }
    }
  }
}
