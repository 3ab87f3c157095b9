import Recurrent

/// A recurrent network as a spec asks for it.
public struct NetworkSpec: Equatable, Sendable {
  /// Its features and outputs are those of the spec's features, horizons and quantiles.
  public var configuration: NetworkConfiguration
  /// Its seed is 0: a run gives it its own.
  public var training: TrainingConfiguration
  /// Networks that forecast together, at least 1.
  public var ensemble: Int
  /// Weights to start from.
  public var initialWeights: FileReference?
}
