/// What a forecast must beat.
public enum Baseline: Int, CaseIterable, Sendable {
  /// The newest label known when the forecast was made.
  case naive
  /// The mean of all labels known then.
  case mean
  case zero

  public var name: String {
    switch self {
    case .naive: "naive"
    case .mean: "mean"
    case .zero: "zero"
    }
  }
}
