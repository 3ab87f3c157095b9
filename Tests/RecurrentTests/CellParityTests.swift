import Testing

@testable import Recurrent

/// Cells against PyTorch and Keras in Float64; the vectors are made by Reference/cell_parity.py.
struct CellParityTests {
  struct Case: CustomTestStringConvertible {
    var line: String
    var configuration: NetworkConfiguration
    var samples: Int
    var numbers: [String: [Double]] = [:]

    var testDescription: String { line }

    init(line: String) throws {
      self.line = line
      let words = line.split(separator: " ").map(String.init)
      let sizes = words.dropFirst(6).compactMap { Int($0) }
      configuration = NetworkConfiguration(
        cell: try #require(Cell(rawValue: words[2])), features: sizes[0],
        hidden: Array(sizes[4...]), lookback: sizes[1], outputs: sizes[2],
        output: try #require(OutputKind(rawValue: words[5])),
        dialect: words[1] == "torch" ? .torch : .keras2,
        gruForm: GRUForm(rawValue: words[3]),
        gates: GateActivation(rawValue: words[4]))
      samples = sizes[3]
    }

    static func all() throws -> [Case] {
      var cases: [Case] = []
      for line in try referenceText("cell_parity.txt").split(separator: "\n") {
        if line.hasPrefix("case") {
          cases.append(try Case(line: String(line)))
        } else {
          let words = line.split(separator: " ")
          let named = Double(words[1]) == nil ? 2 : 1
          let name = words.prefix(named).joined(separator: " ")
          cases[cases.count - 1].numbers[name] = words.dropFirst(named).compactMap { Double($0) }
        }
      }
      return cases
    }

    func floats(_ name: String) throws -> [Float] { try #require(numbers[name]).map { Float($0) } }

    func network() throws -> Network {
      var network = Network(
        configuration,
        training: TrainingConfiguration(
          optimizer: Optimizer(.sgd, dialect: .torch), learningRate: 1, epochs: 1, batch: .all))
      for tensor in Tensor.all(in: configuration) {
        network.setValues(try floats("start \(tensor)"), of: tensor)
      }
      return network
    }
  }

  @Test func theVectorsAreThere() throws {
    let cases = try Case.all()
    #expect(cases.count == 11)
    #expect(Set(cases.map(\.configuration.cell)) == Set(Cell.allCases))
  }

  @Test func forecastsAndGradientsAreThoseOfTheFrameworks() throws {
    for parity in try Case.all() {
      let network = try parity.network()
      let configuration = parity.configuration
      let twin = ScalarTwin(network)
      let rows = try parity.floats("rows")
      let labels = try parity.floats("labels")
      let features = configuration.features
      let traces = (0..<parity.samples).map { sample in
        twin.forward(
          (sample..<sample + configuration.lookback).map {
            Array(rows[$0 * features..<($0 + 1) * features])
          })
      }
      let forecasts = traces.flatMap { $0.outputs.flatMap { $0 } }
      #expect(distance(forecasts, parity.numbers["forecast"] ?? []) < 1e-6, "\(parity.line)")
      let scale = 2 / Float(labels.count)
      let errors = zip(forecasts, labels).map { scale * ($0 - $1) }
      let perSample = labels.count / parity.samples
      let dOutputs = (0..<parity.samples).map { sample in
        stride(from: 0, to: perSample, by: configuration.outputs).map { row in
          Array(errors[sample * perSample + row..<sample * perSample + row + configuration.outputs])
        }
      }
      let gradient = twin.gradient(
        traces, ends: (0..<parity.samples).map { $0 + configuration.lookback - 1 },
        dOutputs: dOutputs, masks: traces.map { _ in [] })
      for tensor in Tensor.all(in: configuration) {
        guard let expected = parity.numbers["gradient \(tensor)"] else {
          #expect(tensor.kind == .biasHH && !configuration.hasTwoBiases)
          continue
        }
        #expect(distance(gradient[tensor] ?? [], expected) < 3e-6, "\(parity.line): \(tensor)")
      }
    }
  }

  /// The same through the network itself: a step of plain descent at rate 1 is the gradient.
  @Test func aStepOfPlainDescentIsTheFrameworksGradient() throws {
    for parity in try Case.all() where parity.configuration.output == .last {
      var network = try parity.network()
      let data = TrainingData(
        rows: try parity.floats("rows"),
        ends: (0..<parity.samples).map { $0 + parity.configuration.lookback - 1 },
        labels: try parity.floats("labels"))
      _ = try network.fit(data, refit: 0)
      for tensor in Tensor.all(in: parity.configuration) {
        guard let expected = parity.numbers["gradient \(tensor)"] else { continue }
        let moves = zip(try parity.floats("start \(tensor)"), network.values(of: tensor)).map {
          $0 - $1
        }
        #expect(distance(moves, expected) < 3e-5, "\(parity.line): \(tensor)")
      }
    }
  }
}
