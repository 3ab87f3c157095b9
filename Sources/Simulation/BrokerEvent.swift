import Market

/// Something that the broker did, in the order in which it happened.
public enum BrokerEvent: Equatable, Sendable {
  case order(OrderEvent)
  case fill(Fill)
  case trade(Trade)
  case flow(Flow)
  case action(AppliedAction)
}
