import Market

/// From the value of a position expression to units.
extension Broker {
  /// The units that a value asks for, at the close and the equity of this step; nil where that is no
  /// number yet, or none at all.
  func size(
    _ value: Double, of instrument: Int, equity: Double, levels: TargetLevels
  ) -> Double? {
    let unitValue = quotes[instrument].unitValue
    precondition(
      targets.unit == .units || !allowsSignedPrices[instrument],
      "an instrument with signed prices is traded in units")
    let units: Double
    switch targets.unit {
    case .units: units = value
    case .notional: units = value / unitValue
    case .weight: units = value * equity / unitValue
    case .volatility, .kelly:
      units = weight(value, of: instrument) * equity / unitValue
    case .risk:
      let distance = stopDistance(of: instrument, isLong: value > 0, levels: levels)
      units = value * equity / (distance * quotes[instrument].factor)
    }
    return units.isFinite ? units : nil
  }

  /// The weight that the past returns make of a value; NaN where they are too few or never moved.
  @inline(never)
  private func weight(_ value: Double, of instrument: Int) -> Double {
    guard let returns else { return .nan }
    let variance = returns.variance(of: instrument)
    guard variance > 0 else { return .nan }
    if targets.unit == .kelly {
      let cap = targets.kellyCap ?? .nan
      return min(cap, max(-cap, (targets.kellyFraction ?? .nan) * value / variance))
    }
    let realised = variance.squareRoot() * (targets.barsPerYear ?? .nan).squareRoot()
    return value * ((targets.volatilityTarget ?? .nan) / realised)
  }

  /// How far the stop loss stands from the close; NaN where there is none, or on the wrong side.
  private func stopDistance(
    of instrument: Int, isLong: Bool, levels: TargetLevels
  ) -> Double {
    guard let exit = exitRule(of: instrument), exit.hasStopLoss else { return .nan }
    let close = quotes[instrument].price
    let level = levels[.stopLoss, instrument]
    let stop = exit.unit.price(level, from: close, sign: isLong ? -1 : 1)
    let distance = isLong ? close - stop : stop - close
    return distance > 0 ? distance : .nan
  }
}
