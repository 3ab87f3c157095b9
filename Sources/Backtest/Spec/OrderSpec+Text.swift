import Simulation

extension PositionsSpec {
  func write(to writer: inout SpecWriter, names: [String]) {
    writer.line("unit", targets.unit)
    writer.line("rebalance", targets.rebalance)
    writer.line("on_null", targets.onNull)
    writer.line("rebalance_band", targets.rebalanceBand)
    writer.line("legs", targets.legs)
    if let target = targets.volatilityTarget { writer.line("volatility_target", target) }
    if let window = targets.volatilityWindow { writer.line("volatility_window", window) }
    if let fraction = targets.kellyFraction { writer.line("kelly_fraction", fraction) }
    if let cap = targets.kellyCap { writer.line("kelly_cap", cap) }
    for position in positions {
      writer.line(names[position.instrument], position.expression.text)
    }
  }
}

extension OrderSpec {
  func write(to writer: inout SpecWriter) {
    writer.line("type", raw: rule.type.name)
    if let limit { writer.line("limit", limit.text) }
    if let stop { writer.line("stop", stop.text) }
    if rule.type.hasLevel { writer.line("unit", rule.unit) }
    writer.line("time_in_force", raw: rule.timeInForce.name)
    if let bars = rule.goodForBars { writer.line("good_for", bars) }
  }
}

extension ExitSpec {
  func write(to writer: inout SpecWriter) {
    if let stopLoss { writer.line("stop_loss", stopLoss.text) }
    if let takeProfit { writer.line("take_profit", takeProfit.text) }
    if let trailingStop { writer.line("trailing_stop", trailingStop.text) }
    writer.line("unit", unit)
  }
}
