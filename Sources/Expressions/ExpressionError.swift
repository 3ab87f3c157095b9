/// Why a text is no expression of this spec, and where.
public struct ExpressionError: Error, Equatable, CustomStringConvertible {
  /// Which of the compiled texts, from 0.
  public var expression: Int
  /// Bytes from the start of that text; as expressions are ASCII up to the first error, characters
  /// too. At most the length of the text, where it ended too early.
  public var offset: Int
  /// The value found and the value allowed; the place is put in front by the reader of the spec.
  public var message: String

  public init(expression: Int, offset: Int, message: String) {
    self.expression = expression
    self.offset = offset
    self.message = message
  }

  public var description: String { "expression \(expression), offset \(offset): \(message)" }
}
