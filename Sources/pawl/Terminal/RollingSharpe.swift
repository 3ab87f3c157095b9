import Backtest
import Journal
import Market

/// The Sharpe ratio of the last bars at each bar of a run's tested span.
struct RollingSharpe {
  let window: Int
  /// Whether the window was left to be the bars of a year.
  let isDefault: Bool
  /// One a bar of the tested span; NaN where there is none.
  let values: [Double]
  private let run: LoggedRun

  /// - Parameters:
  ///   - run: whose returns it is of.
  ///   - window: nil for the bars of a year.
  init(_ run: LoggedRun, window: Int?) {
    self.run = run
    isDefault = window == nil
    // A run whose year is not known has a bar at most, and no window.
    let year = run.figures.returns.barsPerYear.figure.value ?? 2
    self.window = window ?? Int(max(2, min(year, 1e9)).rounded())
    values = run.rollingSharpe(window: self.window)
  }

  /// A value and where it stands.
  struct Place {
    var value: Double
    var bar: Int
    var time: Timestamp

    var json: JSONValue {
      ["value": .number(value), "bar": .int(bar), "ts": .string(time.iso8601)]
    }
  }

  private func place(_ index: Int?) -> Place? {
    index.map {
      let bar = run.testedFromBar + $0
      return Place(value: values[$0], bar: bar, time: run.times[bar])
    }
  }

  private var defined: [Int] { values.indices.filter { values[$0].isFinite } }

  /// The lowest, highest and last value, the first of equals; nil where there is none.
  var least: Place? { place(defined.min { values[$0] < values[$1] }) }
  var greatest: Place? { place(defined.max { values[$0] < values[$1] }) }
  var last: Place? { place(defined.last) }
  var quartiles: Quartiles? { Quartiles(values.filter(\.isFinite)) }

  /// Why there is no value.
  var reason: String? {
    if !defined.isEmpty { return nil }
    let tested = run.figures.returns.tested
    if let reason = tested.valueAtRisk95.reason ?? tested.sharpe.reason { return reason }
    return values.count < window
      ? "\(window) bars are needed, \(values.count) were tested; --rolling takes fewer"
      : "returns do not vary"
  }

  var json: JSONValue {
    [
      "window": .int(window), "from_bar": .int(run.testedFromBar),
      "values": .array(values.map { JSONValue($0) }),
      "least": least?.json ?? .null, "greatest": greatest?.json ?? .null,
      "last": last?.json ?? .null, "median": JSONValue(quartiles?.median),
      "undefined": reason.map { .string($0) } ?? .null,
    ]
  }
}
