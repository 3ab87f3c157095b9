/// What a walk needs to know besides the model itself.
///
///     var configuration = WalkConfiguration(
///       horizons: [1], trainingSet: .expanding, first: 20, refits: .every(bars: 1), start: .warm,
///       scaler: .zscore, targetScaler: .zscore, scalerFit: .train, seed: 0)
///     configuration.validation = 0.2
public struct WalkConfiguration: Equatable, Sendable {
  /// Whether and how weights are carried from refit to refit.
  public enum Start: String, CaseIterable, Sendable {
    /// Weights and the optimiser's moments go on.
    case warm
    /// Weights go on, moments start at zero.
    case warmResetMoments = "warm-reset-moments"
    /// New weights at each refit.
    case cold
  }

  /// What becomes of the newest samples, which were held out to choose the number of epochs.
  public enum AfterValidation: String, CaseIterable, Sendable {
    /// The model is trained again on all samples, from where it started, for the best number of
    /// epochs.
    case refit
    /// The model that was trained without them stays.
    case keep
  }

  /// What a refit does whose loss or weights are no longer numbers.
  public enum OnDivergence: String, CaseIterable, Sendable {
    /// The walk ends with the error.
    case stop
    /// The model as it was before the refit stays.
    case keep
  }

  /// The horizons in bars, one label each.
  public var horizons: [Int]
  public var trainingSet: TrainingSet
  /// Mature samples needed before the first refit, at least 1.
  public var first: Int
  /// When the walk refits after the first time.
  public var refits: RefitSchedule
  public var start: Start
  public var scaler: ScalerKind
  public var targetScaler: ScalerKind
  public var scalerFit: ScalerFit
  /// The part of the newest samples that is held out to choose the number of epochs, at least 0 and
  /// below 1.
  public var validation = 0.0
  public var afterValidation = AfterValidation.refit
  /// Bars of age by which a sample's weight halves, above 0; nil weighs all alike.
  public var weightHalfLife: Double?
  public var onDivergence = OnDivergence.stop
  /// The bars of history that a stateful model's state is made of, at least 1; nil takes all.
  public var stateBars: Int?
  /// Bars before a label's own that its target looks back over, at least 0.
  public var targetSpan = 0
  public var seed: UInt32

  /// - Precondition: `first` and a rolling window are at least 1, a replay at least 0.
  public init(
    horizons: [Int], trainingSet: TrainingSet, first: Int, refits: RefitSchedule, start: Start,
    scaler: ScalerKind, targetScaler: ScalerKind, scalerFit: ScalerFit, seed: UInt32
  ) {
    precondition(first >= 1, "a first refit needs a sample")
    if case .rolling(let window) = trainingSet {
      precondition(window >= 1, "a window has a sample")
    }
    if case .incremental(let replay) = trainingSet {
      precondition(replay >= 0, "a replay is not negative")
    }
    self.horizons = horizons
    self.trainingSet = trainingSet
    self.first = first
    self.refits = refits
    self.start = start
    self.scaler = scaler
    self.targetScaler = targetScaler
    self.scalerFit = scalerFit
    self.seed = seed
  }
}
