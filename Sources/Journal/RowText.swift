import Bytes

/// The text of the frame that is being filled, and where in its row it stands.
struct RowText {
  /// `TextBuffer.capacity` bytes, owned by the writer.
  var bytes: UnsafeMutablePointer<UInt8>
  /// Bytes in use.
  var count = 0

  private let kinds: [Kind]
  private let numbers: NumberTexts
  private var rowStart = 0
  private var cell = 0

  private struct Kind {
    var type: CellType
    var isNullable: Bool
  }

  init(_ table: Table, _ bytes: UnsafeMutablePointer<UInt8>, _ numbers: NumberTexts) {
    self.bytes = bytes
    self.numbers = numbers
    kinds = table.columns.map { Kind(type: $0.type, isNullable: $0.isNullable) }
  }

  var isAtRowStart: Bool { cell == 0 }

  mutating func appendByte(_ byte: UInt8) {
    precondition(count < TextBuffer.capacity, "a row fits into a frame")
    bytes[count] = byte
    count += 1
  }

  /// Writes the comma, and checks that a cell of this type comes next.
  @inline(__always)
  private mutating func begin(_ type: CellType) -> Bool {
    precondition(cell < kinds.count, "a row has no more cells than its table has columns")
    let kind = kinds[cell]
    precondition(kind.type == type, "a cell has the type of its column")
    // Room for the comma, any number and the line feed; longer text is checked on its own.
    precondition(
      count <= TextBuffer.capacity - NumberText.maximumLength - 2, "a row fits into a frame")
    if cell == 0 {
      rowStart = count
    } else {
      bytes[count] = UInt8(ascii: ",")
      count &+= 1
    }
    cell &+= 1
    return kind.isNullable
  }

  @inline(__always)
  mutating func append(_ value: Int) {
    _ = begin(.int)
    // SAFETY: `begin` left room for any number.
    count &+= NumberText.write(value, to: bytes + count)
  }

  @inline(__always)
  mutating func append(_ value: Double) {
    let isNullable = begin(.float)
    guard value.isFinite else {
      precondition(isNullable, "a column that is not nullable has a finite number in each row")
      return
    }
    // SAFETY: `begin` left room for any number.
    count &+= numbers.write(value, to: bytes + count)
  }

  /// Appends text that needs no quotes: neither a quote, nor a comma, nor a line's end is in it.
  @inline(__always)
  mutating func append(plain text: UnsafeBufferPointer<UInt8>) {
    _ = begin(.text)
    precondition(
      !text.isEmpty && text.count <= NumberText.maximumLength,
      "plain text is no longer than a number")
    // SAFETY: `begin` left room for any number.
    if let start = text.baseAddress { (bytes + count).update(from: start, count: text.count) }
    count &+= text.count
  }

  mutating func append(text: UnsafeBufferPointer<UInt8>) {
    let isNullable = begin(.text)
    precondition(isNullable || !text.isEmpty, "a column that is not nullable has text in each row")
    precondition(2 * text.count <= FrameRule.maximumTextBytes, "a row fits into a frame")
    precondition(
      count + 2 * text.count + 4 <= TextBuffer.capacity, "a row fits into a frame")
    var mustQuote = false
    for byte in text where byte == 0x22 || byte == 0x2c || byte == 0x0a || byte == 0x0d {
      mustQuote = true
    }
    if !mustQuote {
      // SAFETY: the room was checked above.
      if let start = text.baseAddress { (bytes + count).update(from: start, count: text.count) }
      count &+= text.count
      return
    }
    bytes[count] = 0x22
    count &+= 1
    for byte in text {
      if byte == 0x22 {
        bytes[count] = 0x22
        count &+= 1
      }
      bytes[count] = byte
      count &+= 1
    }
    bytes[count] = 0x22
    count &+= 1
  }

  mutating func appendMissing() {
    precondition(cell < kinds.count, "a row has no more cells than its table has columns")
    precondition(
      begin(kinds[cell].type), "a column that is not nullable has a value in each row")
  }

  /// - Returns: where the row begins.
  @inline(__always)
  mutating func endRow() -> Int {
    precondition(cell == kinds.count, "a row has a cell for each column")
    bytes[count] = UInt8(ascii: "\n")
    count &+= 1
    cell = 0
    return rowStart
  }
}
