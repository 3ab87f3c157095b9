import Market

/// An order that waits to be filled.
public struct WorkingOrder: Equatable, Sendable {
  public internal(set) var order: Order
  /// Why it was made; the exit reason of the trades that it closes.
  public let reason: OrderReason
  /// Units still to be filled, above 0 until the order has ended.
  public internal(set) var remaining: Double
  /// Units filled so far.
  public internal(set) var filled: Double = 0
  /// The part of `remaining` that waits for the fill of its bracket's entry.
  public internal(set) var unreleased: Double = 0
  /// Whether its stop price was reached: a stop is a market order from then on, a stop-limit a limit
  /// order.
  public internal(set) var isTriggered = false
  /// The entry of its bracket, 0 for none.
  public internal(set) var parentID = 0
  /// Orders of one group cancel one another; 0 for none.
  public internal(set) var groupID = 0
  var hasChildren = false
  /// Orders of one bundle fill together and whole, or wait; 0 for none.
  var bundleID = 0
  /// Units of a target order that close what was held before it; the rest opens.
  var closing = 0.0
  /// Whether it protects a position that a target opened, and ends with it.
  var isExit = false
  /// The last bar of the instrument that may fill it, counted as `eligibleFromBar`; 0 for any.
  var lastBar = 0
  /// Fees of its fills but for the least that it pays.
  var feesOwed = 0.0
  var feesPaid = 0.0
  /// The day on which a `day` order works, -1 until its first bar.
  var day = -1
  /// The first bar that may fill it, counted over the bars of its own instrument from 1: a stale
  /// price never fills an order, and a delay is not spent while the instrument rests.
  let eligibleFromBar: Int

  init(order: Order, reason: OrderReason, remaining: Double, eligibleFromBar: Int) {
    self.order = order
    self.reason = reason
    self.remaining = remaining
    self.eligibleFromBar = eligibleFromBar
  }

  var hasEnded: Bool { remaining <= 0 }
  /// Units that may be filled.
  var available: Double { remaining - unreleased }
  var isLinked: Bool { groupID != 0 || parentID != 0 || hasChildren }

  /// What it waits for, once eligible.
  var way: Way {
    switch order.type {
    case .market: return .market
    case .marketOnOpen: return .open
    case .marketOnClose: return .close
    case .limit: return order.limitPrice.map(Way.limit) ?? .nothing
    case .stop, .trailingStop:
      return isTriggered ? .open : order.stopPrice.map(Way.stop) ?? .nothing
    case .stopLimit:
      return (isTriggered ? order.limitPrice.map(Way.limit) : order.stopPrice.map(Way.stop))
        ?? .nothing
    }
  }

  enum Way: Equatable {
    /// The price that the fill policy names.
    case market
    case open
    case close
    case limit(Double)
    case stop(Double)
    /// The fill of its bracket's entry, which will say where it stands.
    case nothing

    var hasLevel: Bool {
      switch self {
      case .limit, .stop: true
      case .market, .open, .close, .nothing: false
      }
    }
  }
}
