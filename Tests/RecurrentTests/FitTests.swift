import Bytes
import Numerics
import Testing

@testable import Recurrent

/// Whole fits against PyTorch and Keras 3; the vectors are made by Reference/training.py.
struct FitReferenceTests {
  func network(
    _ configuration: NetworkConfiguration, _ training: TrainingConfiguration,
    _ section: TrainingReference.Section, prefix: String
  ) throws -> Network {
    var network = Network(configuration, training: training)
    for tensor in Tensor.all(in: configuration) {
      var values = try section.floats(prefix + tensor.name)
      if configuration.dialect == .keras3, tensor.kind == .biasHH { values = values.map { _ in 0 } }
      network.setValues(values, of: tensor)
    }
    return network
  }

  @Test func tenUpdatesOfAnyKindEndAtTheFrameworksWeights() throws {
    let reference = try TrainingReference()
    let inputs = reference.inputs
    let sizes = try inputs.numbers("sizes").map { Int($0) }
    let sections = try reference.all("network")
    #expect(sections.count == 22)
    for section in sections {
      let words = section.words
      let dialect = try #require(Dialect(rawValue: words[1]))
      let kind = try #require(OptimizerKind(rawValue: words[2]))
      let limit = try #require(Double(words[4]))
      let decay = try #require(Double(words[5]))
      var optimizer = Optimizer(kind, dialect: dialect)
      if decay >= 0 { optimizer.weightDecay = decay }
      let clippings: [String: Clipping] = [
        "none": .none, "value": .value(limit), "norm": .norm(limit), "global": .globalNorm(limit),
      ]
      let losses: [String: Loss] = [
        "mse": .mse, "weighted": .mse, "partial": .mae, "quantiles": .quantile([0.1, 0.8]),
      ]
      let training = TrainingConfiguration(
        loss: try #require(losses[words[0]]), optimizer: optimizer, learningRate: 0.05,
        clipping: try #require(clippings[words[3]]), epochs: 4, maxUpdates: 10,
        batch: .size(sizes[4]))
      var network = try network(
        NetworkConfiguration(
          features: sizes[0], hidden: [sizes[1]], lookback: sizes[2], outputs: sizes[3],
          dialect: dialect), training, inputs, prefix: "start ")
      var data = TrainingData(
        rows: try inputs.floats("rows"), ends: (0..<sizes[5]).map { $0 + sizes[2] - 1 },
        labels: try inputs.floats(words[0] == "partial" ? "missing" : "labels"))
      if words[0] == "quantiles" {
        data.labels = (0..<sizes[5]).map { data.labels[sizes[3] * $0] }
      }
      if ["weighted", "partial"].contains(words[0]) { data.weights = try inputs.floats("weights") }
      var records: [UpdateRecord] = []
      var workspace = network.makeWorkspace()
      var unobserved = network
      let report = try network.fit(data, refit: 0, using: &workspace) { records.append($0) }
      #expect(report.updates == 10 && report.epochs == 4)
      #expect(records.map(\.update) == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
      #expect(records.map(\.epoch) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3])
      #expect(records.allSatisfy { $0.validationLoss.isNaN })
      let first = try section.numbers("loss")[0]
      #expect(abs(records[0].loss - first) < 1e-6 * first, "\(words)")
      for (record, norm) in zip(records, try section.numbers("norms")) {
        #expect(abs(record.gradientNorm - norm) < 2e-4 * norm, "\(words)")
      }
      for tensor in Tensor.all(in: network.configuration) {
        let expected = try section.numbers("after " + tensor.name)
        #expect(distance(network.values(of: tensor), expected) < 4e-5, "\(words) \(tensor)")
      }
      // Being watched changes nothing.
      let again = try unobserved.fit(data, refit: 0)
      #expect(again == report)
      #expect(unobserved.values == network.values)
    }
  }

  @Test func schedulesAreThoseOfKerasAndPyTorch() throws {
    let reference = try TrainingReference()
    let updates = try reference.inputs.numbers("updates").map { Int($0) }
    let sections = try reference.all("schedule")
    #expect(sections.count == 7)
    for section in sections {
      let numbers = section.words.dropFirst().compactMap { Double($0) }
      let steps = Int(numbers[numbers.count - 1])
      let schedule: Schedule
      switch section.words[0] {
      case "exponential": schedule = .exponential(rate: numbers[0], steps: steps)
      case "inverse_time": schedule = .inverseTime(rate: numbers[0], steps: steps)
      case "cosine": schedule = .cosine(end: numbers[0], steps: steps)
      default: schedule = .polynomial(end: numbers[0], power: numbers[1], steps: steps)
      }
      for (update, expected) in zip(updates, try section.numbers("factors")) {
        let found = schedule.factor(updates: update)
        // Keras's cosine is of Float32.
        #expect(abs(found - expected) < 5e-8, "\(section.words) at \(update)")
      }
    }
  }

