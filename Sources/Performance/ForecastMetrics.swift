import Bytes

/// Follows matured forecasts of all horizons of a run.
public struct ForecastMetrics: Equatable, Sendable {
  /// In the order of the spec.
  public private(set) var horizons: [HorizonScores]

  /// - Parameters:
  ///   - horizons: distinct, in the order of the spec; none for a run without a model.
  ///   - overlap: steps of the panel that a label spans, at least 1: 5 for a five-day sum.
  ///   - interval: the quantiles of intervals, nil where none are forecast.
  public init(horizons: [Int], overlap: Int = 1, interval: ForecastInterval? = nil) {
    self.horizons = horizons.map {
      HorizonScores(horizon: $0, overlap: overlap, interval: interval)
    }
  }

  /// Takes a forecast whose label has matured; null is NaN, also what is not known. What the
  /// arguments are is said at `HorizonScores.add`.
  public mutating func add(
    horizon: Int, bar: Int? = nil, forecast: Double, naive: Double, mean: Double, actual: Double,
    oracle: Double = .nan, scale: Double = .nan, lower: Double = .nan, upper: Double = .nan
  ) {
    let index = horizons.firstIndex { $0.horizon == horizon }
    guard let index else { preconditionFailure("horizon \(horizon) is not one of this run") }
    horizons[index].add(
      bar: bar, forecast: forecast, naive: naive, mean: mean, actual: actual, oracle: oracle,
      scale: scale, lower: lower, upper: upper)
  }

  /// The metrics of the forecasts so far, one report a horizon.
  public var reports: [ForecastReport] { horizons.map(ForecastReport.init) }
}

extension ForecastMetrics: Restorable {
  public func save(to writer: inout StateWriter) {
    for scores in horizons { scores.save(to: &writer) }
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    for index in horizons.indices { try horizons[index].restore(from: &reader) }
  }
}
