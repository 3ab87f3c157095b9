/// What a fill may make of the account. A limit cuts an order that raises what it bounds to what fits,
/// never an order that lowers it, and never the part of an order that closes a position.
public struct ExposureLimits: Equatable, Sendable {
  public var account: AccountKind
  /// Gross exposure over equity, above 0.
  public var maxLeverage: Double
  /// The share of gross exposure that equity must cover at a fill, above 0 and at most 1; nil is none.
  public var initialMargin: Double?
  /// |net exposure| over equity, above 0; nil is none.
  public var maxNet: Double?
  /// |exposure of one instrument| over equity, above 0; nil is none.
  public var maxPosition: Double?

  public init(
    account: AccountKind = .margin, maxLeverage: Double = 4, initialMargin: Double? = nil,
    maxNet: Double? = nil, maxPosition: Double? = nil
  ) {
    self.account = account
    self.maxLeverage = maxLeverage
    self.initialMargin = initialMargin
    self.maxNet = maxNet
    self.maxPosition = maxPosition
  }

  /// Cuts nothing.
  static let unlimited = ExposureLimits(maxLeverage: .greatestFiniteMagnitude)

  func checkRanges() {
    for limit in [maxLeverage, maxNet, maxPosition].compactMap({ $0 }) {
      precondition(limit > 0 && limit.isFinite, "a limit on exposure is above 0")
    }
    if let initialMargin {
      precondition(initialMargin > 0 && initialMargin <= 1, "a margin lies in 0...1, above 0")
    }
  }
}
