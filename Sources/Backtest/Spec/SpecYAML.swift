import Yams

/// Reads YAML into `SpecNode`, refusing what a spec does not use: anchors, aliases, explicit tags,
/// a second document, a key twice.
///
/// Yams gives the tree with line and column of every value. It resolves aliases and cannot tell
/// every explicit tag from none, so these are found by looking at the text where a value begins:
/// an anchor starts with `&`, a tag with `!`, and an alias cannot be without its anchor.
struct SpecYAML {
  /// Bytes in a spec, at most; 4096 instruments take a tenth of it.
  static let largestByteCount = 4 << 20
  /// Levels of a spec, with room; deeper text is refused and not walked.
  static let deepestLevel = 16

  private let lines: SourceLines
  private let place: (SourceMark?) -> SpecPlace
  /// Names of keys that were overwritten to get past Yams, by line and column.
  private let renamed: [RenamedKey]

  /// - Parameters:
  ///   - bytes: UTF-8, with or without a byte order mark.
  ///   - file: as messages name it.
  /// - Returns: the tree; a text without a value is an empty node.
  /// - Throws: where the text is no YAML, or YAML that a spec does not use.
  static func read(_ bytes: [UInt8], file: String) throws(SpecError) -> SpecNode {
    guard bytes.count <= largestByteCount else {
      throw SpecError(
        .wholeFile(file),
        "the spec had \(bytes.count) bytes, at most \(largestByteCount) are allowed")
    }
    guard var text = String(validating: bytes, as: UTF8.self) else {
      throw SpecError(firstInvalid(bytes, file: file), "the bytes were not UTF-8")
    }
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    return try read(text) { mark in
      mark.map { .file(file, line: $0.line, column: $0.column) } ?? .wholeFile(file)
    }
  }

  /// Reads the value that an option of the command line gives; every place is that option.
  static func read(value: String, option: String) throws(SpecError) -> SpecNode {
    try read(value) { _ in .option(option) }
  }

  private static func read(
    _ text: String, place: @escaping (SourceMark?) -> SpecPlace
  ) throws(SpecError) -> SpecNode {
    var lines = SourceLines(text)
    if let (scalar, mark) = lines.firstControlCharacter {
      throw SpecError(
        place(mark), "a control character, \(scalar.codePoint), is not allowed")
    }
    var renamed: [RenamedKey] = []
    while true {
      do {
        let parser = try Parser(yaml: lines.text, encoding: .utf8)
        // The nodes' anchors and the text live no longer than the parser.
        return try withExtendedLifetime(parser) {
          guard let root = try parser.singleRoot() else {
            return SpecNode(value: .empty, place: place(SourceMark(line: 1, column: 1)))
          }
          return try SpecYAML(lines: lines, place: place, renamed: renamed).node(
            root, path: "", level: 0)
        }
      } catch let error as SpecError {
        throw error
      } catch let YamlError.duplicatedKeysInMapping(names, context) {
        // Yams says where one of the two is; renamed, both can be found in the tree.
        let mark = SourceMark(context.mark)
        guard renamed.count < 64, let name = names.first,
          let key = lines.rename(name, at: mark, number: renamed.count)
        else {
          throw SpecError(
            place(mark), "\(SpecNode.shown(names.first ?? "a key")) stands there twice")
        }
        renamed.append(key)
      } catch let error as YamlError {
        throw syntaxError(error, lines, place)
      } catch {
        throw SpecError(place(nil), "the YAML could not be read: \(error)")
      }
    }
  }

  private init(
    lines: SourceLines, place: @escaping (SourceMark?) -> SpecPlace, renamed: [RenamedKey]
  ) {
    self.lines = lines
    self.place = place
    self.renamed = renamed
  }

