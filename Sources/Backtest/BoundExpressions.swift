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

  func save(to writer: inout StateWriter) { evaluator.save(to: &writer) }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try evaluator.restore(from: &reader)
  }
}

extension Panel {
  /// A value of an instrument's bar at this step, NaN where it has none.
  @inline(__always)
  func value(of field: Field, _ instrument: Int) -> Double {
    present[instrument] ? bars[instrument][field] : .nan
  }
}
