import Bytes
import Recurrent

/// A model that a walk refits and asks for forecasts.
///
/// A model sees bars only through the ledger that it is given, and of that only what was known at the
/// bar it forecasts from: feature rows up to that bar, and labels that lie at that bar or before it
/// (before it, where the horizon is 0: see `SampleLedger.newestLabelBar`).
public protocol Forecaster: Restorable, Sendable {
  /// An empty ledger of the samples that this model can take.
  func makeLedger() -> SampleLedger

  /// Fits the model to the samples of a lesson.
  ///
  /// - Parameters:
  ///   - lesson: what to train on.
  ///   - ledger: the samples' rows and labels.
  ///   - observe: called at each update of the weights, if there are any.
  /// - Returns: what the refit did.
  /// - Throws: `TrainingError` where training met a number that is not finite. Where the
  ///   configuration keeps a model through that, this one is then as it was before.
  mutating func fit(
    _ lesson: Lesson, from ledger: SampleLedger, observe: ((UpdateRecord) -> Void)?
  ) throws(TrainingError) -> Refit

  /// The forecasts from one of the bars read, one for each horizon.
  ///
  /// - Parameters:
  ///   - bar: the window that ends there misses no feature.
  ///   - ledger: rows and labels; none later than `bar` is looked at.
  /// - Returns: nil where the model cannot forecast from there.
  /// - Precondition: the model has been fitted.
  mutating func forecast(at bar: Int, from ledger: SampleLedger) -> [Prediction]?
}

/// What a refit trains on.
public struct Lesson: Equatable, Sendable {
  /// The refit's number, from 1.
  public var refit: Int
  /// The training samples in time order, each by the bar at which its window ends; at least one.
  public var samples: [Int]
  /// How many of them, the last ones, had not matured at the refit before.
  public var newCount: Int

  public init(refit: Int, samples: [Int], newCount: Int) {
    precondition(!samples.isEmpty, "a lesson has a sample")
    precondition((0...samples.count).contains(newCount), "new samples are among the samples")
    self.refit = refit
    self.samples = samples
    self.newCount = newCount
  }
}

/// A forecast of one horizon in the target's own unit.
public struct Prediction: Equatable, Sendable {
  public var value: Double
  /// The lowest and the highest quantile, NaN where the model has none.
  public var lower: Double = .nan
  public var upper: Double = .nan
  /// The standard deviation over the members of an ensemble, NaN where there are no two.
  public var spread: Double = .nan
  /// Whether the quantiles came out of order and were put into it.
  public var wasCrossed = false

  public init(_ value: Double) { self.value = value }
}
