import Bytes

/// Forecasts of one horizon beside what came of them.
///
/// All rows are kept, 72 bytes each: ranks and autocovariances need them.
public struct HorizonScores: Equatable, Sendable {
  /// Steps ahead; 0 is a nowcast.
  public let horizon: Int
  /// Steps of the panel that a label spans, at least 1.
  public let overlap: Int
  /// The quantiles of `lower` and `upper`; nil where no interval is forecast.
  public let interval: ForecastInterval?

  /// The step at which each forecast was made, rising.
  private(set) var bars: [Int] = []
  private(set) var forecasts: [Double] = []
  private(set) var naives: [Double] = []
  private(set) var means: [Double] = []
  private(set) var actuals: [Double] = []
  /// NaN where the truth is not known.
  private(set) var oracles: [Double] = []
  /// Mean absolute errors of the naive forecast on training labels, NaN where not known.
  private(set) var scales: [Double] = []
  /// Ends of the intervals, NaN where there is none.
  private(set) var lowers: [Double] = []
  private(set) var uppers: [Double] = []
  /// Rows left out, for one of forecast, baselines and actual was missing.
  private(set) var skipped = 0

  /// Why a horizon of 0 has no test of skill.
  static let nowcast = "a nowcast claims no skill"

  public init(horizon: Int, overlap: Int = 1, interval: ForecastInterval? = nil) {
    precondition(horizon >= 0 && overlap >= 1, "a horizon is at least 0, an overlap at least 1")
    self.horizon = horizon
    self.overlap = overlap
    self.interval = interval
  }

  public var count: Int { forecasts.count }

  /// How many autocovariances the errors of such forecasts may have: max(h, overlap, 1) − 1.
  public var lags: Int { max(horizon, overlap, 1) - 1 }

  /// Takes a forecast whose label has matured; null is NaN.
  ///
  /// Every figure is over the same rows: one that lacks forecast, naive, mean or actual is skipped.
  ///
  /// - Parameters:
  ///   - bar: the step at which it was made, after that of the row before; nil for the next one.
  ///   - forecast: in the unit of the target.
  ///   - naive: the newest label known then.
  ///   - mean: that of all labels known then.
  ///   - actual: the label.
  ///   - oracle: the best forecast that the known truth allows.
  ///   - scale: mean |y − y'| over the labels known at the refit that made the forecast, y' the label
  ///     max(h, 1) steps before y: the error of the naive forecast on the training labels.
  ///   - lower: the lower end of its interval.
  ///   - upper: the upper end.
  public mutating func add(
    bar: Int? = nil, forecast: Double, naive: Double, mean: Double, actual: Double,
    oracle: Double = .nan, scale: Double = .nan, lower: Double = .nan, upper: Double = .nan
  ) {
    guard forecast.isFinite, naive.isFinite, mean.isFinite, actual.isFinite else {
      skipped += 1
      return
    }
    bars.append(bar ?? (bars.last ?? -1) + 1)
    forecasts.append(forecast)
    naives.append(naive)
    means.append(mean)
    actuals.append(actual)
    oracles.append(oracle)
    scales.append(scale)
    lowers.append(lower)
    uppers.append(upper)
  }

  /// The forecast that a baseline would have made at a row.
  func value(of baseline: Baseline, at row: Int) -> Double {
    switch baseline {
    case .naive: naives[row]
    case .mean: means[row]
    case .zero: 0
    }
  }

  /// Σ(y − b)² of a baseline.
  func squaredError(of baseline: Baseline) -> Double {
    var sum = WideSum()
    for row in 0..<count {
      let error = actuals[row] - value(of: baseline, at: row)
      sum.addProduct(error, error)
    }
    return sum.value
  }

  /// Σ(y − x)² of forecasts x.
  func squaredError(of values: [Double]) -> Double {
    var sum = WideSum()
    for row in 0..<count {
      let error = actuals[row] - values[row]
      sum.addProduct(error, error)
    }
    return sum.value
  }
}

extension HorizonScores: Restorable {
  public func save(to writer: inout StateWriter) {
    writer.write(bars)
    writer.write(forecasts)
    writer.write(naives)
    writer.write(means)
    writer.write(actuals)
    writer.write(oracles)
    writer.write(scales)
    writer.write(lowers)
    writer.write(uppers)
    writer.write(skipped)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    bars = try reader.readInts()
    forecasts = try reader.readDoubles(count: bars.count, "forecasts")
    naives = try reader.readDoubles(count: forecasts.count, "naive forecasts")
    means = try reader.readDoubles(count: forecasts.count, "mean forecasts")
    actuals = try reader.readDoubles(count: forecasts.count, "actual values")
    oracles = try reader.readDoubles(count: forecasts.count, "oracle forecasts")
    scales = try reader.readDoubles(count: forecasts.count, "naive errors on training labels")
    lowers = try reader.readDoubles(count: forecasts.count, "lower ends")
    uppers = try reader.readDoubles(count: forecasts.count, "upper ends")
    skipped = try reader.readInt()
  }
}
