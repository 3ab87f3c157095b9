// Each value has the type that its key asks for, whatever YAML would make of it: `no` is text where
// text is needed, and a number in quotes is no number. A key without `default` must be there.

/// Which numbers a key may have.
struct NumberRange: Sendable {
  private var least = -Double.infinity
  private var includesLeast = true
  private var most = Double.infinity
  private var includesMost = true

  static let any = NumberRange()
  static func atLeast(_ least: Double) -> NumberRange { NumberRange(least: least) }
  static func above(_ least: Double) -> NumberRange {
    NumberRange(least: least, includesLeast: false)
  }
  func below(_ most: Double) -> NumberRange {
    NumberRange(least: least, includesLeast: includesLeast, most: most, includesMost: false)
  }
  func atMost(_ most: Double) -> NumberRange {
    NumberRange(least: least, includesLeast: includesLeast, most: most)
  }

  func contains(_ value: Double) -> Bool {
    (value > least || includesLeast && value == least)
      && (value < most || includesMost && value == most)
  }

  /// `at least 0 and below 1`.
  var needed: String {
    var ends: [String] = []
    if least.isFinite { ends.append((includesLeast ? "at least " : "above ") + Self.short(least)) }
    if most.isFinite { ends.append((includesMost ? "at most " : "below ") + Self.short(most)) }
    return ends.isEmpty ? "a finite number" : ends.joined(separator: " and ")
  }

  /// `1` and not `1.0`.
  private static func short(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}

extension SpecSection {
  func text(
    _ key: String, needed: String = "text", default fallback: String? = nil
  ) throws(SpecError) -> String {
    guard let node = self[key] else {
      if let fallback { return fallback }
      throw missing(key, needed)
    }
    guard case .text(let text, _) = node.value, !text.isEmpty else {
      throw wrong(key, node, needed)
    }
    return text
  }

  /// A whole number; the error says the end of `range` that was passed: `at least 1`, `at most N`.
  func integer(
    _ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil
  ) throws(SpecError) -> Int {
    guard let node = self[key] else {
      if let fallback { return fallback }
      throw missing(key, "a whole number of at least \(range.lowerBound)")
    }
    return try integer(node, key, in: range)
  }

  func integer(
    _ node: SpecNode, _ key: String, in range: ClosedRange<Int>,
    type: String = "a whole number"
  ) throws(SpecError) -> Int {
    guard case .text(let text, true) = node.value, let digits = SpecNumber.wholeDigits(text) else {
      throw wrong(key, node, type)
    }
    // Digits that overflow are out of any range.
    let value = Int(digits) ?? (digits.hasPrefix("-") ? Int.min : Int.max)
    if value < range.lowerBound { throw wrong(key, node, "at least \(range.lowerBound)") }
    if value > range.upperBound { throw wrong(key, node, "at most \(range.upperBound)") }
    return value
  }

  func number(
    _ key: String, _ range: NumberRange, default fallback: Double? = nil
  ) throws(SpecError) -> Double {
    guard let node = self[key] else {
      if let fallback { return fallback }
      throw missing(key, "a number")
    }
    return try number(node, key, range)
  }

  func number(
    _ node: SpecNode, _ key: String, _ range: NumberRange
  ) throws(SpecError) -> Double {
    guard case .text(let text, true) = node.value, let value = SpecNumber.read(text) else {
      throw wrong(key, node, "a number")
    }
    guard value.isFinite else { throw wrong(key, node, "a finite number") }
    guard range.contains(value) else { throw wrong(key, node, range.needed) }
    return value
  }

  /// A whole number, or nil where `word` stands there or nothing does.
  func integerOrWord(
    _ key: String, in range: ClosedRange<Int>, word: String
  ) throws(SpecError) -> Int? {
    guard let node = self[key] else { return nil }
    if case .text(word, _) = node.value { return nil }
    return try integer(node, key, in: range, type: Self.wholeNumber(or: word))
  }

  static func wholeNumber(or word: String) -> String { "a whole number or \(word)" }

  /// A number, or nil where `none` stands there or nothing does.
  func numberOrNone(_ key: String, _ range: NumberRange) throws(SpecError) -> Double? {
    guard let node = self[key] else { return nil }
    if case .text("none", _) = node.value { return nil }
    guard case .text(let text, true) = node.value, SpecNumber.read(text) != nil else {
      throw wrong(key, node, "none or a number")
    }
    return try number(node, key, range)
  }

  func flag(_ key: String, default fallback: Bool) throws(SpecError) -> Bool {
    guard let node = self[key] else { return fallback }
    switch node.value {
    case .text("true", true): return true
    case .text("false", true): return false
    default: throw wrong(key, node, "true or false")
    }
  }

  /// One of the words of an enumeration.
  func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, _ type: Word.Type, default fallback: Word? = nil
  ) throws(SpecError) -> Word {
    let words = Word.allCases.map(\.rawValue)
    guard let node = self[key] else {
      if let fallback { return fallback }
      throw missing(key, Self.oneOf(words))
    }
    if case .text(let text, _) = node.value {
      if let word = Word(rawValue: text) { return word }
      throw notAWord(key, node, text, words)
    }
    throw wrong(key, node, Self.oneOf(words))
  }

  func notAWord(_ key: String, _ node: SpecNode, _ text: String, _ words: [String]) -> SpecError {
    var error = wrong(key, node, Self.oneOf(words))
    error.message += NearestWord.hint(text, among: words)
    return error
  }

  /// `one of a, b, c`, or `a or b`.
  static func oneOf(_ words: [String]) -> String {
    words.count == 2 ? words.joined(separator: " or ") : "one of " + words.joined(separator: ", ")
  }

  /// `a, b or c`.
  static func listed(_ words: [String], _ joiner: String) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(joiner) \(last)"
  }

  func list(_ key: String, _ node: SpecNode, needed: String) throws(SpecError) -> [SpecNode] {
    guard case .list(let items) = node.value else { throw wrong(key, node, needed) }
    return items
  }

  /// Two finite numbers, the first below the second.
  func pair(
    _ key: String, default fallback: (Double, Double)?
  ) throws(SpecError) -> (low: Double, high: Double)? {
    guard let node = self[key] else { return fallback }
    let needed = "a list of two numbers, the lower first,"
    let items = try list(key, node, needed: needed)
    guard items.count == 2 else { throw wrong(key, node, needed) }
    let low = try number(items[0], key, .any)
    let high = try number(items[1], key, .any)
    guard low < high else { throw wrong(key, node, needed) }
    guard (high - low).isFinite else { throw wrong(key, node, "a finite distance of the two") }
    return (low, high)
  }

  func expression(_ entry: SpecEntry) throws(SpecError) -> SourceText {
    let node = entry.value
    guard case .text(let text, _) = node.value, !text.isEmpty else {
      throw wrong(entry.key, node, "an expression")
    }
    return SourceText(
      text, keyPath: path(of: entry.key), place: node.place, column: node.textColumn)
  }

  func file(_ key: String, in folder: String) throws(SpecError) -> FileReference {
    let written = try text(key, needed: "a file")
    let place = self[key]?.place ?? node.place
    guard !written.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
      throw SpecError(
        place, "\(path(of: key)) was \(SpecNode.shown(written)), a file's name is needed")
    }
    let isWhole = written.hasPrefix("/") || folder.isEmpty || folder == "."
    let slash = folder.hasSuffix("/") ? "" : "/"
    return FileReference(
      written: written, path: isWhole ? written : folder + slash + written, place: place,
      keyPath: path(of: key))
  }
}
