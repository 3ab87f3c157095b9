import Recurrent

/// A stateful network's state after a bar, kept so that the next bar needs one step. It is made anew
/// from the bars whenever weights change, so it is no state of its own.
struct HistoryCache: Sendable {
  /// The bar whose row was taken in last; nil where nothing is kept.
  private(set) var bar: Int?
  var state: RecurrentState?

  mutating func forget() {
    bar = nil
    state = nil
  }

  mutating func keep(_ state: RecurrentState, after bar: Int) {
    self.state = state
    self.bar = bar
  }
}

extension RecurrentForecaster {
  /// Brings the network's state up to a bar and sets the outputs there.
  mutating func advance(to bar: Int, from ledger: SampleLedger, stateBars: Int?) {
    preconditionFailure("not yet")
  }
}
