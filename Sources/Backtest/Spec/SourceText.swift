/// The text of an expression and where it stands in the spec.
///
/// Two are equal if their texts are, wherever they stand.
public struct SourceText: Equatable, Sendable {
  public var text: String
  /// `features.x`, for messages.
  public var keyPath: String
  /// Where the value begins, its quote included.
  public var place: SpecPlace
  /// The column of the text's first character, where the file holds the text as it is on one line;
  /// nil where escapes, folding or a block lie between.
  public var column: Int?

  public init(_ text: String, keyPath: String, place: SpecPlace, column: Int? = nil) {
    self.text = text
    self.keyPath = keyPath
    self.place = place
    self.column = column
  }

  public static func == (left: SourceText, right: SourceText) -> Bool { left.text == right.text }

  /// The place of the character at a byte of the text's UTF-8; the start of the value where the
  /// file does not hold the text as it is.
  public func place(offset: Int) -> SpecPlace {
    guard let column, case .file(let name, let line, _) = place else { return place }
    let before = text.utf8.prefix(max(0, offset))
    // A column is a scalar: count the bytes that begin one.
    return .file(name, line: line, column: column + before.count { $0 & 0xC0 != 0x80 })
  }

  /// An error in the expression: `strategies/a.yaml:14:9: features.x: 'clos' is not a field of X`.
  public func error(at offset: Int, _ message: String) -> SpecError {
    SpecError(place(offset: offset), "\(keyPath): \(message)")
  }
}
