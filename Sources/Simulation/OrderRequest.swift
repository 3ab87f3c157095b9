import Market

/// An order to be submitted. What a type does not use stays nil.
public struct OrderRequest: Equatable, Sendable {
  /// Index in the order of the spec.
  public var instrument: Int
  public var side: Side
  /// Units, above 0.
  public var quantity: Double
  public var type: OrderType
  /// Of limit and stop-limit orders.
  public var limitPrice: Double?
  /// Of stop and stop-limit orders. Of a trailing stop it is where it begins; nil begins at the
  /// distance from the last close, in a bracket from the price that the entry met.
  public var stopPrice: Double?
  /// Of trailing stops.
  public var trail: Trail?
  /// Of a stop or limit order that is a bracket's exit, instead of its price: how far from the price
  /// that the entry met it stands, a stop on the losing side, a target on the winning one.
  public var distance: Trail?
  public var timeInForce: TimeInForce
  /// Of `goodTillDate`.
  public var goodTill: Timestamp?
  public var isReduceOnly: Bool
  /// Names the order in the logs, and the exit of the trades that it closes. `rebalance` makes it a
  /// target order, which a newer target replaces.
  public var reason: OrderReason

  public init(
    instrument: Int, side: Side, quantity: Double, type: OrderType = .market,
    limitPrice: Double? = nil, stopPrice: Double? = nil, trail: Trail? = nil,
    distance: Trail? = nil, timeInForce: TimeInForce = .goodTillCancelled,
    goodTill: Timestamp? = nil,
    isReduceOnly: Bool = false, reason: OrderReason = .requested
  ) {
    self.instrument = instrument
    self.side = side
    self.quantity = quantity
    self.type = type
    self.limitPrice = limitPrice
    self.stopPrice = stopPrice
    self.trail = trail
    self.distance = distance
    self.timeInForce = timeInForce
    self.goodTill = goodTill
    self.isReduceOnly = isReduceOnly
    self.reason = reason
  }
}

/// An entry, and the orders that close it again: they begin to work as it fills, and the fill of one
/// cancels the other.
public struct Bracket: Equatable, Sendable {
  public var entry: OrderRequest
  /// A stop, stop-limit or trailing stop of the other side.
  public var stopLoss: OrderRequest?
  /// A limit order of the other side.
  public var takeProfit: OrderRequest?

  public init(
    entry: OrderRequest, stopLoss: OrderRequest? = nil, takeProfit: OrderRequest? = nil
  ) {
    self.entry = entry
    self.stopLoss = stopLoss
    self.takeProfit = takeProfit
  }

  /// The usual bracket: a stop and a target of the entry's whole quantity.
  ///
  /// - Parameters:
  ///   - entry: of any type.
  ///   - stopPrice: where the position is closed at a loss, nil for no stop.
  ///   - limitPrice: where it is closed at a profit, nil for no target.
  public init(entry: OrderRequest, stopPrice: Double?, limitPrice: Double?) {
    func closing(_ type: OrderType, _ reason: OrderReason) -> OrderRequest {
      OrderRequest(
        instrument: entry.instrument, side: entry.side.opposite, quantity: entry.quantity,
        type: type, limitPrice: type == .limit ? limitPrice : nil,
        stopPrice: type == .stop ? stopPrice : nil, reason: reason)
    }
    self.init(
      entry: entry, stopLoss: stopPrice.map { _ in closing(.stop, .stopLoss) },
      takeProfit: limitPrice.map { _ in closing(.limit, .takeProfit) })
  }
}

/// What became of a request.
public struct Receipt: Equatable, Sendable {
  public let orderID: Int
  /// Why the order was rejected; nil where it works.
  public let rejection: OrderReason?
}
