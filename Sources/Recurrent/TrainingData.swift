/// Samples to train on, as views: windows overlap in `rows`, nothing is copied.
///
/// Sample i is rows `ends[i] - lookback + 1 ... ends[i]`, its label `labels[i * outputs...]`.
public struct TrainingData: Sendable {
  /// Row-major, features a row.
  public var rows: [Float]
  /// The last row of each sample.
  public var ends: [Int]
  /// Row-major, outputs a sample.
  public var labels: [Float]

  public init(rows: [Float], ends: [Int], labels: [Float]) {
    self.rows = rows
    self.ends = ends
    self.labels = labels
  }
}

/// What one fit did.
public struct FitReport: Equatable, Sendable {
  public var samples: Int
  public var epochs: Int
  public var updates: Int
  /// Mean training loss of the first epoch, each update's taken before its step.
  public var lossFirst: Double
  /// The same of the last epoch.
  public var lossLast: Double
}

/// Training met a number that is not finite.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
  public var refit: Int
  /// From 0.
  public var epoch: Int
  /// From 0, within the epoch.
  public var update: Int
  public var found: Found

  public enum Found: Equatable, Sendable {
    case loss(Double)
    case weights
  }

  public var description: String {
    let place = "refit \(refit), epoch \(epoch), update \(update)"
    return switch found {
    case .loss(let value):
      "\(place): the loss was \(value), a finite number is needed; "
        + "a lower learning_rate or scaled features may help"
    case .weights:
      "\(place): a weight was not finite; a lower learning_rate or scaled features may help"
    }
  }
}
