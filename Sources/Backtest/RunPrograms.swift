import Expressions
import Synthetic

/// The expressions of a spec, compiled.
public struct RunPrograms: Sendable {
  /// One output a feature; nil for a rule strategy.
  public var features: ExpressionProgram?
  /// One program a horizon, since `h` and `at_origin` depend on it.
  public var targets: [ExpressionProgram]
  /// One output a traded instrument.
  public var positions: ExpressionProgram
  /// One output a level of an order or exit, as `RunSpec.levels`.
  public var levels: ExpressionProgram

  /// - Throws: `SpecError` at the place of the first mistake in an expression.
  init(_ spec: RunSpec) throws(SpecError) {
    let names = spec.instruments.map(\.name)
    let horizons = spec.learning?.target.horizons ?? []
    if let learning = spec.learning {
      features = try Self.compile(
        learning.features.map { ($0.name, $0.expression) },
        Scope(instruments: names, role: .feature))
      targets = []
      for horizon in horizons {
        targets.append(
          try Self.compile(
            [("value", learning.target.value)],
            Scope(instruments: names, role: .target(horizon: horizon))))
      }
    } else {
      targets = []
    }
    positions = try Self.compile(
      spec.positions.positions.map { (names[$0.instrument], $0.expression) },
      Scope(instruments: names, role: .position(horizons: horizons)))
    levels = try Self.compile(
      spec.levels.map { ($0.expression.keyPath, $0.expression) },
      Scope(instruments: names, role: .position(horizons: horizons)))
    try checkLevels(spec)
  }

  /// A level that is the same at every bar is known to make sense or not to.
  private func checkLevels(_ spec: RunSpec) throws(SpecError) {
    for (index, level) in spec.levels.enumerated() {
      let range = level.range(isSigned: spec.signedPrices(ofInstrument: level.instrument) != nil)
      guard let value = levels.constant(ofOutput: index), !range.contains(value) else { continue }
      throw SpecError(
        level.expression.place,
        "\(level.expression.keyPath) was \(SpecNode.shown(level.expression.text)), "
          + "\(range.needed) is needed")
    }
  }

  private static func compile(
    _ expressions: [(name: String, source: SourceText)], _ scope: Scope
  ) throws(SpecError) -> ExpressionProgram {
    do throws(ExpressionError) {
      return try ExpressionProgram.compile(
        expressions.map { ($0.name, $0.source.text) }, scope: scope)
    } catch {
      throw expressions[error.expression].source.error(at: error.offset, error.message)
    }
  }
}

/// When a model can begin, from warm-ups that are known before any bar is read. Steps count from 0
/// and are those of a panel on which every instrument has a bar at every step.
public struct LearningTimeline: Equatable, Sendable {
  /// The first bar that ends a window without a missing feature.
  public var firstWindow: Int
  /// The first sample: a full window whose label exists.
  public var firstSample: Int
  /// The bar of the first refit and of the first forecast.
  public var firstForecast: Int

  init(_ programs: RunPrograms, _ learning: LearningSpec) {
    let warmUps = programs.features?.outputs.map(\.warmUpSteps) ?? []
    firstWindow = (warmUps.max() ?? 0) + learning.forecaster.lookback - 1
    var firstSample = firstWindow
    for (index, horizon) in learning.target.horizons.enumerated() {
      // The label of sample s is the target at s + horizon.
      let firstLabel = programs.targets[index].outputs[0].warmUpSteps
      firstSample = max(firstSample, firstLabel - horizon)
      // A window that scales the target by itself needs a label in it that was known at its end.
      if learning.walk.scalerFit == .window, learning.walk.targetScaler != .none {
        firstSample = max(firstSample, max(horizon, firstLabel) + (horizon == 0 ? 1 : 0))
      }
    }
    self.firstSample = firstSample
    firstForecast = firstSample + learning.walk.first - 1 + max(learning.target.longestHorizon, 1)
  }

  /// Bars that a run needs for its first forecast.
  public var barsNeeded: Int { firstForecast + 1 }
}
