/// What the fields of an instrument are adjusted by before expressions read them.
public enum Adjustment: String, CaseIterable, Sendable {
  /// Nothing: the prices as they stood.
  case none
  /// Splits: a price series without their jumps.
  case splits
  /// Splits and dividends: the value of a holding that buys more of itself with each dividend.
  case total
}

/// The splits and dividends of an instrument, and what its fields are adjusted by.
public struct ActionPlan: Equatable, Sendable {
  /// In the order in which they take effect.
  public var actions: [CorporateAction]
  public var adjustment: Adjustment

  public init(actions: [CorporateAction] = [], adjustment: Adjustment = .none) {
    self.actions = actions
    self.adjustment = adjustment
  }
}

/// Adjusts forward: prices are multiplied by a factor F that is 1 at the first bar, and that a split of
/// ratio r multiplies by r, and with `total` a dividend d after a close of c by c / (c − d).
///
/// So a bar is adjusted by what was known before its open, and no later action changes it. The usual
/// way round, today's price kept and the past divided, gives the same returns from numbers that know
/// the future.
struct FieldAdjustment {
  let plan: ActionPlan
  /// The actions that take effect at the latest bar.
  private(set) var due = 0..<0
  /// F.
  private(set) var factor = 1.0
  private var splitFactor = 1.0
  private var close = Double.nan

  init(_ plan: ActionPlan) { self.plan = plan }

  /// Goes to the instrument's next bar.
  ///
  /// - Returns: the bar as expressions see it.
  /// - Throws: `BarError` where a dividend is the close before it or more.
  mutating func take(_ bar: Bar) throws(BarError) -> Bar {
    var end = due.upperBound
    while end < plan.actions.count, plan.actions[end].time < bar.time { end += 1 }
    // What took effect before the first bar is in its prices.
    due = (close.isNaN ? end : due.upperBound)..<end
    for action in plan.actions[due] { try take(action) }
    close = bar.close
    guard plan.adjustment != .none else { return bar }
    return Bar(
      time: bar.time, open: bar.open * factor, high: bar.high * factor, low: bar.low * factor,
      close: bar.close * factor, volume: bar.volume / splitFactor)
  }

  private mutating func take(_ action: CorporateAction) throws(BarError) {
    switch action.kind {
    case .split(let ratio):
      close /= ratio
      guard plan.adjustment != .none else { return }
      factor *= ratio
      splitFactor *= ratio
    case .dividend(let amount):
      guard amount < close else {
        throw BarError(
          "a dividend was \(amount), below the close before it, \(close), is needed", file: "")
      }
      if plan.adjustment == .total { factor *= close / (close - amount) }
      // A second one of the day is paid on what the first has left.
      close -= amount
    }
  }
}
