import Market

/// All that a synthetic series depends on, checked.
public struct GeneratorSettings: Equatable, Sendable {
  public let kind: GeneratorKind
  /// Rows, the start row among them.
  public let bars: Int
  public let seed: UInt32
  public let source: ShockSource
  /// A value for each of `kind.parameters`, in that order.
  private let values: [Double]

  /// The bars allowed: from the first day, 2000-01-01, to the last with a year of four digits.
  public static let barsAllowed = 2...2_921_940

  /// `parameters` has values by name; what is not named has its default.
  ///
  /// - Throws: `SyntheticError` for a value that is not allowed or a name that the kind has not.
  public init(
    kind: GeneratorKind, bars: Int = 1000, seed: Int = 0, source: ShockSource = .philox,
    parameters: [String: Double] = [:]
  ) throws(SyntheticError) {
    guard Self.barsAllowed.contains(bars) else {
      throw SyntheticError(
        key: "bars",
        problem: "was \(bars), at least \(Self.barsAllowed.lowerBound) and at most "
          + "\(Self.barsAllowed.upperBound) is needed")
    }
    guard let seed32 = UInt32(exactly: seed) else {
      throw SyntheticError(
        key: "seed", problem: "was \(seed), at least 0 and at most \(UInt32.max) is needed")
    }
    let known = kind.parameters
    for name in parameters.keys.sorted() where !known.contains(where: { $0.name == name }) {
      throw SyntheticError(
        key: name,
        problem: "is not a parameter of \(kind.rawValue), which has "
          + known.map(\.name).joined(separator: ", "))
    }
    var values: [Double] = []
    for parameter in known {
      let value = parameters[parameter.name] ?? parameter.defaultValue
      guard parameter.accepts(value) else {
        throw SyntheticError(
          key: parameter.name,
          problem: "was \(text(value)), \(parameter.allowedText) is needed")
      }
      values.append(value)
    }
    self.kind = kind
    self.bars = bars
    self.seed = seed32
    self.source = source
    self.values = values
    if kind == .cointPath, self["delta"] == 0, self["sigma"] == 0 {
      throw SyntheticError(
        key: "delta",
        problem: "was 0 and sigma too, one of them above 0 is needed: "
          + "nothing else ties X and Y together; the kind without ties is random_walk")
    }
  }

  /// The value of a parameter of `kind`.
  ///
  /// - Precondition: the kind has a parameter of this name.
  public subscript(name: String) -> Double {
    guard let index = kind.parameters.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("\(kind.rawValue) has no parameter \(name)")
    }
    return values[index]
  }

  /// The names of the series: X and Y of a pair, X1 to Xn of more, X of one alone.
  public var instruments: [String] {
    let count =
      switch kind {
      case .cointPath: 2
      case .randomWalk: Int(self["series"])
      case .ar1: 1
      }
    return count <= 2 ? Array(["X", "Y"].prefix(count)) : (1...count).map { "X\($0)" }
  }
}

/// Settings that no series can be drawn with, or a truth file that is none.
public struct SyntheticError: Error, Equatable, CustomStringConvertible {
  /// The setting at fault.
  public var key: String
  /// What it was and what is allowed.
  public var problem: String

  public init(key: String, problem: String) {
    self.key = key
    self.problem = problem
  }

  public var description: String { "\(key) \(problem)" }
}
