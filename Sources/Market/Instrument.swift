/// Something with bars. Elsewhere an instrument is named by its index in the order of the spec.
public struct Instrument: Equatable, Sendable {
  /// `[A-Z][A-Za-z0-9_]*`, at most 32 letters.
  public var name: String
  /// Whether prices may be zero or negative; such an instrument is traded in units only.
  public var allowsSignedPrices: Bool
  /// The step of prices, above 0; nil where prices are not rounded.
  public var tick: Double?
  /// The step of quantities, above 0; nil where quantities are not rounded.
  public var lot: Double?

  public init(
    name: String, allowsSignedPrices: Bool = false, tick: Double? = nil, lot: Double? = nil
  ) {
    self.name = name
    self.allowsSignedPrices = allowsSignedPrices
    self.tick = tick
    self.lot = lot
  }
}
