/// A process that series can be drawn from.
public enum GeneratorKind: String, CaseIterable, Sendable {
  /// Two prices that pull on each other:
  /// `dX = ε + delta (Y - X); X += dX; dY = ε' + sigma (X - Y); Y += dY`,
  /// with standard normal ε, ε', and the second line using the X just updated.
  case cointPath = "coint_path"
  /// Independent Gaussian walks with steps of variance 1: the null, with nothing to be found.
  case randomWalk = "random_walk"
  /// One price that forgets: `X = start + phi (X - start) + ε` with standard normal ε.
  case ar1

  /// The parameters that may be set, in the order in which they are listed and written.
  public var parameters: [GeneratorParameter] {
    let start = GeneratorParameter(
      name: "start", summary: "the first close of each series", defaultValue: 100,
      allowed: -1e12...1e12)
    switch self {
    case .ar1:
      return [
        GeneratorParameter(
          name: "start", summary: "the first close, and the mean that the price returns to",
          defaultValue: 100, allowed: -1e12...1e12),
        GeneratorParameter(
          name: "phi", summary: "the share of X - start that is left after a bar",
          defaultValue: 0.9, allowed: -0.9999...0.9999),
      ]
    case .cointPath:
      return [
        start,
        GeneratorParameter(
          name: "delta", summary: "the share of Y - X by which X moves to Y in a bar",
          defaultValue: 0.2, allowed: 0...2, isBelowUpper: true),
        GeneratorParameter(
          name: "sigma", summary: "the share of X - Y by which Y moves to X in a bar",
          defaultValue: 0.05, allowed: 0...2, isBelowUpper: true),
      ]
    case .randomWalk:
      return [
        start,
        GeneratorParameter(
          name: "series", summary: "how many walks", defaultValue: 2, allowed: 1...4096,
          isWhole: true),
      ]
    }
  }
}

/// What may be set of a generator.
public struct GeneratorParameter: Equatable, Sendable {
  public let name: String
  public let summary: String
  public let defaultValue: Double
  /// The values allowed.
  public let allowed: ClosedRange<Double>
  /// Whether `allowed` leaves out its upper bound.
  public let isBelowUpper: Bool
  /// Whether only whole numbers are allowed.
  public let isWhole: Bool

  init(
    name: String, summary: String, defaultValue: Double, allowed: ClosedRange<Double>,
    isBelowUpper: Bool = false, isWhole: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.defaultValue = defaultValue
    self.allowed = allowed
    self.isBelowUpper = isBelowUpper
    self.isWhole = isWhole
  }

  /// The values allowed, in words: `at least 0 and less than 2`.
  public var allowedText: String {
    let bounds =
      "at least \(text(allowed.lowerBound)) and \(isBelowUpper ? "less than" : "at most") "
      + text(allowed.upperBound)
    return isWhole ? "a whole number, \(bounds)," : bounds
  }

  func accepts(_ value: Double) -> Bool {
    allowed.contains(value) && !(isBelowUpper && value == allowed.upperBound)
      && !(isWhole && value != value.rounded())
  }
}

/// Where the shocks of a series come from.
public enum ShockSource: String, CaseIterable, Sendable {
  /// Pawl's own counter-based streams: a shock depends on seed, series and bar alone.
  case philox
  /// NumPy's `RandomState(seed).randn()`, drawn bar by bar and, within a bar, series by series.
  case numpyLegacy = "numpy-legacy"
  /// NumPy's `default_rng(seed).standard_normal()`, drawn in the same order.
  case numpyPCG64 = "numpy-pcg64"
}

/// A number as people write it: `2`, not `2.0`.
func text(_ value: Double) -> String {
  value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
}
