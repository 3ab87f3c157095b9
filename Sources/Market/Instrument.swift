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
  /// Money that a unit gains as its price rises by 1, above 0: 50 for a future of 50 times an index.
  public var multiplier: Double
  /// The instrument whose price is what a unit of this one's currency costs in the account's; nil where
  /// the two are the same.
  public var rate: Int?
  /// The clocks by which its days are counted; nil is UTC.
  public var zone: Zone?

  public init(
    name: String, allowsSignedPrices: Bool = false, tick: Double? = nil, lot: Double? = nil,
    multiplier: Double = 1, rate: Int? = nil, zone: Zone? = nil
  ) {
    self.name = name
    self.allowsSignedPrices = allowsSignedPrices
    self.tick = tick
    self.lot = lot
    self.multiplier = multiplier
    self.rate = rate
    self.zone = zone
  }
}
