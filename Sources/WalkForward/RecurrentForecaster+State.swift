import Recurrent

/// A stateful network's state after a bar, kept so that the next bar needs one step. It is made anew
/// from the bars whenever weights change, so it is no state of its own.
struct HistoryCache: Sendable {
  private(set) var bar: Int?
  /// One a member.
  private(set) var states: [RecurrentState] = []

  mutating func keep(_ states: [RecurrentState], after bar: Int) {
    self.states = states
    self.bar = bar
  }

  mutating func forget() {
    bar = nil
    states = []
  }
}

extension RecurrentForecaster {
  /// Sets the outputs to those after a bar's row. The state is what the weights make of the rows up to
  /// there, from zeros: of the last `stateBars` of them or of all, and of none before a row that misses
  /// a feature.
  mutating func advance(to bar: Int, from ledger: SampleLedger, stateBars: Int?) {
    let earliest = stateBars.map { max(bar - $0 + 1, 0) } ?? 0
    let kept = stateBars == nil ? history.bar : nil
    var first = bar
    while first > earliest, first - 1 != kept, ledger.isComplete(first - 1) { first -= 1 }
    var states = zeroStates
    if first - 1 == kept { states = history.states }
    windows.fill(rows: first..<bar + 1, ledger: ledger, scalers: scalers)
    advance(&states, rows: bar + 1 - first)
    if stateBars == nil { history.keep(states, after: bar) }
  }

  /// Keras's way: the window begins with the state that the forecast before it left, zeros after a
  /// fit. Windows overlap, so a row is taken in as often as windows hold it.
  mutating func advanceWindow(at bar: Int, from ledger: SampleLedger) {
    if carriedStates.isEmpty { carriedStates = zeroStates }
    let lookback = shape.lookback
    windows.fill(rows: bar - lookback + 1..<bar + 1, ledger: ledger, scalers: scalers)
    var states = carriedStates
    advance(&states, rows: lookback)
    carriedStates = states
  }

  private var zeroStates: [RecurrentState] { ensemble.members.map { _ in RecurrentState(shape) } }

  /// Steps each member over the rows of `windows`.
  private mutating func advance(_ states: inout [RecurrentState], rows: Int) {
    for (index, member) in ensemble.members.enumerated() {
      member.advance(
        &states[index], rows: windows.data.rows, count: rows, into: &outputs[index],
        using: &memberWorkspace)
    }
  }

  /// How far the forecasts at a bar move when a stateful network's state is made of the last bars
  /// alone: for k = 1, 2, 4 ... the changes of each horizon, in the target's unit.
  ///
  /// - Returns: empty where the network carries no state, or has no forecast.
  func washout(at bar: Int, from ledger: SampleLedger) -> [(bars: Int, changes: [Double])] {
    guard shape.state == .stateful else { return [] }
    var copy = self
    guard let whole = copy.forecast(at: bar, from: ledger) else { return [] }
    var first = max(configuration.stateBars.map { bar - $0 + 1 } ?? 0, 0)
    for row in first..<bar where !ledger.isComplete(row) { first = row + 1 }
    var rows: [(bars: Int, changes: [Double])] = []
    var bars = 1
    while bars < bar - first + 1 {
      guard let cut = copy.forecast(at: bar, from: ledger, stateBars: bars) else { break }
      rows.append((bars, zip(cut, whole).map { $0.value - $1.value }))
      bars *= 2
    }
    return rows
  }
}

/// How far a stateful network's last forecast moves when its state is made of fewer bars. A row tells
/// whether `bars` of history are enough.
public struct Washout: Equatable, Sendable {
  /// Bars of history that the state is made of.
  public var bars: Int
  public var horizon: Int
  /// The forecast from these bars less the forecast from all, in the target's unit.
  public var change: Double
  /// `change` by the standard deviation of all labels known (dividing by n); NaN where they are equal.
  public var relativeChange: Double
}

extension Walk {
  /// How far the forecast of the newest bar moves when a stateful network's history is cut to 1, 2, 4
  /// ... bars. It changes nothing that is to come.
  ///
  /// - Returns: by bars, then horizon; empty where the model carries no state or the newest bar has no
  ///   forecast.
  public func washout() -> [Washout] {
    guard !forecasts.isEmpty, let recurrent = forecaster as? RecurrentForecaster else { return [] }
    let deviations = configuration.horizons.indices.map { index in
      var statistics = ScalerStatistics(for: .zscore)
      for sample in ledger.mature { statistics.add(ledger.label(of: sample, horizonIndex: index)) }
      return statistics.deviation
    }
    return recurrent.washout(at: ledger.barCount - 1, from: ledger).flatMap { cut in
      configuration.horizons.indices.map { index in
        Washout(
          bars: cut.bars, horizon: configuration.horizons[index], change: cut.changes[index],
          relativeChange: deviations[index] > 0
            ? cut.changes[index] / deviations[index] : .nan)
      }
    }
  }
}
