/// One refit. A row of `training`.
public struct Refit: Equatable, Sendable {
  /// From where a refit set out, or that it came to nothing.
  public enum Start: String, CaseIterable, Sendable {
    case warm
    case warmResetMoments = "warm-reset-moments"
    case cold
    /// Training met a number that is not finite, and the model stays as it was before.
    case kept
  }

  /// Counts from 1.
  public var index: Int
  public var samples: Int
  public var epochs: Int
  public var updates: Int
  /// Mean training loss of the first and the last epoch, in scaled units; NaN where the model has
  /// no such loss.
  public var lossFirst: Double
  public var lossLast: Double
  /// The loss of the samples held out, at the best epoch; nil where none were.
  public var validationLoss: Double? = nil
  /// From 1; nil where no samples were held out.
  public var bestEpoch: Int? = nil
  public var start: Start
}

/// A dated number about bar `bar + horizon`. A row of `forecasts`.
public struct Forecast: Equatable, Sendable {
  public var bar: Int
  public var horizon: Int
  /// The last bar whose data any training label used.
  public var trainedThroughBar: Int
  /// The refit that made the weights.
  public var refit: Int
  /// In the target's own unit, like all that follows. Of a model of quantiles the middle one.
  public var value: Double
  /// The newest label known at `bar`; NaN before the first.
  public var naive: Double
  /// The mean of all labels known at `bar`; NaN before the first.
  public var mean: Double
  /// The lowest and the highest quantile, NaN where the model has none.
  public var lower: Double = .nan
  public var upper: Double = .nan
  /// The standard deviation over the members of an ensemble, NaN where there are no two.
  public var spread: Double = .nan

  public init(
    bar: Int, horizon: Int, trainedThroughBar: Int, refit: Int, value: Double, naive: Double,
    mean: Double, lower: Double = .nan, upper: Double = .nan, spread: Double = .nan
  ) {
    self.bar = bar
    self.horizon = horizon
    self.trainedThroughBar = trainedThroughBar
    self.refit = refit
    self.value = value
    self.naive = naive
    self.mean = mean
    self.lower = lower
    self.upper = upper
    self.spread = spread
  }
}

/// A forecast whose label has matured. A row of `scores`.
public struct Score: Equatable, Sendable {
  public var bar: Int
  public var forecast: Forecast
  public var actual: Double

  public init(bar: Int, forecast: Forecast, actual: Double) {
    self.bar = bar
    self.forecast = forecast
    self.actual = actual
  }
}

/// What the model makes of a sample that it was trained on at the last refit. A row of `fitted`.
public struct FittedForecast: Equatable, Sendable {
  /// The sample: the bar at which its window ends.
  public var bar: Int
  public var horizon: Int
  public var refit: Int
  /// In the target's own unit, like all that follows.
  public var value: Double
  public var lower: Double = .nan
  public var upper: Double = .nan
  public var spread: Double = .nan
  public var actual: Double
}
