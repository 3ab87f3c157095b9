import Bytes
import Expressions
import Market
import Simulation

/// Phase 5 of a bar: the expressions of positions, of the levels of orders and of exits are evaluated,
/// and the broker is told.
struct Trader: Restorable, Sendable {
  private var positions: BoundExpressions
  private var levels: BoundExpressions
  /// The instrument of each position expression.
  private let traded: [Int]
  private let levelSpecs: [LevelSpec]
  private var ratios: HedgeRatios
  /// Target values by instrument, NaN where nothing is to change; kept for its storage.
  private var targets: [Double]
  private var targetLevels: TargetLevels
  /// Whether some target had a value at the step last taken.
  private(set) var hasTarget = false

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

  /// Decides on the step that the panel and the learner have taken.
  mutating func decide(
    _ panel: borrowing Panel, _ learner: Learner?, _ broker: inout Broker
  ) {
    guard !traded.isEmpty else { return }
    if !ratios.isEmpty {
      ratios.step(panel, trainedThroughBar: learner?.trainedThroughBar ?? -1)
    }
    Self.read(into: &positions, panel, learner, broker, ratios)
    positions.step()
    hasTarget = Self.take(&targets, of: traded, from: positions, panel.present)
    if !levelSpecs.isEmpty {
      Self.read(into: &levels, panel, learner, broker, ratios)
      levels.step()
      for (index, level) in levelSpecs.enumerated() {
        // Levels are given in the prices that expressions see, orders in raw ones.
        let factor = level.unit == .fraction ? 1 : panel.factor(of: level.instrument)
        targetLevels[level.kind, level.instrument] = levels.output(index) / factor
      }
    }
    broker.decide(targets, levels: targetLevels)
  }

  /// Takes over what the position expressions ask for.
  ///
  /// - Returns: whether any of it is a value.
  @inline(__always)
  private static func take(
    _ targets: inout [Double], of traded: [Int], from positions: borrowing BoundExpressions,
    _ present: [Bool]
  ) -> Bool {
    var hasTarget = false
    for index in traded.indices {
      let instrument = traded[index]
      let target = present[instrument] ? positions.output(index) : .nan
      // Written where it changes only: to take hold of an array costs more than to read it.
      if target.bitPattern != targets[instrument].bitPattern { set(&targets, instrument, target) }
      hasTarget = hasTarget || !target.isNaN
    }
    return hasTarget
  }

  @inline(never)
  private static func set(_ targets: inout [Double], _ instrument: Int, _ target: Double) {
    targets[instrument] = target
  }

  /// Gives expressions what they read: bars, the step's forecasts and the account.
  @inline(__always)
  private static func read(
    into expressions: inout BoundExpressions, _ panel: borrowing Panel,
    _ learner: Learner?, _ broker: borrowing Broker, _ ratios: borrowing HedgeRatios
  ) {
    for place in expressions.inputs.indices {
      let value =
        switch expressions.inputs[place] {
        case .field(let instrument, let field): panel.value(of: field, instrument)
        case .forecast(let horizon): learner?.forecast(horizon: horizon) ?? .nan
        // The slope is one of adjusted prices, units are raw.
        case .hedgeRatio(let y, let x):
          ratios.value(of: y, on: x) * (panel.factor(of: x) / panel.factor(of: y))
        case .position(let instrument): broker.position(of: instrument)
        case .equity: broker.equity
        }
      expressions.setInput(place, value)
    }
  }

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
