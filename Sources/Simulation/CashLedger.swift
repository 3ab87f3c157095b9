import Market

/// Cash, and the one place that says how each movement changes it.
///
/// Booking the fills and flows of a run's logs in the order in which they happened gives the
/// logged cash bit for bit. Within a bar that order is: dividends, fills of orders decided at an earlier
/// bar, other flows, fills of orders decided at this bar.
public struct CashLedger: Equatable, Sendable {
  /// Money; may be negative.
  public private(set) var cash: Double

  public init(cash: Double) { self.cash = cash }

  /// Pays or receives the fill's value, then pays the fee: two roundings, in this order.
  public mutating func book(_ fill: Fill) {
    cash -= fill.side.sign * fill.value
    cash -= fill.fee
  }

  public mutating func book(_ flow: Flow) { cash += flow.amount }
}
