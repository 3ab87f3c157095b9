import Bytes
import Foundation
import Testing

@testable import Recurrent

/// A file in the layout of safetensors: a header and bytes of data.
func safetensorsFile(_ header: String, data: [UInt8]) -> [UInt8] {
  safetensorsFile(Array(header.utf8), data: data)
}

func safetensorsFile(_ header: [UInt8], data: [UInt8]) -> [UInt8] {
  let length = UInt64(header.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + data
}

/// The bytes of a file beside this one, under Reference.
func referenceBytes(_ name: String) throws -> [UInt8] {
  try FileIO.readAll(
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Reference/\(name)").path)
}

/// A network of weights.txt.
struct WeightsCase {
  var name: String
  var cell: Cell
  var gruForm: GRUForm?
  var gates: GateActivation?
  var lookback: Int
  var features: Int
  var outputs: Int
  var hidden: [Int]
  var rows: [Float] = []
  var forecast: [Double] = []
  /// By layer.
  var hiddenNorms: [[Double]] = []
  var cellNorms: [[Double]] = []

  static func all() throws -> [WeightsCase] {
    var cases: [WeightsCase] = []
    for line in try referenceText("weights.txt").split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let numbers = words.dropFirst().compactMap(Double.init)
      let last = cases.count - 1
      switch words[0] {
      case "case":
        let sizes = words.dropFirst(5).compactMap { Int($0) }
        cases.append(
          WeightsCase(
            name: words[1], cell: try #require(Cell(rawValue: words[2])),
            gruForm: GRUForm(rawValue: words[3]), gates: GateActivation(rawValue: words[4]),
            lookback: sizes[0], features: sizes[1], outputs: sizes[2],
            hidden: Array(sizes.dropFirst(3))))
      case "rows": cases[last].rows = numbers.map { Float($0) }
      case "forecast": cases[last].forecast = numbers
      case "h": cases[last].hiddenNorms.append(numbers)
      default: cases[last].cellNorms.append(numbers)
      }
    }
    return cases
  }

  var bytes: [UInt8] {
    get throws { try referenceBytes("keras_\(name).safetensors") }
  }
}

extension Weights {
  /// The forecast from one window, in Float64.
  func plainForecast(_ rows: [Float]) -> [Double] {
    let width = configuration.features
    var steps = (0..<rows.count / width).map { row in
      rows[row * width..<(row + 1) * width].map(Double.init)
    }
    for layer in plainLayers { steps = PlainPass(layer, inputs: steps).hidden }
    let head = tensors.suffix(2).map { $0.values.map(Double.init) }
    let last = steps[steps.count - 1]
    return head[1].indices.map { output in
      last.indices.reduce(head[1][output]) { $0 + head[0][output * last.count + $1] * last[$1] }
    }
  }

  /// As if read from a file in PyTorch's layout: weights that count up in 64ths.
  static func counting(
    _ cell: Cell, features: Int, hidden: [Int], outputs: Int, gruForm: GRUForm? = nil,
    gates: GateActivation? = nil
  ) -> Weights {
    let configuration = NetworkConfiguration(
      cell: cell, features: features, hidden: hidden, lookback: 3, outputs: outputs,
      gruForm: gruForm, gates: gates)
    var next: Float = -1
    let tensors = Weights.torchShapes(of: configuration).map { name, shape in
      NamedTensor(
        name: name, shape: shape,
        values: (0..<shape.reduce(1, *)).map { _ in
          next += 0.015625
          return next
        })
    }
    return Weights(configuration, layout: .torch, lookback: 3, tensors: tensors)
  }
}
