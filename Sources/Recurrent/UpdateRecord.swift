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