  @Test func plateausAreThoseOfPyTorch() throws {
    for section in try TrainingReference().all("plateau") {
      let numbers = section.words.compactMap { Double($0) }
      let schedule = Schedule.plateau(
        factor: numbers[1], patience: Int(numbers[0]), least: numbers[2])
      var state = OptimizerState()
      var watch = LossWatch()
      for (loss, rate) in zip(try section.numbers("losses"), try section.numbers("rates")) {
        state.endEpoch(schedule, loss: loss, &watch)
        #expect(state.plateauFactor == rate)
      }
    }
  }

  @Test func trainingWithStateIsThatOfPyTorch() throws {
    let sections = try TrainingReference().all("state")
    #expect(sections.map(\.words) == [["true"], ["keras"]])
    for section in sections {
      let isKeras = section.words == ["keras"]
      let training = TrainingConfiguration(
        optimizer: Optimizer(.sgd, dialect: .torch), learningRate: 0.2, epochs: isKeras ? 3 : 2,
        batch: .size(isKeras ? 4 : 2))
      var network = try network(
        NetworkConfiguration(
          features: 2, hidden: [4], lookback: 3, outputs: 2, state: isKeras ? .keras : .stateful),
        training, section, prefix: "before ")
      let rows = try section.floats("rows of it")
      let labels = try section.floats("labels of it")
      var data = TrainingData(rows: rows, ends: [], labels: labels, segments: [0..<8, 8..<17])
      if isKeras {
        data.segments = []
        data.ends = try section.numbers("ends").map { Int($0) }
        data.labels = data.ends.flatMap { labels[2 * $0..<2 * $0 + 2] }
      }
      var losses: [Double] = []
      var workspace = network.makeWorkspace()
      let report = try network.fit(data, refit: 0, using: &workspace) { losses.append($0.loss) }
      #expect(report.samples == (isKeras ? 9 : 12))
      #expect(distance(losses.map { Float($0) }, try section.numbers("losses")) < 1e-6)
      for tensor in Tensor.all(in: network.configuration) {
        let expected = try section.numbers("after " + tensor.name)
        #expect(distance(network.values(of: tensor), expected) < 4e-6, "\(section.words) \(tensor)")
      }
    }
  }
}

struct FitTests {
  let shape = Shape(features: 2, hidden: 9, lookback: 4, outputs: 2, batch: .size(5), samples: 23)

