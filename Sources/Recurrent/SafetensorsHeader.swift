/// Reads the JSON of a safetensors header, strictly: only what the format has.
///
/// No value is nested deeper than the format needs, so no input makes it recurse.
struct SafetensorsHeader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The entries in the header's order, and the texts under `__metadata__`.
  mutating func read() throws(WeightsError) -> (
    entries: [SafetensorsFile.Entry], metadata: [String: String]
  ) {
    var entries: [SafetensorsFile.Entry] = []
    var metadata: [String: String] = [:]
    var names: Set<String> = []
    try readObject { (header, name) throws(WeightsError) in
      guard names.insert(name).inserted else {
        throw WeightsError(
          "a tensor's name", found: "\(name.quoted) twice", expected: "each once")
      }
      if name == "__metadata__" {
        metadata = try header.readTexts()
      } else {
        entries.append(try header.readEntry(name))
      }
    }
    skipSpaces()
    guard position == bytes.endIndex else { throw wrong("the end of the header") }
    return (entries, metadata)
  }

  private mutating func readTexts() throws(WeightsError) -> [String: String] {
    var texts: [String: String] = [:]
    try readObject { (header, key) throws(WeightsError) in
      guard texts.updateValue(try header.readString(), forKey: key) == nil else {
        throw WeightsError("__metadata__", found: "\(key.quoted) twice", expected: "each key once")
      }
    }
    return texts
  }

  private mutating func readEntry(_ name: String) throws(WeightsError) -> SafetensorsFile.Entry {
    var entry = SafetensorsFile.Entry(name: name)
    var keys: [String] = []
    try readObject { (header, key) throws(WeightsError) in
      keys.append(key)
      switch key {
      case "dtype": entry.type = try header.readString()
      case "shape": entry.shape = try header.readNumbers()
      case "data_offsets":
        let offsets = try header.readNumbers()
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
          throw WeightsError(
            "\(name.shown): data_offsets", found: "\(offsets)",
            expected: "a begin and an end not before it")
        }
        entry.bytes = offsets[0]..<offsets[1]
      default:
        throw WeightsError(
          "\(name.shown): a key", found: key.quoted, expected: "dtype, shape or data_offsets")
      }
    }
    guard keys.sorted() == ["data_offsets", "dtype", "shape"] else {
      throw WeightsError(
        "\(name.shown): keys", found: keys.isEmpty ? "none" : keys.joined(separator: ", ").shown,
        expected: "dtype, shape and data_offsets, each once,")
    }
    return entry
  }

  /// `{"key": value, ...}`, where `readValue` reads each value.
  private mutating func readObject(
    _ readValue: (inout SafetensorsHeader, String) throws(WeightsError) -> Void
  ) throws(WeightsError) {
    try expect("{")
    if skip("}") { return }
    repeat {
      let key = try readString()
      try expect(":")
      try readValue(&self, key)
    } while skip(",")
    try expect("}")
  }

  private mutating func readString() throws(WeightsError) -> String {
    try expect("\"")
    let start = position
    var text: [UInt8] = []
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw wrong("a text without control characters") }
      position += 1
      if byte == UInt8(ascii: "\\") {
        text += String(try readEscaped()).utf8
      } else {
        text.append(byte)
      }
    }
    guard let text = String(validating: text, as: UTF8.self) else {
      position = start
      throw wrong("a text in UTF-8")
    }
    try expect("\"")
    return text
  }

  /// What follows a backslash.
  private mutating func readEscaped() throws(WeightsError) -> Unicode.Scalar {
    let escapes: [UInt8: Unicode.Scalar] = [
      UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
      UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n",
      UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]
    if let byte = current, let scalar = escapes[byte] {
      position += 1
      return scalar
    }
    var code = try readCodeUnit()
    // Above 2^16 a character is two units: the first carries its upper ten bits, the second the lower.
    if (0xD800..<0xDC00).contains(code), skipByte("\\") {
      let low = try readCodeUnit()
      guard (0xDC00..<0xE000).contains(low) else { throw wrong("the second half of a character") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw wrong("a character of Unicode") }
    return scalar
  }

  /// `u` and four hexadecimal digits.
  private mutating func readCodeUnit() throws(WeightsError) -> UInt32 {
    guard skipByte("u") else { throw wrong("an escape of JSON") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw wrong("a hexadecimal digit")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  private mutating func readNumbers() throws(WeightsError) -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if skip("]") { return numbers }
    repeat { numbers.append(try readNumber()) } while skip(",")
    try expect("]")
    return numbers
  }

  private mutating func readNumber() throws(WeightsError) -> Int {
    skipSpaces()
    let start = position
    var value = 0
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      // Fifteen digits are more than any file is long.
      guard position - start < 15 else { throw wrong("a number of at most 15 digits") }
      guard position == start || value > 0 else { throw wrong("a number without a leading zero") }
      value = 10 * value + Int(byte - UInt8(ascii: "0"))
      position += 1
    }
    guard position > start else { throw wrong("a whole number, at least 0") }
    return value
  }

  private var current: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func skipSpaces() {
    while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func skipByte(_ character: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    return skipByte(character)
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(WeightsError) {
    guard skip(character) else { throw wrong("'\(character)'") }
  }

  private func wrong(_ expected: String) -> WeightsError {
    let found = current.map { "byte \($0)" } ?? "at its end"
    return WeightsError(
      "the header at byte \(position - bytes.startIndex)", found: found, expected: expected)
  }
}

extension String {
  /// Text of a file as it may stand in a message: control characters as escapes, and cut where long.
  var shown: String {
    let most = 60
    let escaped = unicodeScalars.prefix(most).map { scalar in
      scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
        || scalar.properties.generalCategory == .format
        ? scalar.escaped(asASCII: true) : String(scalar)
    }
    return escaped.joined() + (unicodeScalars.count > most ? "..." : "")
  }

  var quoted: String { "\"\(shown)\"" }
}
