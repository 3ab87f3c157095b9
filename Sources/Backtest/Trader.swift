import Bytes
import Expressions
import Simulation

/// What phase 5 of a bar keeps: the expressions of positions, of the levels of orders and of exits, and
/// what they last gave. How they are used says `Engine.decide`.
struct Trader: Restorable, Sendable {
  var positions: BoundExpressions
  var levels: BoundExpressions
  /// The instrument of each position expression.
  let traded: [Int]
  let levelSpecs: [LevelSpec]
  var ratios: HedgeRatios
  /// Target values by instrument, NaN where nothing is to change; kept for its storage.
  var targets: [Double]
  var targetLevels: TargetLevels
  /// Whether some target had a value at the step last taken.
  var hasTarget = false

  init(_ spec: RunSpec, _ programs: RunPrograms) {
    positions = BoundExpressions(programs.positions)
    levels = BoundExpressions(programs.levels)
    traded = spec.positions.positions.map(\.instrument)
    levelSpecs = spec.levels
    ratios = HedgeRatios(
      of: programs.positions.inputs + programs.levels.inputs,
      trainingSet: spec.learning?.walk.trainingSet ?? .expanding)
    targets = Array(repeating: .nan, count: spec.instruments.count)
    targetLevels =
      levelSpecs.isEmpty ? TargetLevels() : TargetLevels(instruments: spec.instruments.count)
  }

  @inline(never)
  mutating func setTarget(_ instrument: Int, _ target: Double) { targets[instrument] = target }

  func save(to writer: inout StateWriter) {
    positions.save(to: &writer)
    levels.save(to: &writer)
    ratios.save(to: &writer)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try positions.restore(from: &reader)
    try levels.restore(from: &reader)
    try ratios.restore(from: &reader)
  }
}
