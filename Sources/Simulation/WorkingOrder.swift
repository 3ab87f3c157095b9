import Market

/// An order that waits to be filled.
public struct WorkingOrder: Equatable, Sendable {
  public let order: Order
  /// Why it was made; the exit reason of the trades that it closes.
  public let reason: OrderReason
  /// Units still to be filled, above 0.
  public internal(set) var remaining: Double
  /// The first bar that may fill it, counted over the bars of its own instrument from 1: a stale
  /// price never fills an order, and a delay is not spent while the instrument rests.
  let eligibleFromBar: Int
}
