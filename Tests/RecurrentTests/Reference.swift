import Foundation
import Testing

@testable import Recurrent

/// A file beside this one, under Reference.
func referenceText(_ name: String) throws -> String {
  let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Reference/\(name)")
  return try String(contentsOf: url, encoding: .utf8)
}

/// One network of torch_parity.txt.
struct ParityCase {
  var configuration: NetworkConfiguration
  var batch: Int
  var samples: Int
  var numbers: [String: [Double]] = [:]

  func floats(_ name: String) throws -> [Float] { try #require(numbers[name]).map { Float($0) } }

  var data: TrainingData {
    get throws {
      TrainingData(
        rows: try floats("rows"), ends: (0..<samples).map { $0 + configuration.lookback - 1 },
        labels: try floats("labels"))
    }
  }

  static func all() throws -> [ParityCase] {
    var cases: [ParityCase] = []
    for line in try referenceText("torch_parity.txt").split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "case" {
        let sizes = words.dropFirst().map { Int($0) ?? 0 }
        cases.append(
          ParityCase(
            configuration: NetworkConfiguration(
              features: sizes[0], hidden: [sizes[1]], lookback: sizes[2], outputs: sizes[3]),
            batch: sizes[4], samples: sizes[5]))
      } else if words[0] != "end" {
        let named = Double(words[1]) == nil ? 2 : 1
        let values = words.dropFirst(named).compactMap { Double($0) }
        cases[cases.count - 1].numbers[words.prefix(named).joined(separator: " ")] = values
      }
    }
    return cases
  }
}

/// The largest distance of two lists, relative to the largest value of the second.
func distance(_ found: [Float], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  let scale = expected.map { abs($0) }.max() ?? 1
  let distances = zip(found, expected).map { abs(Double($0) - $1) }
  return (distances.max() ?? 0) / max(scale, 1e-30)
}
