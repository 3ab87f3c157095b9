import Expressions
import Market
import Simulation

// Within the engine, not in `Trader`: panel, learner and broker handed over as values would be copied
// whole at every bar, which costs as much as half of all else.

/// Phase 5: the expressions of positions, of the levels of orders and of exits are evaluated, and the
/// broker is told.
extension Engine {
  /// Decides on the step that the panel and the learner have taken.
  mutating func decide() {
    guard !trader.traded.isEmpty else { return }
    if !trader.ratios.isEmpty {
      trader.ratios.step(panel, trainedThroughBar: learner?.trainedThroughBar ?? -1)
    }
    for place in trader.positions.inputs.indices {
      trader.positions.setInput(place, value(of: trader.positions.inputs[place]))
    }
    trader.positions.step()
    takeTargets()
    if !trader.levelSpecs.isEmpty { evaluateLevels() }
    broker.decide(trader.targets, levels: trader.targetLevels)
  }

  /// What an expression reads: bars, the step's forecasts and the account.
  @inline(__always)
  private func value(of input: InputSlot) -> Double {
    switch input {
    case .field(let instrument, let field): panel.value(of: field, instrument)
    case .forecast(let horizon): learner?.forecast(horizon: horizon) ?? .nan
    // The slope is one of adjusted prices, units are raw.
    case .hedgeRatio(let y, let x):
      trader.ratios.value(of: y, on: x) * (panel.factor(of: x) / panel.factor(of: y))
    case .position(let instrument): broker.position(of: instrument)
    case .equity: broker.equity
    }
  }

  /// Takes over what the position expressions ask for.
  @inline(__always)
  private mutating func takeTargets() {
    var hasTarget = false
    for index in trader.traded.indices {
      let instrument = trader.traded[index]
      let target = panel.present[instrument] ? trader.positions.output(index) : .nan
      // Written where it changes only: to take hold of an array costs more than to read it.
      if target.bitPattern != trader.targets[instrument].bitPattern {
        trader.setTarget(instrument, target)
      }
      hasTarget = hasTarget || !target.isNaN
    }
    trader.hasTarget = hasTarget
  }

  @inline(never)
  private mutating func evaluateLevels() {
    for place in trader.levels.inputs.indices {
      trader.levels.setInput(place, value(of: trader.levels.inputs[place]))
    }
    trader.levels.step()
    for (index, level) in trader.levelSpecs.enumerated() {
      // Levels are given in the prices that expressions see, orders in raw ones.
      let factor = level.unit == .fraction ? 1 : panel.factor(of: level.instrument)
      trader.targetLevels[level.kind, level.instrument] = trader.levels.output(index) / factor
    }
  }
}
