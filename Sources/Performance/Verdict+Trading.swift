import Bytes

extension Verdict {
  /// What the positions made of a forecast that has skill.
  static func trading(_ returns: ReturnReport) -> (Kind, String) {
    if let bar = returns.ruinedAtBar {
      return (.ruined, "Yet ruined: equity was zero or less at bar \(bar); do not trade.")
    }
    guard let charged = returns.costs.costBps.value,
      let breakEven = returns.costs.breakEvenCostBps.value,
      let net = returns.tested.netProfit.value
    else { return (.skill, "Nothing was traded.") }
    let costs = costs(breakEven: breakEven, charged: charged)
    if net <= 0 {
      return returns.costs.grossProfit > 0
        ? (
          .skillEatenByCosts,
          "The forecast has skill, but costs eat it: \(costs); do not trade."
        )
        : (.skillLoses, "But these positions lose even before costs; do not trade.")
    }
    guard let p = returns.tested.sharpeP.value, p < significance else {
      let odds = returns.tested.sharpeP.value.map(DecimalText.probability) ?? "too short to tell"
      return (
        .skillUncertain,
        "\(earned(returns, charged: charged)), but luck may give as much (\(odds)); \(costs)."
      )
    }
    return (
      .skillEarns,
      "\(earned(returns, charged: charged)) (\(DecimalText.probability(p))); \(costs)."
    )
  }

  /// A strategy without a forecast.
  static func rule(_ returns: ReturnReport) -> (Kind, String) {
    let claim = "A rule without a forecast: no skill is claimed."
    if let bar = returns.ruinedAtBar {
      return (.ruined, claim + " Ruined: equity was zero or less at bar \(bar).")
    }
    guard let charged = returns.costs.costBps.value,
      let breakEven = returns.costs.breakEvenCostBps.value,
      let net = returns.tested.netProfit.value
    else { return (.rule, claim + " Nothing was traded.") }
    let costs = costs(breakEven: breakEven, charged: charged)
    guard net > 0 else {
      return (
        .rule,
        claim
          + (returns.costs.grossProfit > 0
            ? " It lost after costs: \(costs)." : " It lost even before costs.")
      )
    }
    guard let p = returns.tested.sharpeP.value else {
      return (.rule, claim + " \(earned(returns, charged: charged)); \(costs).")
    }
    let odds = DecimalText.probability(p)
    return (
      .rule,
      claim + " " + earned(returns, charged: charged)
        + (p < significance ? " (\(odds))" : ", but luck may give as much (\(odds))")
        + "; \(costs)."
    )
  }

  /// `break-even at 0.8 bps, charged 2.0`: for each side traded.
  private static func costs(breakEven: Double, charged: Double) -> String {
    "break-even at \(DecimalText.fixed(breakEven, places: 1)) bps, "
      + "charged \(DecimalText.fixed(charged, places: 1))"
  }

  private static func earned(_ returns: ReturnReport, charged: Double) -> String {
    let verb = charged > 0 ? "After costs it earned" : "Without any costs it earned"
    guard let cagr = returns.tested.cagr.value else { return verb + " money" }
    return verb + " \(DecimalText.percent(cagr)) a year"
  }
}
