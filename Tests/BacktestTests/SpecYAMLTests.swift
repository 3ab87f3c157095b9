import Testing

@testable import Backtest

@Suite struct YAMLThatIsNoSpec {
  static let deepFlow = String(repeating: "[", count: 5000)
  static let deepBlock = String(repeating: "- ", count: 5000)
  static let deepKeys = String(repeating: "? ", count: 3000)
  static let deepClosed =
    String(repeating: "[", count: 990) + String(repeating: "]", count: 990)

  @Test(arguments: [
    ("", "a.yaml:1:1: the spec was empty, a mapping is needed"),
    ("# only a comment\n", "a.yaml:1:1: the spec was empty, a mapping is needed"),
    ("---\n", "a.yaml:2:1: the spec was empty, a mapping is needed"),
    ("\u{FEFF}", "a.yaml:1:1: the spec was empty, a mapping is needed"),
    ("a", "a.yaml:1:1: the spec was a, a mapping is needed"),
    ("null", "a.yaml:1:1: the spec was null, a mapping is needed"),
    ("[1, 2]", "a.yaml:1:1: the spec was [1, 2], a mapping is needed"),
    ("{a: 1, a: 2}", "a.yaml:1:8: a stands there a second time, first at a.yaml:1:2"),
    ("{a: 1, 'a': 2}", "a.yaml:1:8: a stands there a second time, first at a.yaml:1:2"),
    ("{1: 1, '1': 2}", "a.yaml:1:8: 1 stands there a second time, first at a.yaml:1:2"),
    ("? a\n? a\n", "a.yaml:2:3: a stands there a second time, first at a.yaml:1:3"),
    (
      "b: {a: 1}\nc: {a: 1, d: {}, a: 2}",
      "a.yaml:2:18: c.a stands there a second time, first at a.yaml:2:5"
    ),
    ("&a [*a]", "a.yaml:1:5: an alias is not allowed in a spec"),
    ("a: &x 1\nb: *x", "a.yaml:1:4: an anchor is not allowed in a spec"),
    ("a: &x {b: *y}", "a.yaml:1:11: an alias is not allowed in a spec"),
    ("a: !!set {b, c}", "a.yaml:1:4: an explicit tag is not allowed in a spec"),
    ("!!map {a: 1}", "a.yaml:1:1: an explicit tag is not allowed in a spec"),
    ("!t a: 1", "a.yaml:1:1: an explicit tag is not allowed in a spec"),
    ("a: 1\n---\nb: 2", "a.yaml:2:1: a second document is not allowed in a spec"),
    ("a: b\u{FEFF}", "a.yaml:1:5: a control character, U+FEFF, is not allowed"),
    (
      "%YAML 2.0\n---\na: 1",
      "a.yaml:1:1: the YAML could not be read: found incompatible YAML document"
    ),
    (deepFlow, "a.yaml:1:1: nesting was deeper than 16 levels"),
    (deepBlock, "a.yaml:1:1999: nesting was deeper than 16 levels"),
    (deepKeys, "a.yaml:1:1999: nesting was deeper than 16 levels"),
    (deepClosed, "a.yaml:1:18: nesting was deeper than 16 levels"),
  ])
  func isRefusedAtItsPlace(text: String, message: String) {
    #expect(SpecFixture.message(text) == message)
  }

  @Test func bytesThatAreNotUTF8ArePlaced() {
    let bytes = Array("name: é\nseed: é".utf8) + [0xFF, 0x41]
    #expect(throws: SpecError(.file("a.yaml", line: 2, column: 8), "the bytes were not UTF-8")) {
      try RunSpec(yaml: bytes, file: "a.yaml", folder: "")
    }
  }

  @Test(arguments: [
    (UInt8(0), "U+0000"), (7, "U+0007"), (0x7F, "U+007F"), (0x1B, "U+001B"),
  ])
  func aControlCharacterIsPlaced(byte: UInt8, name: String) {
    let message = "a control character, \(name), is not allowed"
    #expect(throws: SpecError(.file("a.yaml", line: 2, column: 5), message)) {
      try RunSpec(yaml: Array("a: 1\nb: x".utf8) + [byte], file: "a.yaml", folder: "")
    }
  }

  @Test func aFileTooLargeIsNotParsed() {
    let bytes = [UInt8](repeating: UInt8(ascii: "["), count: SpecYAML.largestByteCount + 1)
    let message = "the spec had 4194305 bytes, at most 4194304 are allowed"
    #expect(throws: SpecError(.wholeFile("a.yaml"), message)) {
      try RunSpec(yaml: bytes, file: "a.yaml", folder: "")
    }
  }

  @Test func aKeyWithEscapesThatIsThereTwiceIsPlacedOnce() {
    #expect(SpecFixture.message("{\"a\\x62\": 1, ab: 2}") == "a.yaml:1:2: ab stands there twice")
  }
}

@Test func aByteOrderMarkMovesNoColumn() throws {
  let plain = SpecFixture.changing(SpecFixture.model, "name: pair", "name: Pair")
  #expect(SpecFixture.message("\u{FEFF}" + plain) == SpecFixture.message(plain))
  #expect(
    try SpecFixture.read("\u{FEFF}" + SpecFixture.model) == SpecFixture.read(SpecFixture.model))
}

@Test(arguments: ["\r\n", "\r"])
func everyEndOfLineGivesTheSameSpecAndPlaces(end: String) throws {
  func converted(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: end)
  }
  #expect(try SpecFixture.read(converted(SpecFixture.model)) == SpecFixture.read(SpecFixture.model))
  let wrong = SpecFixture.changing(SpecFixture.model, "epochs: 3", "epochs: 0")
  #expect(SpecFixture.message(converted(wrong)) == SpecFixture.message(wrong))
}

@Test(arguments: ["no", "yes", "on", "null", "true", "1e3", "0777", "2001-01-01", "7"])
func aNameIsTextWhateverYAMLMakesOfIt(name: String) throws {
  let text = SpecFixture.changing(SpecFixture.rule, "name: rule", "name: \(name)")
  let spec = try SpecFixture.read(text)
  #expect(spec.name == name)
  #expect(try SpecFixture.read(spec.resolvedText).name == name)
}

@Test(arguments: [
  ("x: diff(clos)", 5), ("x: 'diff(clos)'", 6), ("x: \"diff(clos)\"", 6),
  ("x:   diff(clos)", 7),
])
func anExpressionOnOneLineIsPlacedToTheLetter(entry: String, column: Int) throws {
  let text = SpecFixture.changing(SpecFixture.model, "x: diff(X.close)", entry)
  let expression = try #require(try SpecFixture.read(text).learning?.features[0].expression)
  #expect(expression.text == "diff(clos)")
  let error = expression.error(at: 5, "'clos' is no field")
  #expect(error.description == "a.yaml:9:\(column + 6): features.x: 'clos' is no field")
}

@Test(arguments: [
  "x: diff(\n    clos)", "x: >-\n    diff(\n    clos)", "x: |-\n    diff( clos)",
  "x: \"\\x64iff( clos)\"", "x: \"diff( \\\n    clos)\"",
])
func anExpressionOverLinesIsPlacedAtItsStart(entry: String) throws {
  let text = SpecFixture.changing(SpecFixture.model, "x: diff(X.close)", entry)
  let expression = try #require(try SpecFixture.read(text).learning?.features[0].expression)
  #expect(expression.text == "diff( clos)")
  #expect(expression.place(offset: 6) == .file("a.yaml", line: 9, column: 6))
}
