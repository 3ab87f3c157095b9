/// What a walk needs to know besides the network itself.
public struct WalkConfiguration: Equatable, Sendable {
  /// Whether and how weights are carried from refit to refit.
  public enum Start: Equatable, Sendable {
    /// Weights and the optimiser's moments go on.
    case warm
    /// Weights go on, moments start at zero.
    case warmResetMoments
    /// New weights at each refit.
    case cold
  }

  /// The horizons in bars, one output each.
  public var horizons: [Int]
  public var trainingSet: TrainingSet
  /// Mature samples needed before the first refit, at least 1.
  public var first: Int
  /// Bars from refit to refit; nil fits once.
  public var refitEvery: Int?
  public var start: Start
  public var scaler: ScalerKind
  public var targetScaler: ScalerKind
  public var scalerFit: ScalerFit
  public var seed: UInt32

  /// - Precondition: `first`, `refitEvery` and a rolling window are at least 1, a replay at least 0.
  public init(
    horizons: [Int], trainingSet: TrainingSet, first: Int, refitEvery: Int?, start: Start,
    scaler: ScalerKind, targetScaler: ScalerKind, scalerFit: ScalerFit, seed: UInt32
  ) {
    precondition(first >= 1, "a first refit needs a sample")
    precondition(refitEvery ?? 1 >= 1, "refits are at least a bar apart")
    if case .rolling(let window) = trainingSet {
      precondition(window >= 1, "a window has a sample")
    }
    if case .incremental(let replay) = trainingSet {
      precondition(replay >= 0, "a replay is not negative")
    }
    self.horizons = horizons
    self.trainingSet = trainingSet
    self.first = first
    self.refitEvery = refitEvery
    self.start = start
    self.scaler = scaler
    self.targetScaler = targetScaler
    self.scalerFit = scalerFit
    self.seed = seed
  }
}
