import Bytes
import Expressions
import Market
import Simulation

/// A program of expressions with its evaluator, fed from the panel and the account.
struct BoundExpressions: Restorable, Sendable {
  let program: ExpressionProgram
  private var evaluator: ExpressionEvaluator

  init(_ program: ExpressionProgram) {
    self.program = program
    evaluator = ExpressionEvaluator(program)
  }

  var outputCount: Int { program.outputs.count }

  func output(_ index: Int) -> Double { evaluator.output(index) }

  /// Computes this step's values from bars alone, as features and targets do.
  mutating func step(_ panel: borrowing Panel) {
    for (slot, input) in program.inputs.enumerated() {
      guard case .field(let instrument, let field) = input else {
        preconditionFailure("a feature or target reads bars only")
      }
      evaluator.setInput(slot, value(of: field, instrument, panel))
    }
    evaluator.step()
  }

  /// Computes this step's values from bars, the step's forecasts and the account, as positions do.
  ///
  /// `forecasts` has one a horizon, in the order of `horizons`; NaN where none was made.
  mutating func step(
    _ panel: borrowing Panel, broker: borrowing Broker, horizons: [Int], forecasts: [Double]
  ) {
    for (slot, input) in program.inputs.enumerated() {
      switch input {
      case .field(let instrument, let field):
        evaluator.setInput(slot, value(of: field, instrument, panel))
      case .forecast(let horizon):
        let index = horizons.firstIndex(of: horizon)
        evaluator.setInput(slot, index.map { forecasts[$0] } ?? .nan)
      case .position(let instrument):
        evaluator.setInput(slot, broker.position(of: instrument))
      case .equity:
        evaluator.setInput(slot, broker.equity)
      }
    }
    evaluator.step()
  }

  @inline(__always)
  private func value(of field: Field, _ instrument: Int, _ panel: borrowing Panel) -> Double {
    panel.present[instrument] ? panel.bars[instrument][field] : .nan
  }

  func save(to writer: inout StateWriter) { evaluator.save(to: &writer) }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try evaluator.restore(from: &reader)
  }
}
