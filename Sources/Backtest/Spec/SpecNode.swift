/// A value of a spec and where it stands: what YAML says, before any type is asked of it.
struct SpecNode: Sendable {
  enum Value: Sendable {
    /// Nothing stands after the key.
    case empty
    /// `isPlain` is text without quotes, of which alone numbers and flags are read.
    case text(String, isPlain: Bool)
    case list([SpecNode])
    case mapping([SpecEntry])
  }

  var value: Value
  var place: SpecPlace
  /// `SourceText.column`.
  var textColumn: Int?
}

/// A key, where it stands, and its value.
struct SpecEntry: Sendable {
  var key: String
  var place: SpecPlace
  var value: SpecNode
}

extension Unicode.Scalar {
  /// `U+0007`.
  var codePoint: String {
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension SpecNode {
  var entries: [SpecEntry] {
    if case .mapping(let entries) = value { entries } else { [] }
  }

  /// What an error says was found: short, on one line.
  var found: String {
    switch value {
    case .empty: return "empty"
    case .text(let text, let isPlain):
      return isPlain ? Self.shown(text) : "\"\(Self.shown(text))\""
    case .mapping: return "a mapping"
    case .list(let nodes):
      var items: [String] = []
      for node in nodes.prefix(9) {
        switch node.value {
        case .text, .empty: items.append(node.found)
        case .list, .mapping: return "a list"
        }
      }
      if nodes.count > 9 { items.append("…") }
      return "[\(items.joined(separator: ", "))]"
    }
  }

  /// `text` cut to 60 characters, with what would break the line written as an escape.
  static func shown(_ text: String) -> String {
    var result = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
      if index == 60 { return result + "…" }
      result +=
        scalar.properties.isPatternWhitespace && scalar != " " || scalar.value < 32
        ? (scalar == "\n" ? "\\n" : scalar == "\t" ? "\\t" : scalar.codePoint) : String(scalar)
    }
    return result
  }

  /// The value at `path`, or of the nearest part of the path that the spec has.
  ///
  /// No key holds a point, so a path names one value.
  func nearest(to path: String) -> SpecNode {
    var node = self
    for key in path.split(separator: ".") {
      guard let entry = node.entries.first(where: { $0.key == key }) else { break }
      node = entry.value
    }
    return node
  }

  func place(of path: String) -> SpecPlace { nearest(to: path).place }

  /// Puts `node` at `path`, in place of what is there; sections that are missing are added.
  ///
  /// - Throws: where a part of the path is there and is no mapping.
  mutating func set(
    _ path: ArraySlice<String>, to node: SpecNode, whole: String
  ) throws(SpecError) {
    guard let key = path.first else {
      self = node
      return
    }
    if case .empty = value { value = .mapping([]) }
    guard case .mapping(var entries) = value else {
      let section = whole.split(separator: ".").dropLast(path.count).joined(separator: ".")
      throw SpecError(
        node.place, "\(section) was \(found), a mapping is needed to set \(whole) in")
    }
    // The old tree is let go first, so that setting many keys does not copy it each time.
    value = .empty
    if let index = entries.firstIndex(where: { $0.key == key }) {
      try entries[index].value.set(path.dropFirst(), to: node, whole: whole)
    } else {
      var added = SpecNode(value: .empty, place: node.place)
      try added.set(path.dropFirst(), to: node, whole: whole)
      entries.append(SpecEntry(key: key, place: node.place, value: added))
    }
    value = .mapping(entries)
  }
}
