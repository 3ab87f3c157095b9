/// Something with bars. Elsewhere an instrument is named by its index in the order of the spec.
public struct Instrument: Equatable, Sendable {
  /// `[A-Z][A-Za-z0-9_]*`, at most 32 letters.
  public var name: String
  /// Whether prices may be zero or negative; such an instrument is traded in units only.
  public var allowsSignedPrices: Bool

  public init(name: String, allowsSignedPrices: Bool = false) {
    self.name = name
    self.allowsSignedPrices = allowsSignedPrices
  }
}
