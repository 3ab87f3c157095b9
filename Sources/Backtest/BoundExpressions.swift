import Bytes
import Expressions
import Market

/// A program of expressions with its evaluator, fed from the panel and the account.
struct BoundExpressions: Restorable, Sendable {
  let program: ExpressionProgram
  private var evaluator: ExpressionEvaluator

  init(_ program: ExpressionProgram) {
    self.program = program
    evaluator = ExpressionEvaluator(program)
  }

  func output(_ index: Int) -> Double { evaluator.output(index) }

  /// The values that a step reads, in the order of their places.
  var inputs: [InputSlot] { program.inputs }

  /// Gives a value that the step reads, by its place among `inputs`.
  mutating func setInput(_ place: Int, _ value: Double) { evaluator.setInput(place, value) }

  /// Computes this step's values from the inputs that were set.
  mutating func step() { evaluator.step() }

  /// Computes this step's values from bars alone, as features and targets do.
  mutating func step(_ panel: borrowing Panel) {
    for place in program.inputs.indices {
      guard case .field(let instrument, let field) = program.inputs[place] else {
        preconditionFailure("a feature or target reads bars only")
      }
      setInput(place, panel.value(of: field, instrument))
    }
    step()
  }

  /// The same for features, which may see the last bar of an instrument that has none at this step.
  mutating func stepFeatures(_ panel: borrowing Panel) {
    guard panel.fillsMissing else { return step(panel) }
    for place in program.inputs.indices {
      guard case .field(let instrument, let field) = program.inputs[place] else {
        preconditionFailure("a feature reads bars only")
      }
      setInput(place, panel.filledValue(of: field, instrument))
    }
    step()
  }

  func save(to writer: inout StateWriter) { evaluator.save(to: &writer) }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try evaluator.restore(from: &reader)
  }
}

extension Panel {
  /// A value of an instrument's bar at this step as expressions see it, NaN where it has none.
  @inline(__always)
  func value(of field: Field, _ instrument: Int) -> Double {
    guard present[instrument] else { return .nan }
    return hasActions ? adjustedBars[instrument][field] : bars[instrument][field]
  }

  /// The same; of its last bar where it has none at this step and `fill_missing` asks for that.
  func filledValue(of field: Field, _ instrument: Int) -> Double {
    guard present[instrument] || fillsMissing(instrument) else { return .nan }
    return hasActions ? adjustedBars[instrument][field] : bars[instrument][field]
  }
}
