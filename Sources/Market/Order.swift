/// The direction of an order or fill.
public enum Side: Int, Sendable {
  case buy
  case sell

  public var name: String { self == .buy ? "buy" : "sell" }

  /// +1 for a buy, -1 for a sell.
  @inlinable public var sign: Double { self == .buy ? 1 : -1 }

  /// Units held after so many were traded. A remainder below a part in 1e12 of them is what sums of fills
  /// were rounded by on different ways, and none.
  @inlinable
  public func position(after held: Double, trading quantity: Double) -> Double {
    let after = held + sign * quantity
    return abs(after) <= 1e-12 * quantity ? 0 : after
  }
}

/// How an order is priced; `docs/fills.md` has the rules.
public enum OrderType: Int, CaseIterable, Sendable {
  /// Fills at the open of the first bar for which it is eligible, or at the price that the fill
  /// policy names.
  case market
  /// Fills at the close of the first bar for which it is eligible.
  case marketOnClose
  /// Fills at the open of the first bar for which it is eligible, whatever the fill policy.
  case marketOnOpen
  /// Fills at its limit price or better.
  case limit
  /// A market order once the price has reached its stop price.
  case stop
  /// A limit order once the price has reached its stop price.
  case stopLimit
  /// A stop whose stop price follows the price at a distance, and never goes back.
  case trailingStop

  public var name: String {
    switch self {
    case .market: "market"
    case .marketOnClose: "market_on_close"
    case .marketOnOpen: "market_on_open"
    case .limit: "limit"
    case .stop: "stop"
    case .stopLimit: "stop_limit"
    case .trailingStop: "trailing_stop"
    }
  }

  /// Whether it waits for the price to reach a level.
  public var hasLevel: Bool {
    switch self {
    case .market, .marketOnClose, .marketOnOpen: false
    case .limit, .stop, .stopLimit, .trailingStop: true
    }
  }

  public var hasLimitPrice: Bool { self == .limit || self == .stopLimit }

  public var hasStopPrice: Bool { self == .stop || self == .stopLimit || self == .trailingStop }
}

/// A distance from a price: that at which a trailing stop follows it, or that of an exit from the price
/// of its entry.
public enum Trail: Equatable, Sendable {
  /// In the unit of prices, above 0.
  case amount(Double)
  /// A share of the price's size, above 0 and below 1.
  case fraction(Double)
}

/// How long an order works.
public enum TimeInForce: Int, CaseIterable, Sendable {
  case goodTillCancelled
  /// The UTC day of the first bar that may fill it.
  case day
  /// Bars that close at or before the order's `goodTill`.
  case goodTillDate
  /// What its first chance does not fill expires.
  case immediateOrCancel
  /// Its first chance fills it whole, or it expires.
  case fillOrKill

  public var name: String {
    switch self {
    case .goodTillCancelled: "gtc"
    case .day: "day"
    case .goodTillDate: "gtd"
    case .immediateOrCancel: "ioc"
    case .fillOrKill: "fok"
    }
  }

  /// Whether it has one chance only.
  public var isImmediate: Bool { self == .immediateOrCancel || self == .fillOrKill }
}

/// A request to trade, as it was decided; an amendment changes it.
public struct Order: Equatable, Sendable {
  /// Counts from 1 in the order of submission.
  public var id: Int
  /// Index in the order of the spec.
  public var instrument: Int
  public var side: Side
  /// Units, always positive.
  public var quantity: Double
  public var type: OrderType
  /// Of limit and stop-limit orders.
  public var limitPrice: Double?
  /// Of stop, stop-limit and trailing stop orders; where a trailing stop stands now.
  public var stopPrice: Double?
  /// Of trailing stop orders.
  public var trail: Trail?
  /// Of a bracket's stop or target whose price is set by its entry: how far from the price that the
  /// entry met.
  public var distance: Trail?
  public var timeInForce: TimeInForce
  /// Of `goodTillDate`, where a time ends it.
  public var goodTill: Timestamp?
  /// Whether it may only bring the position nearer to zero.
  public var isReduceOnly: Bool
  /// The step of the panel at which the order was decided.
  public var decidedAtBar: Int

  public init(
    id: Int, instrument: Int, side: Side, quantity: Double, type: OrderType,
    limitPrice: Double? = nil, stopPrice: Double? = nil, trail: Trail? = nil,
    distance: Trail? = nil, timeInForce: TimeInForce = .goodTillCancelled,
    goodTill: Timestamp? = nil,
    isReduceOnly: Bool = false, decidedAtBar: Int
  ) {
    self.id = id
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
  /// Its open quantity or its prices changed; it works on.
  case amended
  /// So many units of a bracket's child began to work.
  case released

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
    case .amended: "amended"
    case .released: "released"
    }
  }

  /// Whether the order ends with it.
  public var isFinal: Bool {
    switch self {
    case .filled, .cancelled, .replaced, .expired, .rejected: true
    case .submitted, .triggered, .partlyFilled, .amended, .released: false
    }
  }
}

