/// One refit. A row of `training`.
public struct Refit: Equatable, Sendable {
  /// Counts from 1.
  public var index: Int
  public var samples: Int
  public var epochs: Int
  public var updates: Int
  /// Mean training loss of the first and the last epoch, in scaled units.
  public var lossFirst: Double
  public var lossLast: Double
}

/// A dated number about bar `bar + horizon`. A row of `forecasts`.
public struct Forecast: Equatable, Sendable {
  public var bar: Int
  public var horizon: Int
  /// The last bar whose data any training label used.
  public var trainedThroughBar: Int
  /// The refit that made the weights.
  public var refit: Int
  /// In the target's own unit, like the baselines.
  public var value: Double
  /// The newest label known at `bar`; NaN before the first.
  public var naive: Double
  /// The mean of all labels known at `bar`; NaN before the first.
  public var mean: Double
}

/// A forecast whose label has matured. A row of `scores`.
public struct Score: Equatable, Sendable {
  public var bar: Int
  public var forecast: Forecast
  public var actual: Double
}
