import CKernels
import Numerics
import Testing

@testable import Recurrent

/// One pass over a tile, forward and backward, of a network drawn at random.
struct PassCase: CustomTestStringConvertible {
  var configuration: NetworkConfiguration
  var samples: Int
  /// Rows from one window's end to the next; negative: backward in time.
  var stride: Int
  var steps: Int
  var hasState: Bool
  var seed: UInt32

  var testDescription: String { "\(self)" }

  /// The case of a number: every choice is drawn from the number's own stream.
  init(number: UInt32) {
    var random = PhiloxSequence(PhiloxStream(seed: number, purpose: .synthetic))
    func pick<T>(_ values: [T]) -> T { values[random.integer(below: values.count)] }
    let layers = pick([1, 1, 2, 3])
    let cell = Cell.allCases[Int(number) % 3]
    let rates: [Float] = [0, 0, 0.3]
    let lookback = 1 + random.integer(below: 6)
    let isSequence = pick([false, false, true])
    configuration = NetworkConfiguration(
      cell: cell, features: pick([1, 2, 3, 17]),
      hidden: (0..<layers).map { _ in pick([1, 5, 16, 17, 20, 33]) }, lookback: lookback,
      outputs: pick([1, 1, 3, 17]), output: isSequence ? .sequence : .last, dropout: pick(rates),
      inputDropout: pick(rates), recurrentDropout: pick(rates),
      dialect: pick([.torch, .keras3, .keras1]),
      gruForm: pick([.resetAfter, .resetBefore]), gates: pick([.sigmoid, .hardSigmoid]),
      member: random.integer(below: 5))
    samples = pick([1, 2, 3, 4, 5, 7, 16])
    stride = pick([1, 1, -1, 3, 0])
    hasState = pick([false, true])
    steps = hasState ? 1 + random.integer(below: lookback) : lookback
    seed = number
  }

  var network: Network {
    // Weights of the size of 1, so that hard gates reach their ends.
    var network = Network(configuration, training: training)
    let stream = PhiloxStream(seed: seed, purpose: .weights, epoch: 1)
    var next = 0
    for tensor in Tensor.all(in: configuration) {
      if tensor.kind == .biasHH, !configuration.hasTwoBiases { continue }
      let inputs = Double(tensor.shape(in: configuration).last ?? 1)
      let values = (0..<tensor.count(in: configuration)).map { index in
        Float(2 * stream.normal(at: next + index) / inputs.squareRoot())
      }
      network.setValues(values, of: tensor)
      next += values.count
    }
    return network
  }

  var training: TrainingConfiguration {
    TrainingConfiguration(learningRate: 1e-2, epochs: 1, batch: .size(samples), seed: seed)
  }

  var rowCount: Int { configuration.lookback + 20 * max(1, abs(stride)) }
  var rows: [Float] {
    let stream = PhiloxStream(seed: seed, purpose: .synthetic, epoch: 1)
    return (0..<rowCount * configuration.features).map { Float(stream.normal(at: $0)) }
  }
  var ends: [Int] {
    let first = stride < 0 ? rowCount - 1 : configuration.lookback - 1
    return (0..<samples).map { first + $0 * stride }
  }
  var states: [RecurrentState] {
    let stream = PhiloxStream(seed: seed, purpose: .synthetic, epoch: 2)
    return (0..<samples).map { sample in
      var state = RecurrentState(configuration)
      for index in state.values.indices {
        state.values[index] = Float(0.5 * stream.normal(at: sample * state.values.count + index))
      }
      return state
    }
  }
  var outputRows: Int { configuration.output == .last ? 1 : steps }
  /// [sample][row][output]
  var dOutputs: [[[Float]]] {
    let stream = PhiloxStream(seed: seed, purpose: .synthetic, epoch: 3)
    return (0..<samples).map { sample in
      (0..<outputRows).map { row in
        (0..<configuration.outputs).map { output in
          Float(stream.normal(at: (sample * outputRows + row) * configuration.outputs + output))
        }
      }
    }
  }

  struct Result: Equatable {
    var outputs: [[[Float]]] = []
    var gradient: [Tensor: [Float]] = [:]
    var states: [RecurrentState] = []
  }

  static let position = 3

  /// The tile's pass, twice over: the gradient is set, then added to.
  func run(_ variant: KernelVariant) -> Result {
    var network = network
    let layout = network.layout
    var result = Result()
    let floats = TilePass.floats(configuration, samples: samples, training: true)
    var memory = [SIMD16<Float>](repeating: .zero, count: (floats + layout.count) / 16)
    let weights = network.values
    memory.withFloats { (scratch: UnsafeMutablePointer<Float>) in
      weights.withFloats { weights in
        var pass = TilePass(
          configuration, layout: layout, samples: samples, training: true, scratch: scratch,
          verbs: variant.verbs)
        let gradient = scratch + floats
        let rows = rows
        let ends = ends
        let index = Array(0..<samples)
        for isFirst in [true, false] {
          pass.prepare(weights, backward: true)
          pass.drawMasks(
            position: PassCase.position, count: samples, seed: seed, epoch: 2, refit: 1)
          rows.withUnsafeBufferPointer { rows in
            ends.withUnsafeBufferPointer { ends in
              guard let rows = rows.baseAddress, let ends = ends.baseAddress else { return }
              var samples = pawl_samples(rows: rows, ends: ends)
              pass.gather(
                &samples, index: index, count: index.count, steps: steps, fromState: hasState)
            }
          }
          if hasState {
            for (sample, state) in states.enumerated() { pass.setState(state, sample: sample) }
          }
          pass.forward(weights)
          for (sample, rows) in dOutputs.enumerated() {
            for (row, values) in rows.enumerated() {
              for (output, value) in values.enumerated() {
                let place = (row * samples + sample) * pass.outputStride + output
                pass.outputGradients[place] = value
              }
            }
          }
          pass.backward(weights, first: isFirst, gradient)
        }
        result.outputs = (0..<samples).map { sample in
          (0..<outputRows).map { row in
            (0..<configuration.outputs).map { output in
              pass.outputs[(row * samples + sample) * pass.outputStride + output]
            }
          }
        }
        result.states = (0..<samples).map { sample in
          var state = RecurrentState(configuration)
          pass.getState(&state, sample: sample)
          return state
        }
        for index in 0..<layout.count { network.values[index / 16][index % 16] = gradient[index] }
      }
    }
    for tensor in Tensor.all(in: configuration) {
      result.gradient[tensor] = network.values(of: tensor)
    }
    return result
  }

