import Numerics

/// What is known of a synthetic series: its process, and so the best forecasts there are.
///
/// For `coint_path` the spread S = Y - X is an autoregression of the first order with coefficient
/// φ = (1 - δ)(1 - σ) and innovations of variance 1 + (1 - σ)². Each price moves by
/// `u + g S`, S the spread before the step: g = δ and var u = 1 for X, g = -σ(1 - δ) and
/// var u = 1 + σ² for Y. The shocks have variance 1.
///
/// `ar1` is the same with a Y that stays at the mean: S = start - X, δ = 1 - φ, σ = 0, and
/// innovations of variance 1.
public struct Truth: Equatable, Sendable {
  public let settings: GeneratorSettings
  public let instruments: [String]
  /// The share of the spread that is left after a bar, in -1...1; 1 for `random_walk`.
  public let phi: Double
  /// Bars until half the spread is left, ln 0.5 / ln |φ|; nil for `random_walk`, 0 where φ = 0.
  public let halfLifeBars: Double?
  /// The variance of S in the long run; nil for `random_walk`.
  public let spreadVariance: Double?
  /// 0 for `random_walk`, whose forecasts and errors are then those of the same formulas.
  let delta: Double
  let sigma: Double

  public init(_ settings: GeneratorSettings) {
    self.settings = settings
    instruments = settings.instruments
    switch settings.kind {
    case .cointPath:
      delta = settings["delta"]
      sigma = settings["sigma"]
      phi = (1 - delta) * (1 - sigma)
      halfLifeBars = Elementary.log(0.5) / Elementary.log(phi.magnitude)
      spreadVariance = (1 + (1 - sigma) * (1 - sigma)) / (1 - phi * phi)
    case .ar1:
      phi = settings["phi"]
      delta = 1 - phi
      sigma = 0
      halfLifeBars = Elementary.log(0.5) / Elementary.log(phi.magnitude)
      spreadVariance = 1 / (1 - phi * phi)
    case .randomWalk:
      delta = 0
      sigma = 0
      phi = 1
      halfLifeBars = nil
      spreadVariance = nil
    }
  }
}
