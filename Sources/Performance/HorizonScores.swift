import Bytes

/// Forecasts of one horizon beside what came of them.
///
/// All rows are kept, 40 bytes each: ranks and autocovariances need them.
public struct HorizonScores: Equatable, Sendable {
  /// Steps ahead; 0 is a nowcast.
  public let horizon: Int
  /// Steps of the panel that a label spans, at least 1.
  public let overlap: Int

  private(set) var forecasts: [Double] = []
  private(set) var naives: [Double] = []
  private(set) var means: [Double] = []
  private(set) var actuals: [Double] = []
  /// NaN where the truth is not known.
  private(set) var oracles: [Double] = []
  /// Rows left out, for one of forecast, baselines and actual was missing.
  private(set) var skipped = 0

  public init(horizon: Int, overlap: Int = 1) {
    precondition(horizon >= 0 && overlap >= 1, "a horizon is at least 0, an overlap at least 1")
    self.horizon = horizon
    self.overlap = overlap
  }

  public var count: Int { forecasts.count }

  /// How many autocovariances the errors of such forecasts may have: max(h, overlap, 1) − 1.
  public var lags: Int { max(horizon, overlap, 1) - 1 }

  /// Takes a forecast whose label has matured; null is NaN.
  ///
  /// Every figure is over the same rows: one that lacks forecast, naive, mean or actual is skipped.
  public mutating func add(
    forecast: Double, naive: Double, mean: Double, actual: Double, oracle: Double = .nan
  ) {
    guard forecast.isFinite, naive.isFinite, mean.isFinite, actual.isFinite else {
      skipped += 1
      return
    }
    forecasts.append(forecast)
    naives.append(naive)
    means.append(mean)
    actuals.append(actual)
    oracles.append(oracle)
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
    writer.write(forecasts)
    writer.write(naives)
    writer.write(means)
    writer.write(actuals)
    writer.write(oracles)
    writer.write(skipped)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    forecasts = try reader.readDoubles()
    naives = try reader.readDoubles(count: forecasts.count, "naive forecasts")
    means = try reader.readDoubles(count: forecasts.count, "mean forecasts")
    actuals = try reader.readDoubles(count: forecasts.count, "actual values")
    oracles = try reader.readDoubles(count: forecasts.count, "oracle forecasts")
    skipped = try reader.readInt()
  }
}
