import Bytes

extension JSONValue {
  /// Reads one document.
  ///
  /// - Throws: `damaged` with `place` and the byte at which the text is no JSON.
  public init(parsing bytes: [UInt8], place: String) throws(JournalError) {
    var parser = JSONParser(bytes: bytes, place: place)
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let place: String
  var position = 0

  init(bytes: [UInt8], place: String) {
    self.bytes = bytes
    self.place = place
  }

  mutating func document() throws(JournalError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw damaged("the end of the document") }
    return value
  }

  private func damaged(_ needed: String) -> JournalError {
    let found = position < bytes.count ? "the byte \(bytes[position])" : "the end"
    return .damaged("\(place): byte \(position)", found: found, needed: needed)
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x0a, 0x0d, 0x09].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func take(word: StaticString) -> Bool {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count, bytes[position..<end].elementsEqual("\(word)".utf8) else {
      return false
    }
    position = end
    return true
  }

  private mutating func value(depth: Int) throws(JournalError) -> JSONValue {
    skipSpace()
    guard depth < 100 else { throw damaged("at most 100 levels") }
    guard position < bytes.count else { throw damaged("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "n") where take(word: "null"): return .null
    case UInt8(ascii: "t") where take(word: "true"): return .bool(true)
    case UInt8(ascii: "f") where take(word: "false"): return .bool(false)
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(JournalError) -> JSONValue {
    position += 1
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      let key = try string()
      guard members[key] == nil else { throw damaged("a key that was not there before") }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw damaged("a colon") }
      members[key] = try value(depth: depth + 1)
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw damaged("a comma or }") }
    }
  }

  private mutating func array(depth: Int) throws(JournalError) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(values) }
    while true {
      values.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(values) }
      guard take(UInt8(ascii: ",")) else { throw damaged("a comma or ]") }
    }
  }

  private mutating func number() throws(JournalError) -> JSONValue {
    let start = position
    let allowed = Array("+-.0123456789eE".utf8)
    while position < bytes.count, allowed.contains(bytes[position]) { position += 1 }
    let text = Array(bytes[start..<position])
    if let whole = text.withUnsafeBufferPointer(NumberText.readInt) { return .int(whole) }
    if let value = text.withUnsafeBufferPointer(NumberText.readDouble) { return .number(value) }
    position = start
    throw damaged("a value")
  }

  private mutating func string() throws(JournalError) -> String {
    guard take(UInt8(ascii: "\"")) else { throw damaged("a quote") }
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else { throw damaged("UTF-8") }
        return string
      }
      guard byte >= 0x20 else { throw damaged("a control character written with \\u") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: try escaped().utf8)
      } else {
        text.append(byte)
      }
    }
    throw damaged("a quote")
  }

  private mutating func escaped() throws(JournalError) -> String {
    guard position < bytes.count else { throw damaged("an escaped character") }
    position += 1
    switch bytes[position - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try hexDigits()
      if let scalar = Unicode.Scalar(first) { return String(Character(scalar)) }
      guard take(word: "\\u") else { throw damaged("the second half of a surrogate pair") }
      let second = try hexDigits()
      if first < 0xdc00, (0xdc00..<0xe000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
      {
        return String(Character(scalar))
      }
      throw damaged("a surrogate pair")
    default:
      position -= 1
      throw damaged("an escaped character")
    }
  }

  private mutating func hexDigits() throws(JournalError) -> UInt32 {
    guard position + 4 <= bytes.count,
      bytes[position..<position + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    else { throw damaged("four hexadecimal digits") }
    position += 4
    return value
  }
}
