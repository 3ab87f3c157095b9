import Market
import Simulation

// Rules between positions, orders, exits and the account.

extension RunSpec {
  func checkTrading(_ root: SpecNode) throws(SpecError) {
    let names = source.instrumentNames
    let traded = Set(positions.positions.map(\.instrument))
    let sections =
      orders.map { ("orders", $0.instrument, $0.rule.unit, $0.rule.type.hasLevel) }
      + exits.map { ("exits", $0.instrument, $0.unit, true) }
    for (section, instrument, unit, hasLevel) in sections {
      let path = "\(section).\(names[instrument])"
      guard traded.contains(instrument) else {
        throw SpecError(
          root.place(of: path), "\(path) was given without positions.\(names[instrument])")
      }
      if hasLevel, unit == .fraction, let reason = signedPrices(ofInstrument: instrument) {
        throw SpecError(
          root.place(of: path + ".unit"),
          "\(path).unit was fraction, distance or price is needed: \(names[instrument]) has \(reason)"
        )
      }
    }
    try checkSizing(root)
    if positions.targets.legs == .allOrNone { try checkBundles(root) }
  }

  /// What a unit needs from other sections.
  private func checkSizing(_ root: SpecNode) throws(SpecError) {
    if let window = positions.targets.volatilityWindow {
      let most = SpecLimits.allReturns / source.instrumentNames.count
      guard window <= most else {
        throw SpecError(
          root.place(of: "positions.volatility_window"),
          "positions.volatility_window was \(window), at most \(most) is needed for "
            + "\(source.instrumentNames.count) instruments")
      }
    }
    switch positions.targets.unit {
    case .weight, .units, .notional, .kelly: break
    case .volatility:
      guard execution.barsPerYear == nil else { return }
      throw SpecError(
        root.place(of: "positions.unit"),
        "positions.unit was volatility, execution.bars_per_year is needed beside it")
    case .risk:
      let protected = Set(exits.filter { $0.stopLoss != nil }.map(\.instrument))
      guard let bare = positions.positions.first(where: { !protected.contains($0.instrument) })
      else { return }
      throw SpecError(
        root.place(of: "positions.unit"),
        "positions.unit was risk, exits.\(source.instrumentNames[bare.instrument]).stop_loss is "
          + "needed beside it")
    }
  }

  /// Legs that go together are market orders, each filled at the next open or close or not at all.
  private func checkBundles(_ root: SpecNode) throws(SpecError) {
    let names = source.instrumentNames
    let needed = "is needed with legs: all_or_none"
    if execution.settings.delayBars > 0 {
      throw SpecError(
        root.place(of: "execution.delay_bars"),
        "execution.delay_bars was \(execution.settings.delayBars), 0 \(needed)")
    }
    for order in orders where order.rule != OrderRule() {
      let path = "orders.\(names[order.instrument])"
      let isType = order.rule.type != .market
      throw SpecError(
        root.place(of: path + (isType ? ".type" : ".time_in_force")),
        isType
          ? "\(path).type was \(order.rule.type.name), market \(needed)"
          : "\(path).time_in_force was \(order.rule.timeInForce.name), gtc \(needed)")
    }
    if let exit = exits.first {
      let path = "exits.\(names[exit.instrument])"
      throw SpecError(
        root.place(of: path), "\(path) was given, none \(needed): an exit would part the legs")
    }
  }

  /// How the values of position expressions are read, with what other sections say of it.
  var targetSettings: TargetSettings {
    var targets = positions.targets
    targets.barsPerYear = execution.barsPerYear
    return targets
  }
}
