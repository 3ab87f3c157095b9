import Bytes
import Testing

@testable import Recurrent

struct NetworkTests {
  let shape = Shape(
    features: 3, hidden: 20, lookback: 4, batch: .size(3), samples: 11, dropouts: (0.2, 0.2, 0.2),
    shuffle: true)

  @Test func aNetworkRestoredBetweenFitsGoesOnWithTheSameBits() throws {
    var straight = shape.network(seed: 1)
    _ = try straight.fit(shape.data(seed: 1), refit: 0)
    var writer = StateWriter()
    straight.save(to: &writer)
    _ = try straight.fit(shape.data(seed: 2), refit: 1)

    var restored = shape.network(seed: 1)
    var reader = StateReader(writer.bytes)
    try restored.restore(from: &reader)
    #expect(reader.isAtEnd)
    _ = try restored.fit(shape.data(seed: 2), refit: 1)
    #expect(restored.values == straight.values)
    #expect(restored.updates == straight.updates)
  }

  @Test func aStateOfAnotherShapeIsRefused() throws {
    var writer = StateWriter()
    shape.network(seed: 1).save(to: &writer)
    var other = shape
    other.hidden = 40
    var network = other.network(seed: 1)
    let before = network.values
    var reader = StateReader(writer.bytes)
    #expect(throws: StateError.self) { try network.restore(from: &reader) }
    #expect(network.values == before)
  }

  @Test func aCopyTrainsOnItsOwn() throws {
    let original = shape.network(seed: 1)
    var copy = original
    let before = original.values
    _ = try copy.fit(shape.data(seed: 1), refit: 0)
    #expect(original.values == before)
    #expect(copy.values != before)
  }

  @Test func aUsedWorkspaceGivesTheBitsOfAFreshOne() throws {
    var used = shape.network(seed: 1)
    var workspace = used.makeWorkspace()
    var other = shape.network(seed: 7)
    _ = try other.fit(shape.data(seed: 7), refit: 0, using: &workspace)
    _ = try used.fit(shape.data(seed: 1), refit: 0, using: &workspace)
    var fresh = shape.network(seed: 1)
    _ = try fresh.fit(shape.data(seed: 1), refit: 0)
    #expect(used.values == fresh.values)
  }

  @Test func refitsAndSeedsDrawDifferentMasksAndOrders() throws {
    func trained(seed: UInt32, refit: Int) throws -> [SIMD16<Float>] {
      var network = shape.network(seed: seed)
      for tensor in Tensor.all(in: network.configuration) {
        network.setValues(network.values(of: tensor).map { _ in 0.1 }, of: tensor)
      }
      _ = try network.fit(shape.data(seed: 1), refit: refit)
      return network.values
    }
    let first = try trained(seed: 1, refit: 0)
    let again = try trained(seed: 1, refit: 0)
    let otherRefit = try trained(seed: 1, refit: 1)
    let otherSeed = try trained(seed: 2, refit: 0)
    #expect(first == again)
    #expect(first != otherRefit)
    #expect(first != otherSeed)
  }

  @Test func aColdStartDrawsNewWeightsAndForgetsTheMoments() throws {
    var network = shape.network(seed: 1)
    let first = network.values
    _ = try network.fit(shape.data(seed: 1), refit: 0)
    network.redraw(refit: 1)
    #expect(network.updates == 0)
    #expect(network.firstMoments(of: .weightHH(0)).allSatisfy { $0 == 0 })
    #expect(network.values != first)
    network.redraw(refit: 0)
    #expect(network.values == first)
  }

  @Test func resettingTheMomentsKeepsTheWeights() throws {
    var network = shape.network(seed: 1)
    _ = try network.fit(shape.data(seed: 1), refit: 0)
    let weights = Tensor.all(in: network.configuration).map(network.values(of:))
    network.resetMoments()
    #expect(Tensor.all(in: network.configuration).map(network.values(of:)) == weights)
    #expect(network.updates == 0)
    #expect(network.firstMoments(of: .headWeight).allSatisfy { $0 == 0 })
  }