  func fitted(
    _ data: TrainingData, batch: Batch = .size(5),
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> (network: Network, report: FitReport) {
    var shape = shape
    shape.batch = batch
    var training = shape.network(seed: 1).training
    change(&training)
    var network = Network(shape.network(seed: 1).configuration, training: training)
    let report = try network.fit(data, refit: 0)
    return (network, report)
  }

  @Test func aBatchOfAllIsOneOfAsManySamples() throws {
    let data = shape.data(seed: 1)
    let all = try fitted(data, batch: .all)
    let many = try fitted(data, batch: .size(23))
    #expect(all.network.values == many.network.values)
    #expect(all.report == many.report)
    #expect(all.report.updates == 2)
  }

  @Test func weightsOfOneAreNoWeights() throws {
    var data = shape.data(seed: 1)
    let plain = try fitted(data)
    data.weights = Array(repeating: 1, count: 23)
    let weighted = try fitted(data)
    #expect(plain.network.values == weighted.network.values)
    #expect(plain.report == weighted.report)
    // A loss of twice the weight is twice as large.
    data.weights = Array(repeating: 2, count: 23)
    #expect(try fitted(data).report.lossFirst != plain.report.lossFirst)
    let twice = try fitted(data, batch: .all).report.lossFirst
    #expect(twice == 2 * (try fitted(shape.data(seed: 1), batch: .all).report.lossFirst))
  }

  @Test func aSampleThatWeighsNothingCountsInTheMeanAlone() throws {
    var data = shape.data(seed: 1)
    // Windows that share no rows, so that no sum goes by shared rows.
    data.ends = [3, 7, 11, 15]
    data.labels.removeLast((23 - 4) * 2)
    data.weights = [1, 0, 0, 2]
    let with = try fitted(data, batch: .all).report
    data.ends.removeSubrange(1..<3)
    data.labels.removeSubrange(2..<6)
    data.weights.removeSubrange(1..<3)
    let without = try fitted(data, batch: .all).report
    #expect(with.lossFirst == without.lossFirst / 2)
    #expect(with.samples == 4 && without.samples == 2)
  }

  /// Or weights by age would change nothing where a batch is one sample.
  @Test func weightsCountInABatchOfOne() throws {
    var data = shape.data(seed: 1)
    let plain = try fitted(data, batch: .size(1))
    data.weights = (0..<23).map { Float($0) / 11 }
    #expect(try fitted(data, batch: .size(1)).network.values != plain.network.values)
  }

  @Test func aBatchWithoutALabelMakesNoUpdate() throws {
    var data = shape.data(seed: 1)
    for sample in 5..<10 {
      data.labels.replaceSubrange(2 * sample..<2 * sample + 2, with: [.nan, .nan])
    }
    let report = try fitted(data).report
    #expect(report.updates == 8)
    data.labels = data.labels.map { _ in .nan }
    let nothing = try fitted(data)
    #expect(nothing.report.updates == 0 && nothing.report.lossLast.isNaN)
    #expect(nothing.network.values == shape.network(seed: 1).values)
  }

  @Test func theLossOnDataIsThatOfTheFirstUpdateWithNothingDropped() throws {
    var data = shape.data(seed: 1)
    data.weights = (0..<23).map { Float($0) }
    data.labels[7] = .nan
    let network = shape.network(seed: 1)
    var workspace = network.makeWorkspace()
    let loss = network.loss(of: data, using: &workspace)
    let report = try fitted(data, batch: .all).report
    #expect(abs(loss - report.lossFirst) < 1e-12 * loss)
  }

  @Test func aSequenceTrainsOnTheFirstHorizonAtEachStep() throws {
    // The labels of later horizons before the last step are not looked at.
    let configuration = NetworkConfiguration(
      features: 2, hidden: [5], lookback: 3, outputs: 2, output: .sequence)
    let training = TrainingConfiguration(learningRate: 0.01, epochs: 2, batch: .size(2))
    var data = shape.data(seed: 4)
    data.ends = [2, 3, 6, 7, 9]
    let stream = PhiloxStream(seed: 1, purpose: .synthetic)
    data.labels = (0..<5 * 3 * 2).map { Float(stream.normal(at: $0)) }
    func run(_ data: TrainingData) throws -> [SIMD16<Float>] {
      var network = Network(configuration, training: training)
      _ = try network.fit(data, refit: 0)
      return network.values
    }
    let values = try run(data)
    var other = data
    for place in 0..<15 where place % 3 != 2 { other.labels[2 * place + 1] = 100 }
    #expect(try run(other) == values)
    for place in [0, 2, 4] {
      var moved = data
      moved.labels[2 * place] += 1
      #expect(try run(moved) != values, "\(place)")
    }
  }

  // MARK: Early stopping

  /// A network of zeros, of which the head's bias b alone learns: with the label 1 and the rate 0.05
  /// it is 1 - 0.9^t after t updates.
  func bias(earlyStopping: EarlyStopping?, epochs: Int = 20, schedule: Schedule = .constant)
    -> Network
  {
    var network = Network(
      NetworkConfiguration(features: 1, hidden: [2], lookback: 1),
      training: TrainingConfiguration(
        optimizer: Optimizer(.sgd, dialect: .torch), learningRate: 0.05, schedule: schedule,
        epochs: epochs, earlyStopping: earlyStopping, batch: .all))
    for tensor in Tensor.all(in: network.configuration) {
      network.setValues(network.values(of: tensor).map { _ in 0 }, of: tensor)
    }
    return network
  }

  func bias(after updates: Int) -> Float {
    Float(1 - Elementary.power(0.9, Double(updates)))
  }

  @Test func earlyStoppingEndsAtTheWeightsOfTheBestEpoch() throws {
    let data = TrainingData(rows: [0], ends: [0], labels: [1])
    let validation = TrainingData(rows: [0], ends: [0], labels: [bias(after: 6)])
    var network = bias(earlyStopping: EarlyStopping(patience: 3))
    var workspace = network.makeWorkspace()
    var records: [UpdateRecord] = []
    let report = try network.fit(
      data, validation: validation, refit: 0, using: &workspace, observe: { records.append($0) })
    #expect(report.bestEpoch == 6 && report.epochs == 9 && report.updates == 9)
    #expect(abs(network.values(of: .headBias)[0] - bias(after: 6)) < 1e-6)
    let best = try #require(report.validationLoss)
    #expect(best < 1e-12)
    #expect(records.count == 9)
    for (index, record) in records.enumerated() {
      let distance = Double(bias(after: index + 1) - bias(after: 6))
      #expect(abs(record.validationLoss - distance * distance) < 1e-6)
    }
    // What the optimiser counts goes on from the last update.
    #expect(network.updates == 9)
  }

  @Test func withoutEarlyStoppingTheBestEpochIsNamedAndTheLastKept() throws {
    let data = TrainingData(rows: [0], ends: [0], labels: [1])
    let validation = TrainingData(rows: [0], ends: [0], labels: [bias(after: 6)])
    var network = bias(earlyStopping: nil)
    var workspace = network.makeWorkspace()
    let report = try network.fit(
      data, validation: validation, refit: 0, epochs: 8, using: &workspace)
    #expect(report.bestEpoch == 6 && report.epochs == 8)
    #expect(abs(network.values(of: .headBias)[0] - bias(after: 8)) < 1e-6)
    let distance = Double(bias(after: 8) - bias(after: 6))
    let last = try #require(report.validationLoss)
    #expect(abs(last - distance * distance) < 1e-6)
  }

  @Test func aGainBelowTheLeastIsNone() throws {
    // The training losses are 1, 0.81, 0.656, 0.531: the last gain is 0.125.
    let data = TrainingData(rows: [0], ends: [0], labels: [1])
    var network = bias(earlyStopping: EarlyStopping(patience: 1, minDelta: 0.13))
    let report = try network.fit(data, refit: 0)
    #expect(report.bestEpoch == 3 && report.epochs == 4)
    #expect(abs(network.values(of: .headBias)[0] - bias(after: 3)) < 1e-6)
  }

  @Test func aPlateauTakesTheRateDownWithinAFit() throws {
    // The validation loss falls up to epoch 3 and rises after it.
    let data = TrainingData(rows: [0], ends: [0], labels: [1])
    let validation = TrainingData(rows: [0], ends: [0], labels: [bias(after: 3)])
    var network = bias(
      earlyStopping: nil, schedule: .plateau(factor: 0.5, patience: 2, least: 0.1))
    var workspace = network.makeWorkspace()
    _ = try network.fit(data, validation: validation, refit: 0, epochs: 6, using: &workspace)
    // Down after epoch 5, so the sixth update closes a twentieth of the rest, not a tenth.
    let rest = Elementary.power(0.9, 5) * 0.95
    #expect(abs(Double(network.values(of: .headBias)[0]) - (1 - rest)) < 1e-6)
  }

  @Test func aBudgetOfUpdatesEndsAFitWithinAnEpoch() throws {
    let report = try fitted(shape.data(seed: 1)) { $0.maxUpdates = 7 }.report
    #expect(report.updates == 7 && report.epochs == 2)
    #expect(try fitted(shape.data(seed: 1)) { $0.maxUpdates = 5 }.report.epochs == 1)
  }

  @Test func aStateOfZerosStandsAtTheStartOfEachSegmentAndEpoch() throws {
    let configuration = NetworkConfiguration(
      features: 2, hidden: [5], lookback: 3, outputs: 2, state: .stateful)
    let stream = PhiloxStream(seed: 8, purpose: .synthetic)
    let rows = (0..<24).map { Float(stream.normal(at: $0)) }
    let labels = (0..<24).map { Float(stream.normal(at: 100 + $0)) }
    func run(_ segments: [Range<Int>], epochs: Int = 1, change: Int? = nil) throws -> Network {
      var network = Network(
        configuration,
        training: TrainingConfiguration(learningRate: 0.01, epochs: epochs, batch: .all))
      var data = TrainingData(rows: rows, ends: [], labels: labels, segments: segments)
      if let change {
        data.rows[2 * change] += 1
        for label in 0..<2 { data.labels[2 * change + label] = .nan }
      }
      _ = try network.fit(data, refit: 0)
      return network
    }
    func values(_ segments: [Range<Int>], change: Int? = nil) throws -> [SIMD16<Float>] {
      try run(segments, change: change).values
    }
    // Without a label row 0 still matters within its segment, through the state, and not beyond it.
    let within = try values([0..<12], change: 0)
    let apart = try values([0..<1, 1..<12], change: 0)
    let without = try values([1..<12])
    #expect(within != apart)
    #expect(apart == without)
    // A second epoch starts from zeros as the first did, so it does not matter what lay before it.
    let twice = try run([0..<1, 1..<12], epochs: 2, change: 0).values
    let once = try run([1..<12], epochs: 2).values
    #expect(twice == once)
  }

  // MARK: Ensembles

  @Test func anEnsembleOfOneHasTheBitsOfTheNetworkAlone() throws {
    let data = shape.data(seed: 1)
    var configuration = shape.network(seed: 1).configuration
    configuration.member = 0
    let training = shape.network(seed: 1).training
    var network = Network(configuration, training: training)
    let alone = try network.fit(data, refit: 3)
    var ensemble = Ensemble(configuration, training: training, members: 1)
    var workspace = ensemble.makeWorkspace()
    let reports = try ensemble.fit(data, refit: 3, using: &workspace)
    #expect(reports == [alone])
    #expect(ensemble.members[0].values == network.values)
    var (mean, spread) = ([Float](repeating: 0, count: 2), [Float](repeating: 0, count: 2))
    ensemble.forecast(rows: data.rows, end: 9, into: &mean, spread: &spread, using: &workspace)
    var outputs = mean
    var own = network.makeWorkspace()
    network.forecast(rows: data.rows, end: 9, into: &outputs, using: &own)
    #expect(mean == outputs)
    #expect(spread.allSatisfy { $0.isNaN })
  }

  @Test func anEnsembleHasTheSameBitsAtAnyNumberOfThreads() throws {
    let data = shape.data(seed: 1)
    var dropping = shape
    dropping.dropouts = (0.2, 0.2, 0.2)
    dropping.shuffle = true
    let network = dropping.network(seed: 1)
    var results: [[[SIMD16<Float>]]] = []
    var told: [[UpdateRecord]] = []
    for threads in [1, 2, 7] {
      var ensemble = Ensemble(network.configuration, training: network.training, members: 5)
      var workspace = ensemble.makeWorkspace(threads: threads)
      var members: [Int] = []
      var records: [UpdateRecord] = []
      _ = try ensemble.fit(data, refit: 0, using: &workspace) { member, record in
        members.append(member)
        records.append(record)
      }
      let expected = (0..<50).map { $0 / 10 }
      #expect(members == expected)
      results.append(ensemble.members.map(\.values))
      told.append(
        records.map { record in
          var record = record
          record.validationLoss = 0
          return record
        })
    }
    #expect(results[0] == results[1] && results[0] == results[2])
    #expect(told[0] == told[1] && told[0] == told[2])
    #expect(Set(results[0].map { "\($0)" }).count == 5)
  }

  @Test func anEnsembleForecastsMeanAndSpread() throws {
    let data = shape.data(seed: 1)
    let network = shape.network(seed: 1)
    let ensemble = Ensemble(network.configuration, training: network.training, members: 3)
    var workspace = ensemble.makeWorkspace()
    var (mean, spread) = ([Float](repeating: 0, count: 2), [Float](repeating: 0, count: 2))
    ensemble.forecast(rows: data.rows, end: 9, into: &mean, spread: &spread, using: &workspace)
    var own = network.makeWorkspace()
    var each: [[Double]] = []
    for member in ensemble.members {
      var outputs = mean
      member.forecast(rows: data.rows, end: 9, into: &outputs, using: &own)
      each.append(outputs.map(Double.init))
    }
    for output in 0..<2 {
      let values = each.map { $0[output] }
      let center = values.reduce(0, +) / 3
      let square = values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / 2
      #expect(abs(Double(mean[output]) - center) < 1e-7)
      #expect(abs(Double(spread[output]) - square.squareRoot()) < 1e-7)
      #expect(spread[output] > 1e-3)
    }
  }

  @Test func anEnsembleRestoredGoesOnWithTheSameBits() throws {
    let data = shape.data(seed: 1)
    let network = shape.network(seed: 1)
    var straight = Ensemble(network.configuration, training: network.training, members: 2)
    var workspace = straight.makeWorkspace(threads: 2)
    _ = try straight.fit(data, refit: 0, using: &workspace)
    var writer = StateWriter()
    straight.save(to: &writer)
    var restored = Ensemble(network.configuration, training: network.training, members: 2)
    var reader = StateReader(writer.bytes)
    try restored.restore(from: &reader)
    #expect(reader.isAtEnd)
    _ = try straight.fit(data, refit: 1, using: &workspace)
    _ = try restored.fit(data, refit: 1, using: &workspace)
    #expect(restored.members.map(\.values) == straight.members.map(\.values))
  }
}
