/// One number of a report: a value, or the reason why there is none.
public enum Figure: Equatable, Sendable {
  /// Always finite.
  case value(Double)
  /// Why the number is undefined, in words that finish "there is no value, for ...".
  case undefined(String)

  /// The value, or `reason` where it is not finite.
  public init(_ value: Double, orUndefined reason: String) {
    self = value.isFinite ? .value(value) : .undefined(reason)
  }

  /// The number, nil where undefined.
  public var value: Double? {
    if case .value(let value) = self { value } else { nil }
  }

  /// Why there is no number, nil where there is one.
  public var reason: String? {
    if case .undefined(let reason) = self { reason } else { nil }
  }

  /// Goes on from a value; an undefined figure keeps its reason.
  func then(_ next: (Double) -> Figure) -> Figure {
    switch self {
    case .value(let value): next(value)
    case .undefined: self
    }
  }
}

/// What a metric is measured in.
public enum MetricUnit: String, Sendable {
  /// 0.1 is ten per cent.
  case fraction
  /// A fraction for each year.
  case fractionPerYear = "fraction_per_year"
  /// A number without a unit.
  case ratio
  /// The currency of the account.
  case money
  /// Ten-thousandths of the value traded, for each side traded.
  case basisPoints = "bps"
  /// Steps of the panel.
  case bars
  case years
  case count
  /// 0...1.
  case probability
  /// 1 for yes, 0 for no.
  case flag
  /// The unit of the forecast target.
  case target
}

/// A named figure, as it stands in the manifest and in the summary.
public struct Metric: Equatable, Sendable {
  /// Snake case; a stable key.
  public var name: String
  public var unit: MetricUnit
  public var figure: Figure

  public init(_ name: String, _ unit: MetricUnit, _ figure: Figure) {
    self.name = name
    self.unit = unit
    self.figure = figure
  }

  /// The number, nil where undefined.
  public var value: Double? { figure.value }

  /// Why there is no number, nil where there is one.
  public var reason: String? { figure.reason }
}