  private func node(_ node: Node, path: String, level: Int) throws(SpecError) -> SpecNode {
    let mark = node.mark.map(SourceMark.init)
    let place = place(mark)
    if node.anchor != nil { throw SpecError(place, "an anchor is not allowed in a spec") }
    if let mark {
      switch lines[mark] {
      case "&": throw SpecError(place, "an anchor is not allowed in a spec")
      case "*": throw SpecError(place, "an alias is not allowed in a spec")
      case "!": throw SpecError(place, "an explicit tag is not allowed in a spec")
      default: break
      }
    }
    guard level <= Self.deepestLevel else { throw Self.tooDeep(place) }
    switch node {
    case .scalar(let scalar):
      return self.scalar(scalar, place)
    case .sequence(let sequence):
      var items: [SpecNode] = []
      for item in sequence { items.append(try self.node(item, path: path, level: level + 1)) }
      return SpecNode(value: .list(items), place: place)
    case .mapping(let mapping):
      return SpecNode(value: .mapping(try entries(mapping, path: path, level: level)), place: place)
    case .alias:
      throw SpecError(place, "an alias is not allowed in a spec")
    }
  }

  private func scalar(_ scalar: Node.Scalar, _ place: SpecPlace) -> SpecNode {
    let isPlain = scalar.style == .plain
    if scalar.string.isEmpty && isPlain { return SpecNode(value: .empty, place: place) }
    var node = SpecNode(value: .text(scalar.string, isPlain: isPlain), place: place)
    if var mark = scalar.mark.map(SourceMark.init) {
      let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
      if isQuoted { mark.column += 1 }
      if isPlain || isQuoted, lines.holds(scalar.string, at: mark) { node.textColumn = mark.column }
    }
    return node
  }

  private func entries(
    _ mapping: Node.Mapping, path: String, level: Int
  ) throws(SpecError) -> [SpecEntry] {
    var entries: [SpecEntry] = []
    var firstPlaces: [String: SpecPlace] = [:]
    for (key, value) in mapping {
      let keyNode = try node(key, path: path, level: level + 1)
      let restored = renamed.first { $0.mark == key.mark.map(SourceMark.init) }
      guard case .text(let written, _) = keyNode.value else {
        throw SpecError(keyNode.place, "a key was \(keyNode.found), a name is needed")
      }
      let name = restored?.name ?? written
      let keyPath = path.isEmpty ? name : "\(path).\(name)"
      if let first = firstPlaces[name] {
        // An option is one place.
        let firstPlace = first == keyNode.place ? "" : ", first at \(first)"
        throw SpecError(
          keyNode.place, "\(SpecNode.shown(keyPath)) stands there a second time\(firstPlace)")
      }
      firstPlaces[name] = keyNode.place
      let value = try node(value, path: keyPath, level: level + 1)
      entries.append(SpecEntry(key: name, place: keyNode.place, value: value))
    }
    return entries
  }
}

extension SpecYAML {
  private static func syntaxError(
    _ error: YamlError, _ lines: SourceLines, _ place: (SourceMark?) -> SpecPlace
  ) -> SpecError {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _):
      let mark = SourceMark(mark)
      if problem.hasPrefix("Maximum nesting level") { return tooDeep(place(mark)) }
      if lines[mark] == "\t" {
        return SpecError(place(mark), "a tab stands there, spaces are needed")
      }
      let during = context.map { "\($0.text), " } ?? ""
      return SpecError(place(mark), "the YAML could not be read: \(during)\(problem)")
    case .composer(_, let problem, let mark, _):
      if problem.contains("alias") {
        return SpecError(place(SourceMark(mark)), "an alias is not allowed in a spec")
      }
      return SpecError(place(SourceMark(mark)), "a second document is not allowed in a spec")
    case .reader(let problem, _, _, _):
      return SpecError(place(nil), "the YAML could not be read: \(problem)")
    default:
      return SpecError(place(nil), "the YAML could not be read: \(error)")
    }
  }

  private static func tooDeep(_ place: SpecPlace) -> SpecError {
    SpecError(place, "nesting was deeper than \(deepestLevel) levels")
  }

  /// Where the first byte stands that UTF-8 does not allow.
  private static func firstInvalid(_ bytes: [UInt8], file: String) -> SpecPlace {
    var line = 1
    for lineBytes in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: lineBytes, as: UTF8.self) == nil {
        // A column is a scalar: the longest valid beginning says how many stand before.
        var valid = lineBytes.startIndex
        var column = 1
        var decoder = UTF8()
        var iterator = lineBytes.makeIterator()
        while valid < lineBytes.endIndex, case .scalarValue = decoder.decode(&iterator) {
          valid += 1
          column += 1
        }
        return .file(file, line: line, column: column)
      }
      line += 1
    }
    return .wholeFile(file)
  }
}

extension SourceMark {
  fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
