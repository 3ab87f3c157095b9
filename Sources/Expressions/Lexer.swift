/// A piece of a text and the byte at which it starts.
struct Token {
  enum Kind: Equatable {
    case number(Double)
    case name(String)
    case comparison(Operator)
    case plus, minus, times, over
    case open, close, comma, dot
    case end
  }

  var kind: Kind
  var offset: Int
}

/// Cuts a text into tokens, one at a time, so that the first error in reading order is the one thrown.
struct Lexer {
  let bytes: [UInt8]
  let expression: Int
  private var position = 0

  init(_ text: String, expression: Int) {
    bytes = Array(text.utf8)
    self.expression = expression
  }

  mutating func next() throws(ExpressionError) -> Token {
    while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    let start = position
    guard start < bytes.count else { return Token(kind: .end, offset: bytes.count) }
    let byte = bytes[start]
    let following = start + 1 < bytes.count ? bytes[start + 1] : 0
    if Self.isLetter(byte) { return Token(kind: .name(takeName()), offset: start) }
    if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && Self.isDigit(following)) {
      return Token(kind: .number(try takeNumber()), offset: start)
    }
    let kind: Token.Kind
    switch (byte, following) {
    case (UInt8(ascii: "<"), UInt8(ascii: "=")): kind = .comparison(.lessOrEqual)
    case (UInt8(ascii: ">"), UInt8(ascii: "=")): kind = .comparison(.greaterOrEqual)
    case (UInt8(ascii: "="), UInt8(ascii: "=")): kind = .comparison(.equal)
    case (UInt8(ascii: "!"), UInt8(ascii: "=")): kind = .comparison(.notEqual)
    case (UInt8(ascii: "<"), _): kind = .comparison(.less)
    case (UInt8(ascii: ">"), _): kind = .comparison(.greater)
    case (UInt8(ascii: "+"), _): kind = .plus
    case (UInt8(ascii: "-"), _): kind = .minus
    case (UInt8(ascii: "*"), UInt8(ascii: "*")):
      throw error(start, "'**' is not an operator; multiply, or use exp and log")
    case (UInt8(ascii: "*"), _): kind = .times
    case (UInt8(ascii: "/"), _): kind = .over
    case (UInt8(ascii: "("), _): kind = .open
    case (UInt8(ascii: ")"), _): kind = .close
    case (UInt8(ascii: ","), _): kind = .comma
    case (UInt8(ascii: "."), _): kind = .dot
    case (UInt8(ascii: "="), _):
      throw error(start, "'=' is not an operator; '==' compares")
    case (UInt8(ascii: "!"), _):
      throw error(start, "'!' is not an operator; '!=' compares, where(c, 0, 1) negates")
    case (UInt8(ascii: "&"), _):
      throw error(start, "'&' is not an operator; (a) * (b) is true where both are")
    case (UInt8(ascii: "|"), _):
      throw error(start, "'|' is not an operator; max(a, b) is true where either is")
    case (UInt8(ascii: "^"), _):
      throw error(start, "'^' is not an operator; multiply, or use exp and log")
    case (UInt8(ascii: "%"), _):
      throw error(start, "'%' is not an operator; write 0.01 for 1 %")
    default:
      throw error(start, "\(shown(start)) is not part of the language")
    }
    if case .comparison(let comparison) = kind {
      position += comparison == .less || comparison == .greater ? 1 : 2
    } else {
      position += 1
    }
    return Token(kind: kind, offset: start)
  }

  /// The text of bytes `range`, to be quoted in a message.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private mutating func takeName() -> String {
    let start = position
    while position < bytes.count, Self.isLetter(bytes[position]) || Self.isDigit(bytes[position]) {
      position += 1
    }
    return text(start..<position)
  }

  /// Takes digits, a fraction and an exponent; whatever is glued to them makes it no number.
  private mutating func takeNumber() throws(ExpressionError) -> Double {
    let start = position
    skipDigits()
    var isWellFormed = true
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      isWellFormed = skipDigits() > 0
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, bytes[position] == 0x2B || bytes[position] == 0x2D {
        position += 1
      }
      isWellFormed = skipDigits() > 0 && isWellFormed
    }
    while position < bytes.count,
      Self.isLetter(bytes[position]) || Self.isDigit(bytes[position])
        || bytes[position] == UInt8(ascii: ".")
    {
      isWellFormed = false
      position += 1
    }
    let digits = text(start..<position)
    guard isWellFormed, let value = Double(digits) else {
      throw error(start, "'\(digits)' is not a number")
    }
    guard value.isFinite else {
      throw error(
        start, "'\(digits)' is too large, at most \(Double.greatestFiniteMagnitude) is allowed")
    }
    return value
  }

  @discardableResult
  private mutating func skipDigits() -> Int {
    let start = position
    while position < bytes.count, Self.isDigit(bytes[position]) { position += 1 }
    return position - start
  }

  /// The character at `offset`, in quotes, or its code where it cannot be seen.
  private func shown(_ offset: Int) -> String {
    let rest = String(decoding: bytes[offset...].prefix(4), as: UTF8.self)
    guard let scalar = rest.unicodeScalars.first else { return "''" }
    switch scalar {
    case "\u{2212}", "\u{2013}", "\u{2014}": return "'\(scalar)' (a dash, not the sign '-')"
    case _ where scalar.properties.generalCategory == .control:
      return "the control character U+" + hexadecimal(scalar.value)
    case _ where scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint:
      return "the invisible character U+" + hexadecimal(scalar.value)
    default: return "'\(scalar)'"
    }
  }

  private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  private func error(_ offset: Int, _ message: String) -> ExpressionError {
    ExpressionError(expression: expression, offset: offset, message: message)
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_")
  }
}
