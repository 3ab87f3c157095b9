import Testing

@testable import Recurrent

/// The lines of training.txt, made by Reference/training.py: headings and the lines below each.
struct TrainingReference {
  struct Section {
    /// What the heading says after its first word.
    var words: [String]
    var lines: [String: [Double]] = [:]

    func numbers(_ name: String) throws -> [Double] { try #require(lines[name], "\(name)") }
    func floats(_ name: String) throws -> [Float] { try numbers(name).map { Float($0) } }
  }

  private static let headings: Set<String> = [
    "loss", "optimizer", "schedule", "plateau", "network", "state",
  ]

  /// Lines that stand under no heading of their own: inputs of several sections.
  var inputs = Section(words: [])
  private var sections: [String: [Section]] = [:]

  init() throws {
    var current: String?
    for line in try referenceText("training.txt").split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let isNumber = words.map { Double($0) != nil }
      if let heading = words.first, Self.headings.contains(heading), words.count > 1,
        heading != "loss" || !isNumber[1]
      {
        current = heading
        sections[heading, default: []].append(Section(words: Array(words.dropFirst())))
        continue
      }
      let name = words.prefix { Double($0) == nil }.joined(separator: " ")
      let isAfter = words.first == "after" && isNumber.count > 1 && isNumber[1]
      let key = isAfter ? "after \(words[1])" : name
      let values = words.dropFirst(isAfter ? 2 : name.split(separator: " ").count)
        .map { Double($0) ?? .nan }
      let isInput =
        !name.hasSuffix(" of it")
        && [
          "start", "gradients", "updates", "sizes", "rows", "labels", "missing", "weights",
        ].contains(words[0])
      if isInput || current == nil {
        inputs.lines[key] = values
      } else if let current, let last = sections[current]?.indices.last {
        sections[current]?[last].lines[key] = values
      }
    }
  }

  func all(_ heading: String) throws -> [Section] {
    let found = try #require(sections[heading])
    return found
  }
}
