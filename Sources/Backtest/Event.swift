import Market
import WalkForward

/// Everything that happens in a run, in the order in which it happens.
///
/// Each carries its `bar`; the journal is one listener, a test another.
public enum Event: Sendable {
  case refit(Refit, bar: Int, time: Timestamp)
  case forecast(Forecast, time: Timestamp, trainedThrough: Timestamp)
  /// A forecast whose label matured; `oracle` is the best forecast possible where the truth is known.
  case score(Score, time: Timestamp, oracle: Double?)
  case order(OrderEvent)
  case fill(Fill)
  case trade(Trade, bar: Int)
  case flow(Flow)
  /// The end of a step. `orderCouldFill`: some position expression had a value by the decision whose
  /// orders this step could fill.
  case equity(EquityPoint, hasPosition: Bool, orderCouldFill: Bool)
}
