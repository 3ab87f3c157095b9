import Bytes
import Testing

@testable import Recurrent

struct WeightsTests {
  /// The files were saved by Keras and the forecasts made by it: Reference/make_weights.py.
  @Test func weightsThatKerasSavedMakeItsForecast() throws {
    let cases = try WeightsCase.all()
    #expect(cases.count == 7)
    for reference in cases {
      let weights = try Weights(safetensors: reference.bytes)
      let network = weights.configuration
      #expect(weights.layout == .keras)
      #expect(network.cell == reference.cell)
      #expect(network.hidden == reference.hidden)
      #expect(network.features == reference.features)
      #expect(network.outputs == reference.outputs)
      #expect(network.gates == reference.gates ?? .sigmoid)
      if let form = reference.gruForm { #expect(network.gruForm == form) }
      #expect(weights.lookback == nil)
      let found = weights.plainForecast(reference.rows)
      for (found, expected) in zip(found, reference.forecast) {
        #expect(abs(found - expected) < 1e-12, "\(reference.name)")
      }
      #expect(found.count == reference.forecast.count)
    }
  }

  @Test func kerasTensorsGoOutAsTheyCameIn() throws {
    for reference in try WeightsCase.all() {
      let file = try SafetensorsFile(reference.bytes)
      for tensor in try Weights(safetensors: reference.bytes).tensors(in: .keras) {
        let entry = try #require(file.entry(tensor.name))
        #expect(entry.shape == tensor.shape)
        #expect(try file.floats(of: entry) == tensor.values, "\(reference.name) \(tensor.name)")
      }
    }
  }

  @Test func aFileThatWentThroughTheOtherLayoutIsTheSameBytes() throws {
    for reference in try WeightsCase.all() {
      let weights = try Weights(safetensors: reference.bytes)
      let torch = weights.safetensors(.torch)
      let keras = try Weights(safetensors: torch).safetensors(.keras)
      #expect(try Weights(safetensors: keras).safetensors(.torch) == torch)
      #expect(weights.safetensors(.keras) == keras)
      let read = try Weights(safetensors: torch)
      #expect(read.tensors == weights.tensors)
      #expect(read.configuration == weights.configuration)
    }
  }

  @Test func twoBiasesBecomeOneWhereOnlyTheirSumCounts() throws {
    for cell in Cell.allCases {
      for form in GRUForm.allCases {
        let weights = Weights.counting(
          cell, features: 2, hidden: [3, 2], outputs: 2, gruForm: form)
        let back = try Weights(safetensors: weights.safetensors(.keras))
        let isApart = cell == .gru && form == .resetAfter
        #expect((back.tensors == weights.tensors) == isApart)
        #expect(back.tensors[3].values.allSatisfy { $0 == 0 } == !isApart)
        let rows: [Float] = [0.5, -1, 0.25, 2, -0.5, 1]
        for (found, expected) in zip(back.plainForecast(rows), weights.plainForecast(rows)) {
          #expect(abs(found - expected) < 1e-6 * max(1, abs(expected)), "\(cell) \(form)")
        }
      }
    }
  }

  @Test func aFileSaysWhatNetworkItIsOf() throws {
    let weights = Weights.counting(
      .gru, features: 2, hidden: [3], outputs: 1, gruForm: .resetBefore, gates: .hardSigmoid)
    let bytes = weights.safetensors()
    let header = String(decoding: bytes[8..<160], as: UTF8.self)
    #expect(
      header.hasPrefix(
        "{\"__metadata__\":{\"format\":\"pt\",\"pawl.cell\":\"gru\","
          + "\"pawl.gru_form\":\"reset_before\",\"pawl.gates\":\"hard_sigmoid\","
          + "\"pawl.lookback\":\"3\",\"pawl.dialect\":\"torch\"},"))
    #expect(try Weights(safetensors: bytes) == weights)
  }

  @Test func shapesAloneTellCellSizesAndDepth() throws {
    for cell in Cell.allCases {
      let weights = Weights.counting(cell, features: 5, hidden: [4, 2, 3], outputs: 2)
      let plain = SafetensorsFile.bytes(weights.tensors.reversed(), metadata: [])
      let read = try Weights(safetensors: plain)
      #expect(read.configuration.cell == cell)
      #expect(read.configuration.features == 5)
      #expect(read.configuration.hidden == [4, 2, 3])
      #expect(read.configuration.outputs == 2)
      #expect(read.configuration.gates == .sigmoid)
      #expect(read.tensors == weights.tensors)
      #expect(read.lookback == nil)
    }
  }

  @Test func halfAndDoublePrecisionAreTaken() throws {
    let one: [(String, [UInt8], Float)] = [
      ("F32", [0, 0, 0xC0, 0x3F], 1.5), ("F16", [0, 0x3E], 1.5), ("BF16", [0xC0, 0x3F], 1.5),
      ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], 1.5), ("F16", [1, 0], 0x1p-24),
      ("BF16", [1, 0], 0x1p-133), ("F64", [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F], 0.1),
      ("F16", [0, 0x80], -0.0),
    ]
    for (type, bytes, expected) in one {
      let file = try SafetensorsFile(
        safetensorsFile(
          "{\"x\":{\"dtype\":\"\(type)\",\"shape\":[],\"data_offsets\":[0,\(bytes.count)]}}",
          data: bytes))
      let values = try file.floats(of: #require(file.entry("x")))
      #expect(values.map(\.bitPattern) == [expected.bitPattern], "\(type)")
    }
  }

  @Test func figuresOfATensor() {
    let tensor = NamedTensor(name: "x", shape: [4], values: [1, -3, 2, 4])
    #expect(
      tensor.figures
        == TensorFigures(least: -3, largest: 4, mean: 1, rootMeanSquare: 7.5.squareRoot()))
    #expect(NamedTensor(name: "x", shape: [0], values: []).figures == nil)
  }
}
