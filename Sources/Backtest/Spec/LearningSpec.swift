import Recurrent
import WalkForward

/// The model of a run and all that it learns from.
public struct LearningSpec: Equatable, Sendable {
  /// The model's inputs, in order; at least one.
  public var features: [FeatureSpec]
  public var target: TargetSpec
  public var forecaster: ForecasterSpec
  /// When the model is refitted, on what, how scaled, and from where it starts. Its seed and target
  /// span are 0 until a run gives it its own.
  public var walk: WalkConfiguration
  /// The matured samples needed before the first refit as a fraction of the span, above 0 and below
  /// 1; nil once `walk.first` is their count.
  ///
  /// A run resolves it when it knows its steps, and writes the count into its spec.
  public var firstFraction: Double?

  /// The network, where one forecasts.
  public var network: NetworkSpec? {
    if case .network(let network) = forecaster { return network }
    return nil
  }
}

public struct FeatureSpec: Equatable, Sendable {
  public var name: String
  public var expression: SourceText
}

public struct TargetSpec: Equatable, Sendable {
  public var value: SourceText
  /// Steps of the panel, at least one entry, no two alike; 0 only where it is the only one.
  public var horizons: [Int]
  /// Whether the spec said `horizons: [...]` and not `horizon: N`.
  public var isList: Bool

  /// The longest horizon, on which the maturity of a sample depends.
  public var longestHorizon: Int { horizons.max() ?? 0 }
}

/// What makes the forecasts.
public enum ForecasterSpec: Equatable, Sendable {
  case network(NetworkSpec)
  /// The newest known label.
  case naive
  /// The newest known label, moved on by the mean step of the labels.
  case drift
  /// The mean of all known labels.
  case mean
  /// The newest known label a whole number of seasons back.
  case seasonalNaive(season: Int)
  /// A regression on the window, with a penalty of at least 0 on the standardised inputs.
  case ridge(lookback: Int, penalty: Double)
  /// A regression on the newest `order` known labels.
  case ar(order: Int)
  /// A regression on a pair's distance from its long-run line and its last changes; the two features
  /// are its levels.
  case ecm

  /// Bars that a sample's window spans.
  public var lookback: Int {
    switch self {
    // What came before a row is in the state of a network that carries one.
    case .network(let network):
      network.configuration.state == .stateful ? 1 : network.configuration.lookback
    case .ridge(let lookback, _): lookback
    case .ecm: 2
    case .naive, .drift, .mean, .seasonalNaive, .ar: 1
    }
  }
}
