/// The part of a bar in which a fill happened.
public enum FillPhase: Int, Sendable {
  case open
  case path
  case close

  public var name: String {
    switch self {
    case .open: "open"
    case .path: "path"
    case .close: "close"
    }
  }
}

/// A fact: so much was traded at this price. A row of `fills`.
public struct Fill: Equatable, Sendable {
  /// One counter over orders and fills.
  public var sequence: Int
  public var bar: Int
  public var time: Timestamp
  public var orderID: Int
  /// Index in the order of the spec.
  public var instrument: Int
  public var side: Side
  /// Units, always positive.
  public var quantity: Double
  /// Price paid or received a unit, slippage included.
  public var price: Double
  /// Money.
  public var fee: Double
  /// Money lost against the fill's reference price; positive is a cost.
  public var slippage: Double
  public var phase: FillPhase
  /// Whether another path within the bar would have filled otherwise.
  public var isAmbiguous: Bool
  /// Money of the account: quantity · price · multiplier · currency rate, of the price's sign.
  public var value: Double
  /// The part of `slippage` that is the order's own impact on the price.
  public var impact: Double

  /// `value` is by default that of an instrument in the account's currency without a multiplier.
  public init(
    sequence: Int, bar: Int, time: Timestamp, orderID: Int, instrument: Int, side: Side,
    quantity: Double, price: Double, fee: Double, slippage: Double, phase: FillPhase,
    isAmbiguous: Bool = false, value: Double? = nil, impact: Double = 0
  ) {
    self.sequence = sequence
    self.bar = bar
    self.time = time
    self.orderID = orderID
    self.instrument = instrument
    self.side = side
    self.quantity = quantity
    self.price = price
    self.fee = fee
    self.slippage = slippage
    self.phase = phase
    self.isAmbiguous = isAmbiguous
    self.value = value ?? quantity * price
    self.impact = impact
  }
}

/// The direction of a trade.
public enum TradeSide: Int, Sendable {
  case long
  case short

  public var name: String { self == .long ? "long" : "short" }
}

/// A closed round trip, matched first in, first out. A row of `trades`.
public struct Trade: Equatable, Sendable {
  /// Counts from 1.
  public var id: Int
  public var instrument: Int
  public var side: TradeSide
  public var entryTime: Timestamp
  public var exitTime: Timestamp
  public var quantity: Double
  public var entryPrice: Double
  public var exitPrice: Double
  /// Money: both sides' fees, shared by quantity.
  public var fees: Double
  /// Money, net of `fees`.
  public var pnl: Double
  /// `pnl` / (`entryPrice` · `quantity`), a fraction; null where that is not positive.
  public var returnFraction: Double?
  public var barsHeld: Int
  /// Most adverse excursion of the price while held, a fraction of the entry price, at most 0.
  public var mae: Double?
  /// Most favourable excursion, a fraction of the entry price, at least 0.
  public var mfe: Double?
  public var entryOrderID: Int
  public var exitOrderID: Int
  public var exitReason: OrderReason
  /// Whether its entry or its exit was a fill that another path within the bar would have made
  /// otherwise.
  public var isAmbiguous: Bool

  public init(
    id: Int, instrument: Int, side: TradeSide, entryTime: Timestamp, exitTime: Timestamp,
    quantity: Double, entryPrice: Double, exitPrice: Double, fees: Double, pnl: Double,
    returnFraction: Double?, barsHeld: Int, mae: Double?, mfe: Double?, entryOrderID: Int,
    exitOrderID: Int, exitReason: OrderReason, isAmbiguous: Bool = false
  ) {
    self.id = id
    self.instrument = instrument
    self.side = side
    self.entryTime = entryTime
    self.exitTime = exitTime
    self.quantity = quantity
    self.entryPrice = entryPrice
    self.exitPrice = exitPrice
    self.fees = fees
    self.pnl = pnl
    self.returnFraction = returnFraction
    self.barsHeld = barsHeld
    self.mae = mae
    self.mfe = mfe
    self.entryOrderID = entryOrderID
    self.exitOrderID = exitOrderID
    self.exitReason = exitReason
    self.isAmbiguous = isAmbiguous
  }
}

/// A position still open at the end of a run. A row of `positions`.
public struct OpenPosition: Equatable, Sendable {
  public var instrument: Int
  /// Units, negative for a short position.
  public var quantity: Double
  public var averagePrice: Double
  public var markPrice: Double
  /// Money of the account, fees left out.
  public var unrealisedPnl: Double
  /// Money of the account.
  public var value: Double

  public init(
    instrument: Int, quantity: Double, averagePrice: Double, markPrice: Double,
    unrealisedPnl: Double, value: Double
  ) {
    self.instrument = instrument
    self.quantity = quantity
    self.averagePrice = averagePrice
    self.markPrice = markPrice
    self.unrealisedPnl = unrealisedPnl
    self.value = value
  }
}

/// What a cash movement that is no fill was for.
public enum FlowKind: Int, CaseIterable, Sendable {
  /// What cash earned at the risk-free rate, or owed where it was negative.
  case interest
  /// What holding a short position cost.
  case borrow
  /// What holders of the close before were paid, or owed where they were short.
  case dividend

  public var name: String {
    switch self {
    case .interest: "interest"
    case .borrow: "borrow"
    case .dividend: "dividend"
    }
  }
}

/// A cash movement that is no fill. A row of `flows`.
public struct Flow: Equatable, Sendable {
  public var bar: Int
  public var time: Timestamp
  /// The instrument it belongs to, none for interest on cash.
  public var instrument: Int?
  public var kind: FlowKind
  /// Money, positive when received.
  public var amount: Double

  public init(bar: Int, time: Timestamp, instrument: Int?, kind: FlowKind, amount: Double) {
    self.bar = bar
    self.time = time
    self.instrument = instrument
    self.kind = kind
    self.amount = amount
  }
}

/// The account at the close of a step. A row of `equity`.
public struct EquityPoint: Equatable, Sendable {
  public var bar: Int
  public var time: Timestamp
  public var cash: Double
  /// Sum over instruments of quantity times mark.
  public var positionValue: Double
  /// `cash + positionValue`.
  public var equity: Double
  /// Fraction below the highest equity so far, at most 0.
  public var drawdown: Double
  /// Sum of absolute position values.
  public var grossExposure: Double
  /// Sum of position values.
  public var netExposure: Double

  @inlinable
  public init(
    bar: Int, time: Timestamp, cash: Double, positionValue: Double, equity: Double,
    drawdown: Double, grossExposure: Double, netExposure: Double
  ) {
    self.bar = bar
    self.time = time
    self.cash = cash
    self.positionValue = positionValue
    self.equity = equity
    self.drawdown = drawdown
    self.grossExposure = grossExposure
    self.netExposure = netExposure
  }
}
