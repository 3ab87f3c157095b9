import Bytes
import CKernels
import Numerics
import Testing

@testable import Recurrent

/// Every optimiser with every option, by the words of a heading of training.txt: dialect, kind,
/// momentum, nesterov, decay (-1: the default), rate.
private func training(_ words: [String]) throws -> TrainingConfiguration {
  let dialect = try #require(Dialect(rawValue: words[0]))
  let kind = try #require(OptimizerKind(rawValue: words[1]))
  var optimizer = Optimizer(kind, dialect: dialect)
  optimizer.momentum = try #require(Double(words[2]))
  optimizer.nesterov = words[3] == "1"
  let decay = try #require(Double(words[4]))
  if decay >= 0 { optimizer.weightDecay = decay }
  let rate = try #require(Double(words[5]))
  return TrainingConfiguration(optimizer: optimizer, learningRate: rate, epochs: 1, batch: .all)
}

struct OptimizerTests {
  @Test func thirtyUpdatesEndAtTheFrameworksWeights() throws {
    let reference = try TrainingReference()
    let sections = try reference.all("optimizer")
    #expect(sections.count == 32)
    let start = try reference.inputs.floats("start")
    let gradients = try reference.inputs.floats("gradients")
    for section in sections {
      let training = try training(section.words)
      var values = Values(training, weights: start)
      var state = OptimizerState()
      for step in 1...30 {
        let update = state.advance(training)
        values.apply(
          update, Array(gradients[(step - 1) * start.count..<step * start.count]), .detected)
        guard let expected = section.lines["after \(step)"] else { continue }
        let found = Array(values.weights[..<start.count])
        #expect(distance(found, expected) < 3e-6, "\(section.words) after \(step)")
      }
    }
  }

  @Test(arguments: OptimizerKind.allCases, [Dialect.torch, .keras3])
  func allVariantsHaveTheBitsOfTheScalarTwinAndPaddingStaysZero(
    kind: OptimizerKind, dialect: Dialect
  ) {
    for option in 0..<5 {
      var optimizer = Optimizer(kind, dialect: dialect)
      if option > 0 { optimizer.weightDecay = 0.01 }
      if option > 1 { optimizer.momentum = 0.9 }
      optimizer.nesterov = option > 2
      let training = TrainingConfiguration(
        optimizer: optimizer, learningRate: 0.01, epochs: 1, batch: .all)
      let stream = PhiloxStream(seed: UInt32(option), purpose: .synthetic)
      let count = 37
      let start = (0..<count).map { Float(stream.normal(at: $0)) }
      var twin = Values(training, weights: start)
      var others = KernelVariant.allCases.filter(\.isSupported).map { variant in
        (variant, Values(training, weights: start))
      }
      var state = OptimizerState()
      for step in 1...4 {
        var update = state.advance(training)
        if option == 3 { update.limit = 0.5 }
        if option == 4 { update.gradient_scale = 0.37 }
        let gradient = (0..<count).map { Float(stream.normal(at: step * 100 + $0)) }
        twin.applyTwin(update, gradient)
        for index in others.indices {
          let (variant, _) = others[index]
          others[index].1.apply(update, gradient, variant)
          #expect(others[index].1 == twin, "\(variant), option \(option), step \(step)")
        }
      }
      #expect(twin.weights[count...].allSatisfy { $0 == 0 })
      #expect(twin.weights[..<count] != start[...])
    }
  }

  @Test func sumsOfSquaresHaveOneTree() {
    let stream = PhiloxStream(seed: 3, purpose: .synthetic)
    for count in [16, 48, 1600] {
      let values = (0..<count).map { Float(stream.normal(at: $0)) }
      for variant in KernelVariant.allCases where variant.isSupported {
        #expect(variant.verbs.sum_of_squares(count, values) == ScalarTwin.sumOfSquares(values))
      }
    }
    // What Float32 cannot hold.
    let large = [Float](repeating: 1e30, count: 16)
    let sum = KernelVariant.detected.verbs.sum_of_squares(16, large)
    #expect(abs(sum / 1.6e61 - 1) < 1e-6)
  }

  @Test func aStateOfCountersGoesOnWhereItWasSaved() throws {
    let training = TrainingConfiguration(
      optimizer: Optimizer(.nadam, dialect: .keras3), learningRate: 0.1,
      schedule: .exponential(rate: 0.5, steps: 3), epochs: 1, batch: .all)
    var state = OptimizerState()
    for _ in 0..<3 { _ = state.advance(training) }
    var watch = LossWatch(best: 1, waited: 0)
    state.endEpoch(.plateau(factor: 0.5, patience: 1, least: 0), loss: 2, &watch)
    #expect(state.plateauFactor == 0.5)
    var writer = StateWriter()
    state.save(to: &writer)
    var restored = OptimizerState()
    var reader = StateReader(writer.bytes)
    try restored.restore(from: &reader)
    #expect(reader.isAtEnd && restored == state)
    #expect(restored.advance(training).rate == state.advance(training).rate)
  }
}

/// Weights with their slots, padded to vectors.
private struct Values: Equatable {
  var weights: [Float]
  var first: [Float]
  var second: [Float]

  init(_ training: TrainingConfiguration, weights: [Float]) {
    let padding = (weights.count + 15) / 16 * 16 - weights.count
    self.weights = weights + Array(repeating: 0, count: padding)
    let start = Float(training.optimizer.initialAccumulator)
    first = Array(repeating: start, count: self.weights.count)
    second = first
  }

  mutating func apply(_ update: pawl_update, _ gradient: [Float], _ variant: KernelVariant) {
    var update = update
    let padded = gradient + Array(repeating: 0, count: weights.count - gradient.count)
    variant.verbs.update(weights.count, &update, padded, &weights, &first, &second)
  }

  mutating func applyTwin(_ update: pawl_update, _ gradient: [Float]) {
    for index in weights.indices {
      ScalarTwin.update(
        update, gradient: index < gradient.count ? gradient[index] : 0, weight: &weights[index],
        first: &first[index], second: &second[index])
    }
  }
}
