/// A line and a column, from 1; the column counts Unicode scalars.
struct SourceMark: Equatable {
  var line: Int
  var column: Int
}

/// A key that was overwritten in the text, and its name.
struct RenamedKey {
  var mark: SourceMark
  var name: String
}

/// The text of a spec by line and column as YAML counts them.
struct SourceLines {
  private var scalars: [Unicode.Scalar]
  /// Index of each line's first scalar.
  private let starts: [Int]

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    var starts = [0]
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "\r" where index + 1 < scalars.count && scalars[index + 1] == "\n": continue
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": starts.append(index + 1)
      default: continue
      }
    }
    self.starts = starts
  }

  var text: String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  subscript(mark: SourceMark) -> Unicode.Scalar? { index(mark).map { scalars[$0] } }

  /// Whether `text` stands at this place, character for character.
  func holds(_ text: String, at mark: SourceMark) -> Bool {
    guard let index = index(mark) else { return false }
    return scalars[index...].starts(with: text.unicodeScalars)
  }

  /// The first character that YAML does not allow in its text.
  var firstControlCharacter: (scalar: Unicode.Scalar, mark: SourceMark)? {
    let found = scalars.firstIndex { scalar in
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x85: false
      case 0..<0x20, 0x7F..<0xA0, 0xFEFF, 0xFFFE, 0xFFFF: true
      default: false
      }
    }
    guard let found else { return nil }
    let line = starts.lastIndex { $0 <= found } ?? 0
    return (scalars[found], SourceMark(line: line + 1, column: found - starts[line] + 1))
  }

  /// Overwrites the key `name` that stands at a mark by as many characters of private use, so that
  /// no other mark moves.
  ///
  /// - Returns: nil where the text does not hold the name as it is.
  mutating func rename(_ name: String, at mark: SourceMark, number: Int) -> RenamedKey? {
    guard let character = Unicode.Scalar(0xE000 + UInt32(number)), !name.isEmpty else { return nil }
    var inner = mark
    if let quote = self[mark], quote == "'" || quote == "\"" { inner.column += 1 }
    guard holds(name, at: inner), let first = index(inner) else { return nil }
    for index in first..<first + name.unicodeScalars.count { scalars[index] = character }
    return RenamedKey(mark: mark, name: name)
  }

  private func index(_ mark: SourceMark) -> Int? {
    guard mark.line >= 1, mark.line <= starts.count, mark.column >= 1 else { return nil }
    let index = starts[mark.line - 1] + mark.column - 1
    return index < scalars.count ? index : nil
  }
}
