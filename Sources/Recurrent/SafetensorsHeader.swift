/// Reads the JSON of a safetensors header, strictly: only what the format has.
struct SafetensorsHeader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func readEntries() throws(WeightsError) -> [SafetensorsFile.Entry] {
    var entries: [SafetensorsFile.Entry] = []
    var names: Set<String> = []
    try readObject { (header, name) throws(WeightsError) in
      guard names.insert(name).inserted else {
        throw WeightsError("a tensor's name", found: "\"\(name)\" twice", expected: "each once")
      }
      if name == "__metadata__" {
        try header.readObject { (header, _) throws(WeightsError) in _ = try header.readString() }
      } else {
        entries.append(try header.readEntry(name))
      }
    }
    skipSpaces()
    guard position == bytes.count else { throw wrong("the end of the header") }
    return entries
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
            "\(name): data_offsets", found: "\(offsets)",
            expected: "a begin and an end not before it")
        }
        entry.bytes = offsets[0]..<offsets[1]
      default:
        throw WeightsError(
          "\(name): a key", found: "\"\(key)\"", expected: "dtype, shape or data_offsets")
      }
    }
    guard keys.sorted() == ["data_offsets", "dtype", "shape"] else {
      throw WeightsError(
        "\(name): keys", found: keys.joined(separator: ", "),
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

  /// A text without escapes: names of tensors have none.
  private mutating func readString() throws(WeightsError) -> String {
    try expect("\"")
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      guard bytes[position] >= 0x20, bytes[position] != UInt8(ascii: "\\") else {
        throw wrong("a text without escapes")
      }
      position += 1
    }
    guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
      throw wrong("a text in UTF-8")
    }
    try expect("\"")
    return text
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
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
    {
      // Fifteen digits are more than any file is long.
      guard position - start < 15 else { throw wrong("a number of at most 15 digits") }
      value = 10 * value + Int(bytes[position] - UInt8(ascii: "0"))
      position += 1
    }
    guard position > start else { throw wrong("a number") }
    return value
  }

  private mutating func skipSpaces() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(WeightsError) {
    guard skip(character) else { throw wrong("'\(character)'") }
  }

  private func wrong(_ expected: String) -> WeightsError {
    let found = position < bytes.count ? "byte \(bytes[position])" : "at its end"
    return WeightsError("the header at byte \(position)", found: found, expected: expected)
  }
}
