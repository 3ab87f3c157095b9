import CKernels
import Numerics
import Testing

@testable import Recurrent

extension Loss {
  /// By the name and the number that training.py writes.
  init?(_ name: String, _ parameter: Double) {
    switch name {
    case "mse": self = .mse
    case "mae": self = .mae
    case "huber": self = .huber(delta: parameter)
    case "logcosh": self = .logcosh
    case "quantile": self = .quantile([parameter])
    default: return nil
    }
  }
}

/// A call of the loss verb.
struct LossCall {
  var loss: Loss
  var outputs: Int
  var forecasts: [[Float]]
  var labels: [[Float]]
  var weights: [Float]?
  var scale: Float

  func run(_ variant: KernelVariant) -> (sum: Double, gradient: [[Float]]) {
    let stride = (outputs + 15) / 16 * 16
    func padded(_ rows: [[Float]], _ filler: Float) -> [Float] {
      rows.flatMap { $0 + Array(repeating: filler, count: stride - outputs) }
    }
    let forecasts = padded(forecasts, 0)
    let labels = padded(labels, .nan)
    var gradient = [Float](repeating: 7, count: labels.count)
    var quantiles = [Float](repeating: 0, count: stride)
    var kernel = pawl_loss()
    kernel.outputs = Int32(outputs)
    switch loss {
    case .mse: kernel.kind = pawl_loss_mse
    case .mae: kernel.kind = pawl_loss_mae
    case .huber(let delta): (kernel.kind, kernel.delta) = (pawl_loss_huber, Float(delta))
    case .logcosh: kernel.kind = pawl_loss_logcosh
    case .quantile(let values):
      kernel.kind = pawl_loss_quantile
      for output in 0..<outputs { quantiles[output] = Float(values[output % values.count]) }
    }
    let sum = quantiles.withUnsafeBufferPointer { quantiles in
      kernel.quantiles = quantiles.baseAddress
      return variant.verbs.loss(
        &kernel, self.labels.count, forecasts, labels, weights, scale, &gradient)
    }
    let rows = self.labels.indices.map { Array(gradient[$0 * stride..<($0 + 1) * stride]) }
    #expect(rows.allSatisfy { $0[outputs...].allSatisfy { $0 == 0 } }, "padding has no gradient")
    return (sum, rows.map { Array($0[..<outputs]) })
  }
}

struct LossTests {
  @Test func lossesAndGradientsAreThoseOfPyTorchAndKeras() throws {
    let sections = try TrainingReference().all("loss")
    #expect(sections.count == 7)
    for section in sections {
      let parameter = try #require(Double(section.words[1]))
      let loss = try #require(Loss(section.words[0], parameter))
      let forecast = try section.floats("forecast")
      let call = LossCall(
        loss: loss, outputs: 1, forecasts: forecast.map { [$0] },
        labels: try section.floats("label").map { [$0] }, weights: nil,
        scale: 1 / Float(forecast.count))
      let (sum, gradient) = call.run(.detected)
      let value = try section.numbers("value")[0]
      #expect(abs(sum / Double(forecast.count) - value) < 2e-7 * value, "\(section.words)")
      for (found, expected) in zip(gradient, try section.numbers("gradient")) {
        #expect(abs(Double(found[0]) - expected) <= 3e-7 * abs(expected), "\(section.words)")
      }
    }
  }

  @Test func smallErrorsKeepTheirDigitsInLogCosh() {
    for error: Float in [1e-6, 1e-4, 1e-2, 0.5, 0.99, 1, 1.01, 3, 100] {
      let call = LossCall(
        loss: .logcosh, outputs: 1, forecasts: [[error]], labels: [[0]], weights: nil, scale: 1)
      let e = Double(error)
      // log cosh e = log(1 + 2 sinh²(e/2)), and for large e as it stands.
      let half = (Elementary.expm1(e / 2) - Elementary.expm1(-e / 2)) / 2
      let expected =
        e < 10
        ? Elementary.log1p(2 * half * half)
        : e + Elementary.log1p(Elementary.exp(-2 * e))
          - Elementary.log(2)
      #expect(abs(call.run(.detected).sum - expected) < 5e-7 * expected + 1e-16, "\(error)")
    }
  }

  @Test(arguments: [
    Loss.mse, .mae, .huber(delta: 0.7), .logcosh, .quantile([0.1]), .quantile([0.1, 0.5, 0.9]),
  ])
  func allVariantsHaveTheBitsOfTheScalarTwin(loss: Loss) {
    for seed: UInt32 in 1...6 {
      var random = PhiloxSequence(PhiloxStream(seed: seed, purpose: .synthetic))
      let stream = PhiloxStream(seed: seed, purpose: .synthetic, epoch: 1)
      let outputs = [1, 3, 15, 16, 17, 33][random.integer(below: 6)]
      let rows = 1 + random.integer(below: 20)
      func draw(_ base: Int, _ scale: Double) -> [[Float]] {
        (0..<rows).map { row in
          (0..<outputs).map { output in
            Float(scale * stream.normal(at: base + row * outputs + output))
          }
        }
      }
      var forecasts = draw(0, 2)
      var labels = draw(100_000, 2)
      labels[0][outputs - 1] = .nan
      labels[rows - 1][0] = .nan
      forecasts[rows / 2][0] = labels[rows / 2][0]
      let weights = (0..<rows).map { Float(stream.uniform(at: 200_000 + $0)) }
      for weights in [nil, weights] {
        let call = LossCall(
          loss: loss, outputs: outputs, forecasts: forecasts, labels: labels, weights: weights,
          scale: 0.3)
        let expected = ScalarTwin.loss(call)
        for variant in KernelVariant.allCases where variant.isSupported {
          let found = call.run(variant)
          #expect(found.sum == expected.sum, "seed \(seed), \(variant)")
          #expect(found.gradient == expected.gradient, "seed \(seed), \(variant)")
        }
      }
    }
  }

  @Test func aForecastThatIsNoNumberMakesTheLossNone() {
    for loss: Loss in [.mse, .mae, .huber(delta: 1), .logcosh, .quantile([0.5])] {
      for bad: Float in [.nan, .infinity, -.infinity] {
        let call = LossCall(
          loss: loss, outputs: 1, forecasts: [[bad], [1]], labels: [[0], [0]], weights: nil,
          scale: 1)
        #expect(!call.run(.detected).sum.isFinite, "\(loss) \(bad)")
      }
    }
  }
}
