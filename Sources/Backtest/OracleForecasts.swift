import Bytes
import Market
import Synthetic
import WalkForward

/// The best forecasts there are, made beside the model's where the truth of the series is known.
///
/// The oracle of bar t sees the closes of t and knows the process; nothing later.
struct OracleForecasts: Restorable {
  private let truth: Truth
  private let target: OracleTarget
  /// The instrument of the run for each series of the truth.
  private let instruments: [Int]
  /// Closes of the newest bar, one a series; empty where one is missing.
  private var closes: [Double] = []
  /// Forecasts whose label has not matured, oldest first.
  private var pending: [Pending] = []

  private struct Pending {
    var bar: Int
    var horizon: Int
    var value: Double
  }

  init(truth: Truth, target: OracleTarget, instruments: [Int]) {
    self.truth = truth
    self.target = target
    self.instruments = instruments
  }

  /// Reads a target as the expression compiler writes it.
  ///
  /// - Returns: nil where the truth says nothing about it.
  static func target(of text: String, names: [String]) -> OracleTarget? {
    for (index, name) in names.enumerated() {
      switch text {
      case "\(name).close": return .close(index)
      case "diff(\(name).close)", "diff(\(name).close, 1)": return .change(index)
      case "\(name).close - at_origin(\(name).close)": return .changeFromOrigin(index)
      default: continue
      }
    }
    return nil
  }

  mutating func observe(_ panel: borrowing Panel) {
    closes.removeAll(keepingCapacity: true)
    for instrument in instruments where panel.present[instrument] {
      closes.append(panel.bars[instrument].close)
    }
    if closes.count < instruments.count { closes.removeAll(keepingCapacity: true) }
  }

  /// Forecasts what a model has just forecast.
  mutating func remember(_ forecast: Forecast) {
    guard forecast.horizon >= 1, !closes.isEmpty else { return }
    pending.append(
      Pending(
        bar: forecast.bar, horizon: forecast.horizon,
        value: truth.forecast(of: target, horizon: forecast.horizon, closes: closes)))
  }

  /// The oracle's forecast beside one that has just been scored.
  func value(for score: Score) -> Double? {
    pending.first {
      $0.bar == score.forecast.bar && $0.horizon == score.forecast.horizon
    }?.value
  }

  /// Forgets the forecasts whose label lies at a bar or before it, scored or not.
  mutating func forget(through bar: Int) { pending.removeAll { $0.bar + $0.horizon <= bar } }

  func save(to writer: inout StateWriter) {
    writer.write(pending.flatMap { [$0.bar, $0.horizon] })
    writer.write(pending.map(\.value))
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    let places = try reader.readInts()
    let values = try reader.readDoubles(count: places.count / 2, "the oracle's forecasts")
    pending = values.indices.map {
      Pending(bar: places[2 * $0], horizon: places[2 * $0 + 1], value: values[$0])
    }
  }
}
