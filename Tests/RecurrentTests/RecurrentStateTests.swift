import Bytes
import Numerics
import Testing

@testable import Recurrent

struct RecurrentStateTests {
  static func network(_ cell: Cell, state: StateMode = .stateful) -> Network {
    Network(
      NetworkConfiguration(
        cell: cell, features: 3, hidden: [18, 5], lookback: 4, outputs: 2, state: state,
        dialect: .keras3),
      training: TrainingConfiguration(learningRate: 1e-2, epochs: 1, batch: .size(1), seed: 3))
  }

  static func rows(_ count: Int) -> [Float] {
    let stream = PhiloxStream(seed: 5, purpose: .synthetic)
    return (0..<3 * count).map { Float(stream.normal(at: $0)) }
  }

  @Test(arguments: Cell.allCases)
  func rowByRowAndAllAtOnceGiveTheSameBits(cell: Cell) {
    let network = Self.network(cell)
    let rows = Self.rows(11)
    var workspace = network.makeWorkspace()
    var atOnce = RecurrentState(network.configuration)
    var outputs: [Float] = [0, 0]
    network.advance(&atOnce, rows: rows, count: 11, into: &outputs, using: &workspace)
    var byRow = RecurrentState(network.configuration)
    var last: [Float] = [0, 0]
    for row in 0..<11 {
      network.advance(&byRow, rows: rows, from: row, count: 1, into: &last, using: &workspace)
    }
    #expect(byRow == atOnce)
    #expect(last == outputs)
    #expect(byRow != RecurrentState(network.configuration))
  }

  @Test(arguments: Cell.allCases)
  func stepsFromZerosOverAWindowForecastWhatTheWindowDoes(cell: Cell) {
    let network = Self.network(cell, state: .stateless)
    let rows = Self.rows(9)
    var workspace = network.makeWorkspace()
    var state = RecurrentState(network.configuration)
    var stepped: [Float] = [0, 0]
    network.advance(&state, rows: rows, from: 5, count: 4, into: &stepped, using: &workspace)
    var forecast: [Float] = [0, 0]
    network.forecast(rows: rows, end: 8, into: &forecast, using: &workspace)
    #expect(stepped == forecast)
  }

  @Test func aStateRestoredGoesOnWithTheSameBits() throws {
    let network = Self.network(.lstm)
    let rows = Self.rows(8)
    var workspace = network.makeWorkspace()
    var state = RecurrentState(network.configuration)
    var straight: [Float] = [0, 0]
    network.advance(&state, rows: rows, count: 5, into: &straight, using: &workspace)
    var writer = StateWriter()
    state.save(to: &writer)
    network.advance(&state, rows: rows, from: 5, count: 3, into: &straight, using: &workspace)
    var restored = RecurrentState(network.configuration)
    var reader = StateReader(writer.bytes)
    try restored.restore(from: &reader)
    #expect(reader.isAtEnd)
    var again: [Float] = [0, 0]
    network.advance(&restored, rows: rows, from: 5, count: 3, into: &again, using: &workspace)
    #expect(again == straight)
    #expect(restored == state)
  }

  @Test func aStateOfOtherLayersIsRefused() {
    var writer = StateWriter()
    RecurrentState(Self.network(.lstm).configuration).save(to: &writer)
    var other = RecurrentState(Self.network(.gru).configuration)
    var reader = StateReader(writer.bytes)
    #expect(throws: StateError.self) { try other.restore(from: &reader) }
  }

  @Test func stateIsGivenByLayer() {
    let network = Self.network(.lstm)
    var state = RecurrentState(network.configuration)
    var workspace = network.makeWorkspace()
    var outputs: [Float] = [0, 0]
    let rows = Self.rows(3)
    network.advance(&state, rows: rows, count: 3, into: &outputs, using: &workspace)
    let trace = ScalarTwin(network).forward(
      (0..<3).map { Array(rows[3 * $0..<3 * $0 + 3]) },
      state: RecurrentState(network.configuration))
    for layer in 0..<2 {
      #expect(Array(state.hidden(layer, in: network.configuration)) == trace.layers[layer].h.last)
      #expect(Array(state.cells(layer, in: network.configuration)) == trace.layers[layer].c.last)
    }
  }

  /// One unit, h = tanh(x + w h before): what is cut off is forgotten the faster the smaller w is.
  @Test func washoutIsTheMoveOfTheForecastWhenHistoryIsCut() {
    func network(_ w: Float) -> Network {
      var network = Network(
        NetworkConfiguration(cell: .rnn, features: 1, hidden: [1], lookback: 2, dialect: .keras3),
        training: TrainingConfiguration(learningRate: 1, epochs: 1, batch: .all))
      for (tensor, value): (Tensor, Float) in [
        (.weightIH(0), 1), (.weightHH(0), w), (.biasIH(0), 0), (.headWeight, 2),
      ] {
        network.setValues([value], of: tensor)
      }
      return network
    }
    let rows: [Float] = [0.5, -0.3, 0.2]
    func forecast(_ w: Double, _ rows: ArraySlice<Float>) -> Double {
      var h = 0.0
      for x in rows { h = Float64Twin.tanh(Double(x) + w * h) }
      return 2 * h
    }
    for w in [0.5, -0.9] {
      let network = network(Float(w))
      var workspace = network.makeWorkspace()
      let found = network.washout(rows: rows, cuts: [1, 2, 3], using: &workspace)
      for (cut, value) in zip(1...3, found) {
        let expected = abs(forecast(w, rows[(3 - cut)...]) - forecast(w, rows[...]))
        #expect(abs(Double(value) - expected) < 1e-6)
      }
      #expect(found[2] == 0 && found[0] > 0.01)
    }
  }
}
