import Journal
import Performance
import Simulation

// The cost of an order's own impact by the square-root law is Y·σ·√(q/V) of its value, so that a run
// s times as large pays s^1.5 times as much, while what it earns before costs grows with s. At
// s = (G/2C)² impact takes half of the gross profit G, C being its cost at s = 1. The literature finds Y
// near 1: B. Tóth et al., "Anomalous price impact and the critical nature of liquidity in financial
// markets", Physical Review X 1 (2011).

/// How large a run may become before its own impact takes half of what it earns before costs.
public struct MarketCapacity: Equatable, Sendable {
  /// Y of the square-root law.
  public var impact: Double
  /// Before fees, slippage and impact, money.
  public var grossProfit: Figure
  /// Of all fills at the run's own size, money.
  public var impactCost: Figure
  /// In multiples of the run: (gross profit / 2 / impact cost)².
  public var size: Figure

  /// All of them, in a fixed order.
  public var metrics: [Metric] {
    [
      Metric("impact", .ratio, .value(impact)),
      Metric("gross_profit", .money, grossProfit),
      Metric("impact_cost", .money, impactCost),
      Metric("size_at_half", .ratio, size),
    ]
  }

  init(impact: Double, grossProfit: Double, cost: Double) {
    let tooLarge = "an amount is beyond the largest number"
    self.impact = impact
    self.grossProfit = Figure(grossProfit, orUndefined: tooLarge)
    impactCost = Figure(cost, orUndefined: tooLarge)
    if !(grossProfit > 0) {
      size = .undefined("there is no gross profit for impact to take")
    } else if !(cost > 0) {
      size = .undefined("no fill had an impact")
    } else {
      let root = 0.5 * grossProfit / cost
      size = Figure(root * root, orUndefined: tooLarge)
    }
  }

  init(impact: Double, undefined reason: String) {
    self.impact = impact
    (grossProfit, impactCost, size) = (
      .undefined(reason), .undefined(reason), .undefined(reason)
    )
  }
}

extension Sensitivity {
  /// So small a share of the law's impact moves no price to speak of: what is measured is the impact of
  /// the orders of the run as it was. And it is large enough to be told from rounding.
  private static let trialShare = 1e-4

  /// The size at which impact takes half of the gross profit.
  ///
  /// The impact is that of the spec, or by Y = 1 where it has none.
  ///
  /// - Parameter stopRequested: asked now and then; once true, the work is given up.
  /// - Returns: nil where it was given up.
  /// - Throws: `RunFailure` where the account met a number that is not finite.
  public func capacity(
    stopRequested: () -> Bool = { false }
  ) throws(RunFailure) -> MarketCapacity? {
    var settings = prepared.spec.execution.settings
    let isCharged = settings.impact > 0
    let coefficient = isCharged ? settings.impact : 1
    if let name = prepared.tradedWithoutVolume {
      return MarketCapacity(impact: coefficient, undefined: "\(name) has no volume")
    }
    if !isCharged { settings.impact = Self.trialShare * coefficient }
    var cost = 0.0
    let figures = try run(
      Variant(question: .cost, value: "", isSpec: isCharged, change: .execution(settings)),
      stopRequested: stopRequested
    ) { event in
      if case .fill(let fill) = event { cost += fill.impact }
    }
    guard let figures else { return nil }
    return MarketCapacity(
      impact: coefficient, grossProfit: figures.returns.costs.grossProfit,
      cost: isCharged ? cost : cost / Self.trialShare)
  }
}

extension PreparedRun {
  /// The first traded instrument that has no volume; nil where all have some.
  var tradedWithoutVolume: String? {
    for position in spec.positions.positions where !supplies[position.instrument].summary.hasVolume
    {
      return spec.instruments[position.instrument].name
    }
    return nil
  }
}