/// Why it happened; the identifiers are listed in `docs/logs.md` and `docs/fills.md`.
public enum OrderReason: Int, CaseIterable, Sendable {
  /// The difference between the target position and the held one.
  case rebalance
  /// A newer target of the same instrument took the order's place.
  case replaced
  /// Gross exposure was held to `max_leverage` times equity.
  case cutLeverage
  /// Equity was zero or less, and the order would have raised exposure.
  case ruined
  /// The strategy asked for it.
  case requested
  /// A bracket's protective stop.
  case stopLoss
  /// A bracket's target.
  case takeProfit
  /// The price reached the stop price.
  case stopReached
  /// The entry of its bracket was filled.
  case parentFilled
  /// The entry of its bracket ended before it was filled whole.
  case parentEnded
  /// The other of two orders that cancel one another was filled.
  case siblingFilled
  /// It may only reduce a position, and no more of one was held.
  case reduceOnly
  /// Its day was over.
  case dayEnded
  /// The bar closes after the time until which it was good.
  case goodTillReached
  /// Its only chance did not fill it.
  case notImmediate
  /// Its quantity was not a finite number above 0.
  case badQuantity
  /// Its quantity was below one lot.
  case belowLot
  /// A price that its type needs was missing, not finite or, where prices are positive, not above
  /// 0; or its type has no such price.
  case badPrice
  /// The distance of a trailing stop was missing or out of range.
  case badTrail
  /// A trailing stop was asked for before the first bar of its instrument.
  case noPrice
  /// The time in force does not go with its type, or was over already.
  case badTimeInForce
  /// The parts of a bracket do not fit: instrument, side, quantity or the order of their prices.
  case badBracket
  /// No such order works.
  case unknownOrder
  /// A delay keeps the order under way: it cannot be recalled.
  case underWay
  /// A bracket's trailing stop.
  case trailingStop
  /// The position that it protects was closed otherwise.
  case positionClosed
  /// Initial margin held exposure down.
  case cutMargin
  /// Net exposure was held to `max_net` times equity.
  case cutNet
  /// One instrument's exposure was held to `max_position` times equity.
  case cutPosition
  /// A cash account held a purchase to the cash that was there.
  case cutCash
  /// A cash account sells no more than it holds.
  case noShort
  /// The account fell below its maintenance margin.
  case marginCall
  /// The account fell from its peak by `max_drawdown`.
  case drawdownStop
  /// A split of the instrument changed it.
  case split

  /// The identifier that the logs carry.
  public var name: String {
    switch self {
    case .rebalance: "rebalance"
    case .replaced: "replaced"
    case .cutLeverage: "cut_leverage"
    case .ruined: "ruined"
    case .requested: "requested"
    case .stopLoss: "stop_loss"
    case .takeProfit: "take_profit"
    case .stopReached: "stop_reached"
    case .parentFilled: "parent_filled"
    case .parentEnded: "parent_ended"
    case .siblingFilled: "sibling_filled"
    case .reduceOnly: "reduce_only"
    case .dayEnded: "day_ended"
    case .goodTillReached: "good_till_reached"
    case .notImmediate: "not_immediate"
    case .badQuantity: "bad_quantity"
    case .belowLot: "below_lot"
    case .badPrice: "bad_price"
    case .badTrail: "bad_trail"
    case .noPrice: "no_price"
    case .badTimeInForce: "bad_time_in_force"
    case .badBracket: "bad_bracket"
    case .unknownOrder: "unknown_order"
    case .underWay: "under_way"
    case .trailingStop: "trailing_stop"
    case .positionClosed: "position_closed"
    case .cutMargin: "cut_margin"
    case .cutNet: "cut_net"
    case .cutPosition: "cut_position"
    case .cutCash: "cut_cash"
    case .noShort: "no_short"
    case .marginCall: "margin_call"
    case .drawdownStop: "drawdown_stop"
    case .split: "split"
    }
  }
}

extension OrderReason {
  /// Whether it names a limit that lets through a part of an order and ends the rest.
  public var isCut: Bool {
    switch self {
    case .cutLeverage, .cutMargin, .cutNet, .cutPosition, .cutCash, .noShort, .reduceOnly: true
    default: false
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
  /// those filled by this very fill, those that began to work when released, those open afterwards
  /// when amended, those still open in all other cases.
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
