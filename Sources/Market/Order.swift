/// The direction of an order or fill.
public enum Side: Int, Sendable {
  case buy
  case sell

  public var name: String { self == .buy ? "buy" : "sell" }

  /// +1 for a buy, -1 for a sell.
  @inlinable public var sign: Double { self == .buy ? 1 : -1 }
}

/// How an order is priced.
public enum OrderType: Int, Sendable {
  /// Fills at the open of the first bar for which it is eligible.
  case market
  /// Fills at the close of the first bar for which it is eligible.
  case marketOnClose

  public var name: String {
    switch self {
    case .market: "market"
    case .marketOnClose: "market_on_close"
    }
  }
}

/// How long an order works.
public enum TimeInForce: Int, Sendable {
  case goodTillCancelled

  public var name: String {
    switch self {
    case .goodTillCancelled: "gtc"
    }
  }
}

/// A request to trade, as it was decided.
public struct Order: Equatable, Sendable {
  /// Counts from 1 in the order of submission.
  public var id: Int
  /// Index in the order of the spec.
  public var instrument: Int
  public var side: Side
  /// Units, always positive.
  public var quantity: Double
  public var type: OrderType
  public var timeInForce: TimeInForce
  /// The step of the panel at which the order was decided.
  public var decidedAtBar: Int

  public init(
    id: Int, instrument: Int, side: Side, quantity: Double, type: OrderType,
    timeInForce: TimeInForce = .goodTillCancelled, decidedAtBar: Int
  ) {
    self.id = id
    self.instrument = instrument
    self.side = side
    self.quantity = quantity
    self.type = type
    self.timeInForce = timeInForce
    self.decidedAtBar = decidedAtBar
  }
}

/// What happened to an order.
public enum OrderEventKind: Int, Sendable {
  case submitted
  case triggered
  case filled
  case partlyFilled
  case cancelled
  case replaced
  case expired
  case rejected

  public var name: String {
    switch self {
    case .submitted: "submitted"
    case .triggered: "triggered"
    case .filled: "filled"
    case .partlyFilled: "partly_filled"
    case .cancelled: "cancelled"
    case .replaced: "replaced"
    case .expired: "expired"
    case .rejected: "rejected"
    }
  }
}

/// Why it happened; the identifiers are listed in `docs/logs.md`.
public enum OrderReason: Int, CaseIterable, Sendable {
  /// The difference between the target position and the held one.
  case rebalance
  /// A newer target of the same instrument took the order's place.
  case replaced
  /// Gross exposure was held to `max_leverage` times equity.
  case cutLeverage
  /// Equity was zero or less, and the order would have raised exposure.
  case ruined

  /// The identifier that the logs carry.
  public var name: String {
    switch self {
    case .rebalance: "rebalance"
    case .replaced: "replaced"
    case .cutLeverage: "cut_leverage"
    case .ruined: "ruined"
    }
  }
}

/// One state change of an order: a row of `orders`.
public struct OrderEvent: Equatable, Sendable {
  /// One counter over orders and fills.
  public var sequence: Int
  public var bar: Int
  public var time: Timestamp
  public var order: Order
  public var kind: OrderEventKind
  /// Units that the event is about, always positive: those asked for when submitted or rejected,
  /// those filled by this very fill, those still open when cancelled, replaced or expired.
  public var quantity: Double
  public var reason: OrderReason?

  public init(
    sequence: Int, bar: Int, time: Timestamp, order: Order, kind: OrderEventKind,
    quantity: Double, reason: OrderReason?
  ) {
    self.sequence = sequence
    self.bar = bar
    self.time = time
    self.order = order
    self.kind = kind
    self.quantity = quantity
    self.reason = reason
  }
}
