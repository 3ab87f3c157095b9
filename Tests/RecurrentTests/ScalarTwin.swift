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

  var features: Int { configuration.features }
  var outputs: Int { configuration.outputs }
  var tensors: [Tensor] { Tensor.all(in: configuration) }

  init(_ network: Network) {
    configuration = network.configuration
    training = network.training
    weights = [:]
    for tensor in Tensor.all(in: configuration) {
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

  // MARK: Order, updates

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
          var dOutputs: [[[Float]]] = []
          var tileSquares = 0.0
          for (position, trace) in zip(positions, traces) {
            let errors = (0..<outputs).map { output in
              trace.outputs[0][output] - data.labels[order[position] * outputs + output]
            }
            for error in errors { tileSquares += Double(error) * Double(error) }
            dOutputs.append([errors.map { 2 * $0 * scale }])
          }
          squares += tileSquares
          let tile = gradient(
            traces, ends: positions.map { data.ends[order[$0]] }, dOutputs: dOutputs, masks: masks)
          total =
            total.isEmpty
            ? tile : total.merging(tile) { old, new in zip(old, new).map { $0 + $1 } }
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
    for tensor in tensors {
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