  @Test func pyTorchsWeightsFillTheirRange() {
    let network = Shape(features: 3, hidden: 25, lookback: 2, batch: .all, samples: 1)
      .network(seed: 3)
    for tensor in Tensor.all(in: network.configuration) {
      let values = network.values(of: tensor)
      #expect(values.allSatisfy { abs($0) <= 0.2 }, "\(tensor)")
      if values.count > 50 {
        #expect((values.max() ?? 0) > 0.18 && (values.min() ?? 0) < -0.18, "\(tensor)")
        #expect(abs(values.reduce(0, +)) / Float(values.count) < 0.03, "\(tensor)")
      }
    }
  }

  @Test func kerasStartsFromAnOrthogonalMatrixAndAnOpenForgetGate() {
    let shape = Shape(
      features: 3, hidden: 12, lookback: 2, batch: .all, samples: 1, dialect: .keras3)
    let network = shape.network(seed: 3)
    let matrix = network.values(of: .weightHH(0)).map(Double.init)
    for a in 0..<12 {
      for b in 0..<12 {
        let dot = (0..<48).reduce(0.0) { $0 + matrix[$1 * 12 + a] * matrix[$1 * 12 + b] }
        #expect(abs(dot - (a == b ? 1 : 0)) < 1e-6)
      }
    }
    #expect(network.values(of: .biasIH(0)) == (0..<48).map { (12..<24).contains($0) ? 1 : 0 })
    #expect(network.values(of: .biasHH(0)).allSatisfy { $0 == 0 })
    #expect(network.values(of: .headBias) == [0])
    let limit = Float((6.0 / 51).squareRoot())
    let kernel = network.values(of: .weightIH(0))
    #expect(kernel.allSatisfy { abs($0) <= limit } && (kernel.max() ?? 0) > 0.9 * limit)
  }

  @Test func aLossThatIsNotFiniteStopsTheFit() {
    var network = shape.network(seed: 1)
    var data = shape.data(seed: 1)
    data.labels[5] = .infinity
    var inTimeOrder = shape
    inTimeOrder.shuffle = false
    network = inTimeOrder.network(seed: 1)
    #expect {
      try network.fit(data, refit: 7)
    } throws: { error in
      "\(error)"
        == "refit 7, epoch 0, update 1: the loss was inf, a finite number is needed; "
        + "a lower learning_rate or scaled features may help"
    }
  }

  @Test func aWeightThatIsNotFiniteAfterTheLastUpdateStopsTheFit() {
    var network = Network(
      NetworkConfiguration(features: 1, hidden: [2], lookback: 1),
      training: TrainingConfiguration(learningRate: 1e39, epochs: 1, batch: .all))
    let data = TrainingData(rows: [1], ends: [0], labels: [3])
    #expect {
      try network.fit(data, refit: 0)
    } throws: { error in
      "\(error)"
        == "refit 0, epoch 0, update 0: a weight was not finite; "
        + "a lower learning_rate or scaled features may help"
    }
  }

  @Test func lossesAreMeansOfTheFirstAndLastEpoch() throws {
    // Zero weights forecast 0, whatever the window; a tiny rate leaves them so.
    var network = Network(
      NetworkConfiguration(features: 1, hidden: [2], lookback: 1),
      training: TrainingConfiguration(learningRate: 1e-30, epochs: 3, batch: .size(2)))
    for tensor in Tensor.all(in: network.configuration) {
      network.setValues(network.values(of: tensor).map { _ in 0 }, of: tensor)
    }
    let report = try network.fit(
      TrainingData(rows: [1, 2, 3], ends: [0, 1, 2], labels: [1, 2, 4]), refit: 0)
    #expect(
      report == FitReport(samples: 3, epochs: 3, updates: 6, lossFirst: 7, lossLast: 7))
  }

  @Test func theBenchmarkGivesTheSameFingerprintFromAllVariants() {
    var fingerprints: Set<UInt64> = []
    for variant in KernelVariant.allCases where variant.isSupported {
      var time: UInt64 = 0
      let result = RefitBenchmark.run(
        hidden: [5], lookback: 3, features: 2, batch: 2, updates: 4, repeats: 2, variant: variant
      ) {
        time += 8000
        return time
      }
      #expect(result.microsecondsPerUpdate == 2 && result.spread == 0 && result.updates == 4)
      fingerprints.insert(result.fingerprint)
    }
    #expect(fingerprints.count == 1)
  }
}