  var masks: [ScalarTwin.Masks] {
    let twin = ScalarTwin(network)
    return (0..<samples).map { twin.masks(position: PassCase.position + $0, epoch: 2, refit: 1) }
  }

  func window(_ sample: Int) -> [[Float]] {
    let features = configuration.features
    return (0..<steps).map { step in
      let row = ends[sample] - steps + 1 + step
      return Array(rows[row * features..<(row + 1) * features])
    }
  }

  func runTwin() -> Result {
    let twin = ScalarTwin(network)
    let masks = self.masks
    let traces = (0..<samples).map { sample in
      twin.forward(window(sample), masks[sample], state: hasState ? states[sample] : nil)
    }
    let once = twin.gradient(
      traces, ends: ends, dOutputs: dOutputs, masks: masks, fromState: hasState)
    var result = Result(
      outputs: traces.map(\.outputs), gradient: once.mapValues { $0.map { $0 + $0 } })
    for trace in traces {
      var state = RecurrentState(configuration)
      state.values = trace.layers.flatMap { layer in
        (layer.h.last ?? []) + (configuration.cell == .lstm ? layer.c.last ?? [] : [])
      }
      result.states.append(state)
    }
    return result
  }
}

struct PassTests {
  static let cases = (UInt32(0)..<120).map { PassCase(number: $0) }

  @Test(arguments: cases)
  func aPassHasTheBitsOfTheScalarTwinOnEveryVariant(pass: PassCase) {
    let expected = pass.runTwin()
    for variant in KernelVariant.allCases where variant.isSupported {
      let found = pass.run(variant)
      #expect(found.outputs == expected.outputs, "\(variant)")
      #expect(found.states == expected.states, "\(variant)")
      for tensor in Tensor.all(in: pass.configuration) {
        #expect(found.gradient[tensor] == expected.gradient[tensor], "\(variant), \(tensor)")
      }
    }
  }

  /// The loss is a sum of outputs, each times its gradient; the pass ran twice.
  @Test(arguments: cases.prefix(45).filter { $0.configuration.hidden.reduce(0, +) < 60 })
  func gradientsAreTheSlopesOfTheLossInFloat64(pass: PassCase) {
    let found = pass.run(.detected).gradient
    var twin = Float64Twin(pass.network)
    let (masks, windows, states) = (
      pass.masks, (0..<pass.samples).map(pass.window), pass.states
    )
    func loss(_ twin: Float64Twin) -> Double {
      var total = 0.0
      for sample in 0..<pass.samples {
        let rows = twin.forecasts(
          windows[sample], masks[sample], state: pass.hasState ? states[sample] : nil)
        for (row, gradients) in zip(rows, pass.dOutputs[sample]) {
          for (output, gradient) in zip(row, gradients) { total += output * Double(gradient) }
        }
      }
      return total
    }
    for tensor in Tensor.all(in: pass.configuration) {
      guard let gradient = found[tensor], let values = twin.weights[tensor] else { continue }
      if tensor.kind == .biasHH, !pass.configuration.hasTwoBiases {
        #expect(gradient.allSatisfy { $0 == 0 })
        continue
      }
      let scale = gradient.reduce(1) { max($0, Double(abs($1))) }
      let step = 1e-6
      for index in Set([values.count / 3, values.count - 1]) {
        twin.weights[tensor]?[index] = values[index] + step
        let above = loss(twin)
        twin.weights[tensor]?[index] = values[index] - step
        let slope = (above - loss(twin)) / (2 * step)
        twin.weights[tensor]?[index] = values[index]
        #expect(abs(Double(gradient[index]) / 2 - slope) < 2e-5 * scale, "\(tensor)[\(index)]")
      }
    }
  }

  /// The cases are drawn: this holds them to what they are there for.
  @Test func theCasesCoverEveryChoice() {
    for cell in Cell.allCases {
      let own = PassTests.cases.filter { $0.configuration.cell == cell }
      #expect(Set(own.map(\.configuration.hidden.count)) == [1, 2, 3])
      #expect(Set(own.map(\.hasState)).count == 2)
      #expect(Set(own.map(\.configuration.output)).count == 2)
      #expect(Set(own.map(\.configuration.gates)).count == 2)
      for isStacked in [false, true] {
        let some = own.filter { ($0.configuration.hidden.count > 1) == isStacked }
        #expect(some.contains { $0.configuration.inputDropout > 0 })
        #expect(some.contains { $0.configuration.recurrentDropout > 0 })
        #expect(some.contains { $0.configuration.dropout > 0 })
      }
    }
    let units = PassTests.cases.filter { $0.configuration.cell == .gru }
    for form in GRUForm.allCases {
      let own = units.filter { $0.configuration.gruForm == form }
      #expect(own.contains { $0.configuration.recurrentDropout > 0 })
      #expect(own.contains { $0.configuration.recurrentDropout == 0 && $0.hasState })
      #expect(own.contains { $0.samples == 16 && abs($0.stride) < 2 })
    }
  }
}
