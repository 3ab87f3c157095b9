import Foundation

/// One case of a file that `Reference/make_reference.py` wrote.
struct ReferenceCase {
  var name: String
  var numbers: [String: [Double]] = [:]

  func list(_ key: String) -> [Double] { numbers[key] ?? [] }
  func number(_ key: String) throws -> Double {
    guard let value = numbers[key]?.first else { throw Missing(key: key, name: name) }
    return value
  }

  struct Missing: Error {
    var key: String
    var name: String
  }

  static func read(_ file: String) throws -> [ReferenceCase] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Reference/\(file)")
    var cases: [ReferenceCase] = []
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "case" {
        cases.append(ReferenceCase(name: String(words[1])))
      } else {
        cases[cases.count - 1].numbers[String(words[0])] = words.dropFirst().map {
          Double($0) ?? .nan
        }
      }
    }
    return cases
  }
}

/// Whether two numbers agree to 1e-10, of themselves where that is asked for.
func agrees(_ value: Double?, _ expected: Double, relative: Bool = false) -> Bool {
  guard let value else { return false }
  return abs(value - expected) <= 1e-10 * (relative ? abs(expected) : max(abs(expected), 1))
}
