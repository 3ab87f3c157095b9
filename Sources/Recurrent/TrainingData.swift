/// Samples to train on, as views: windows overlap in `rows`, nothing is copied.
///
/// Of a network without state sample i is rows `ends[i] - lookback + 1 ... ends[i]`. A stateful one
/// trains on `segments` of rows, each from a state of zeros, in chunks of `lookback` rows of which
/// the last ends with its segment (so the first may be shorter).
///
/// A label that is NaN is absent. There is one label for each horizon: outputs / outputs a label.
public struct TrainingData: Sendable {
  /// Row-major, features a row.
  public var rows: [Float]
  /// The last row of each sample; empty where the network is stateful.
  public var ends: [Int]
  /// [sample, label], [sample, lookback, label] where the output is a sequence (of the bars before the
  /// last only the first label is looked at), [row, label] where the network is stateful.
  public var labels: [Float]
  /// What the loss of each sample (each row where the network is stateful) is multiplied by, finite
  /// and at least 0, 1 on average (a mean divides by the count, so that weights tell in batches of one
  /// too); empty where all weigh 1.
  public var weights: [Float]
  /// Rows without a gap, in time order; empty where the network is not stateful.
  public var segments: [Range<Int>]

  public init(
    rows: [Float], ends: [Int], labels: [Float], weights: [Float] = [], segments: [Range<Int>] = []
  ) {
    self.rows = rows
    self.ends = ends
    self.labels = labels
    self.weights = weights
    self.segments = segments
  }
}

/// What one fit did.
public struct FitReport: Equatable, Sendable {
  public var samples: Int
  /// Epochs begun: fewer than asked for where training stopped early or ran out of updates.
  public var epochs: Int
  public var updates: Int
  /// Mean training loss of the first epoch, each update's taken before its step.
  public var lossFirst: Double
  /// The same of the last epoch.
  public var lossLast: Double
  /// The loss on the validation data of the weights that the network ends with.
  public var validationLoss: Double?
  /// The epoch, from 1, whose weights had the least loss on the validation data (on the training data
  /// where training stops early without any); nil where nothing was compared.
  public var bestEpoch: Int?
}

/// What one update did.
public struct UpdateRecord: Equatable, Sendable {
  public var refit: Int
  /// From 0.
  public var epoch: Int
  /// From 0, within the epoch.
  public var update: Int
  /// The batch's mean loss, before the step.
  public var loss: Double
  /// After an epoch's last update the loss on the validation data, else NaN.
  public var validationLoss: Double
  /// The norm of the whole gradient, before clipping.
  public var gradientNorm: Double
}

/// Training diverged: it met a number that is not finite, or a loss beyond all reason.
public struct TrainingError: Error, Equatable, CustomStringConvertible {
  public var refit: Int
  /// From 0.
  public var epoch: Int
  /// From 0, within the epoch.
  public var update: Int
  public var found: Found

  public enum Found: Equatable, Sendable {
    /// `limit`: that of `LabelledSamples.limit`.
    case loss(Double, limit: Double)
    case weights
  }

  public init(refit: Int, epoch: Int, update: Int, found: Found) {
    self.refit = refit
    self.epoch = epoch
    self.update = update
    self.found = found
  }

  public var description: String {
    let place = "refit \(refit), epoch \(epoch), update \(update)"
    return switch found {
    case .loss(let value, let limit) where value.isFinite:
      "\(place): the loss was \(value), at most \(limit) is needed, that of forecasts 10000 times as "
        + "far off as the labels; a lower learning_rate or scaled features may help"
    case .loss(let value, _):
      "\(place): the loss was \(value.isNaN ? "nan" : "\(value)"), a finite number is needed; "
        + "a lower learning_rate or scaled features may help"
    case .weights:
      "\(place): a weight was not finite; a lower learning_rate or scaled features may help"
    }
  }
}
