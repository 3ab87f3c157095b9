/// Something that a company does to its shares, known before the open of its day.
public struct CorporateAction: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    /// So many units, above 0, take the place of one: 2 halves the price.
    case split(ratio: Double)
    /// Paid for each unit held at the close before, in the instrument's currency; above 0. On the day of
    /// a split it is for the units before it.
    case dividend(amount: Double)
  }

  /// The start of the day: it takes effect with the first bar that closes after this.
  public var time: Timestamp
  public var kind: Kind

  public init(time: Timestamp, kind: Kind) {
    self.time = time
    self.kind = kind
  }
}

/// An action as it took effect. A row of `actions`.
public struct AppliedAction: Equatable, Sendable {
  public var bar: Int
  public var time: Timestamp
  /// Index in the order of the spec.
  public var instrument: Int
  public var kind: CorporateAction.Kind
  /// Units held before, negative for a short position.
  public var quantityBefore: Double
  public var quantityAfter: Double

  public init(
    bar: Int, time: Timestamp, instrument: Int, kind: CorporateAction.Kind,
    quantityBefore: Double, quantityAfter: Double
  ) {
    self.bar = bar
    self.time = time
    self.instrument = instrument
    self.kind = kind
    self.quantityBefore = quantityBefore
    self.quantityAfter = quantityAfter
  }
}
