import CKernels
import Numerics

@testable import Recurrent

extension ScalarTwin {
  // MARK: Losses

  static func exp(_ x: Float) -> Float {
    let x = max(min(x, 89), -104)
    let (n, whole) = floorOverLog2(x)
    let r = x.addingProduct(n, -0x1.62e4p-1).addingProduct(n, -0x1.7f7d1cp-20)
    let p = 1 + expOfRest(r, r)
    let half = whole >> 1
    return p * Float(sign: .plus, exponent: half, significand: 1)
      * Float(sign: .plus, exponent: whole - half, significand: 1)
  }

  static func log(_ x: Double) -> Double {
    let middle: Int64 = 0x3FE6_A09E_667F_3BCD
    let bits = Int64(bitPattern: x.bitPattern) - middle
    let exponent = Double(bits >> 52)
    let m = Double(bitPattern: UInt64((bits & 0xF_FFFF_FFFF_FFFF) + middle))
    let s = (m - 1) / (m + 1)
    let z = s * s
    var series = 1.0 / 17
    for divisor in [15.0, 13, 11, 9, 7, 5, 3] { series = series * z + 1 / divisor }
    return 2 * (s + s * z * series) + exponent * 0x1.62e42fefa39efp-1
  }

  /// The slope and the value of a loss at an error, forecast minus label.
  static func loss(_ loss: Loss, _ error: Float, output: Int) -> (slope: Float, value: Double) {
    let e = Double(error)
    switch loss {
    case .mse: return (2 * error, e * e)
    case .mae:
      let slope: Float = error > 0 ? 1 : error < 0 ? -1 : 0
      return (slope, Double(slope) * e)
    case .huber(let delta):
      let slope = max(min(error, Float(delta)), -Float(delta))
      return (slope, Double(slope) * (e - 0.5 * Double(slope)))
    case .logcosh:
      let slope = tanh(error)
      let a = Double(error.magnitude)
      let small = log(1 - Double(slope) * Double(slope)) * -0.5
      return (slope, a < 1 ? small : a + log(0.5 + 0.5 * Double(exp(-2 * error.magnitude))))
    case .quantile(let quantiles):
      let q = Float(quantiles[output % quantiles.count])
      let slope = (error > 0 ? 1 : error < 0 ? 0 : 0.5) - q
      return (slope, Double(slope) * e)
    }
  }

  static func loss(_ call: LossCall) -> (sum: Double, gradient: [[Float]]) {
    var sum = 0.0
    var gradient: [[Float]] = []
    for row in call.labels.indices {
      let factor = call.weights.map { $0[row] * call.scale } ?? call.scale
      gradient.append(
        (0..<call.outputs).map { output in
          let label = call.labels[row][output]
          guard !label.isNaN else { return 0 }
          let (slope, value) = loss(call.loss, call.forecasts[row][output] - label, output: output)
          sum += call.weights.map { Double($0[row]) * value } ?? value
          return slope * factor
        })
    }
    return (sum, gradient)
  }

  // MARK: Updates

  static func update(
    _ u: pawl_update, gradient: Float, weight w: inout Float, first a: inout Float,
    second b: inout Float
  ) {
    let clipped = max(min(gradient * u.gradient_scale, u.limit), -u.limit)
    let g = clipped.addingProduct(u.gradient_decay, w)
    func root(_ x: Float) -> Float {
      u.epsilon.addingProduct((x + u.inner_epsilon).squareRoot(), u.root_scale)
    }
    func meanSquare(_ x: Float) -> Float {
      x.addingProduct((-x).addingProduct(g, g), u.square_rate)
    }
    var step = g
    switch u.rule {
    case pawl_rule_momentum, pawl_rule_nesterov:
      let push = u.gradient_rate * g
      a = push.addingProduct(u.momentum, a)
      step = u.rule == pawl_rule_momentum ? a : push.addingProduct(u.momentum, a)
    case pawl_rule_rmsprop:
      a = meanSquare(a)
      step = g / root(a)
    case pawl_rule_adagrad:
      a = a.addingProduct(g, g)
      step = g / root(a)
    case pawl_rule_adam, pawl_rule_nadam:
      a = a.addingProduct(g - a, u.mean_rate)
      b = meanSquare(b)
      if u.rule == pawl_rule_nadam {
        step = (u.gradient_share * g).addingProduct(u.mean_share, a)
      } else {
        step = a
      }
      step /= root(b)
    default: break
    }
    w = w.addingProduct(-u.weight_decay, w).addingProduct(step, -u.rate)
  }

  /// Lanes first, then halves.
  static func sumOfSquares(_ values: [Float]) -> Double {
    var lanes = [Double](repeating: 0, count: 16)
    for (index, value) in values.enumerated() { lanes[index % 16] += Double(value) * Double(value) }
    for half in [8, 4, 2, 1] {
      for lane in 0..<half { lanes[lane] += lanes[lane + half] }
    }
    return lanes[0]
  }
}
