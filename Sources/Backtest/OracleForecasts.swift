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
  /// Forecasts whose label has not matured, oldest first: bar, horizon.
  private var keys: [[Int]] = []
  private var values: [Double] = []

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
    keys.append([forecast.bar, forecast.horizon])
    values.append(truth.forecast(of: target, horizon: forecast.horizon, closes: closes))
  }

  /// The oracle's forecast beside one that has just been scored.
  mutating func take(for score: Score) -> Double? {
    guard let index = keys.firstIndex(of: [score.forecast.bar, score.forecast.horizon]) else {
      return nil
    }
    // Labels mature in time order, so that nothing before this one is asked for again.
    let value = values[index]
    keys.remove(at: index)
    values.remove(at: index)
    return value
  }

  func save(to writer: inout StateWriter) {
    writer.write(keys.flatMap { $0 })
    writer.write(values)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    let flat = try reader.readInts()
    values = try reader.readDoubles(count: flat.count / 2, "the oracle's forecasts")
    keys = stride(from: 0, to: flat.count - 1, by: 2).map { [flat[$0], flat[$0 + 1]] }
  }
}
