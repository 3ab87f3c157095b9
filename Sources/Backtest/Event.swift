import Market
import Recurrent
import WalkForward

/// Everything that happens in a run, in the order in which it happens.
///
/// Each carries its `bar`; the journal is one listener, a test another.
public enum Event: Sendable {
  /// One update of a network's training.
  case update(UpdateRecord)
  case refit(Refit, bar: Int, time: Timestamp)
  case forecast(Forecast, time: Timestamp, trainedThrough: Timestamp)
  /// A forecast whose label matured; `oracle` is the best forecast possible where the truth is known,
  /// `scale` the naive forecast's mean absolute error on the labels known at its refit, NaN without
  /// one.
  case score(Score, time: Timestamp, oracle: Double?, scale: Double)
  case order(OrderEvent)
  case fill(Fill)
  case trade(Trade, bar: Int)
  case flow(Flow)
  case action(AppliedAction)
  /// The end of a step. `orderCouldFill`: some position expression had a value by the decision whose
  /// orders this step could fill.
  case equity(EquityPoint, hasPosition: Bool, orderCouldFill: Bool)
}
