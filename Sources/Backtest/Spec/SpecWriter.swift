/// Writes YAML of one form only, so that equal specs are equal bytes: two spaces a level, keys in
/// the order given, numbers in their shortest text, quotes only where needed.
struct SpecWriter {
  private(set) var text = ""
  private var indent = ""

  mutating func section(_ key: String, _ body: (inout SpecWriter) -> Void) {
    text += "\(indent)\(key):\n"
    let afterKey = text.utf8.count
    let outer = indent
    indent += "  "
    body(&self)
    indent = outer
    if text.utf8.count == afterKey {
      text.removeLast()
      text += " {}\n"
    }
  }

  mutating func line(_ key: String, raw value: String) {
    text += "\(indent)\(key): \(value)\n"
  }
  mutating func line(_ key: String, _ value: String) { line(key, raw: Self.scalar(value)) }
  mutating func line(_ key: String, _ value: Int) { line(key, raw: String(value)) }
  mutating func line(_ key: String, _ value: Double) { line(key, raw: Self.number(value)) }
  mutating func line(_ key: String, _ value: Bool) { line(key, raw: value ? "true" : "false") }
  mutating func line(_ key: String, _ value: some RawRepresentable<String>) {
    line(key, raw: value.rawValue)
  }
  mutating func line(_ key: String, _ value: Int?, or word: String) {
    line(key, raw: value.map { String($0) } ?? word)
  }
  mutating func line(_ key: String, _ value: Double?, or word: String) {
    line(key, raw: value.map(Self.number) ?? word)
  }
  mutating func line(_ key: String, list: [String]) {
    line(key, raw: "[\(list.joined(separator: ", "))]")
  }

  /// The shortest text that reads back to the same number, with a point or an exponent.
  static func number(_ value: Double) -> String { "\(value)" }

  /// `text` as it is where YAML reads it back so, else in double quotes.
  static func scalar(_ text: String) -> String {
    isPlain(text) ? text : quoted(text)
  }

  /// A narrow rule: what it lets through stands safely after `key: `.
  private static func isPlain(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    func isWord(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard let first = bytes.first, let last = bytes.last, last != UInt8(ascii: " ") else {
      return false
    }
    let opening: [UInt8] = Array("(./".utf8)
    let isMinus = first == UInt8(ascii: "-") && bytes.count > 1 && isWord(bytes[1])
    guard isWord(first) || opening.contains(first) || isMinus else { return false }
    let inner: [UInt8] = Array(" ()+-*/.,<>=!^%".utf8)
    return bytes.allSatisfy { isWord($0) || inner.contains($0) }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        // What may not stand in YAML's text, or would be read as the end of a line.
        let isEscaped =
          scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) || scalar == "\u{2028}"
          || scalar == "\u{2029}" || scalar == "\u{FEFF}" || scalar == "\u{FFFE}"
          || scalar == "\u{FFFF}"
        if isEscaped {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
