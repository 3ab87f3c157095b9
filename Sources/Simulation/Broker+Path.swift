import Market

/// Orders meet the prices within the bars, one instrument after the other.
///
/// An instrument's walk knows its own bar and of the others no more than their opens, and what they
/// have filled before it in the order of instruments.
extension Broker {
  /// Notes, at the end of the open phase, the instruments with an order that waits for a level.
  mutating func preparePaths() {
    for order in working where isEligible(order) && order.way.hasLevel {
      let instrument = order.order.instrument
      if !walksPath[instrument] {
        walksPath[instrument] = true
        pathCount += 1
      }
    }
    guard pathCount > 0 else { return }
    openExposure = Exposure(of: account.positions, at: quotes)
    if pathBars.isEmpty {
      let none = Bar(time: now, open: .nan, high: .nan, low: .nan, close: .nan)
      pathBars = Array(repeating: none, count: quotes.count)
      pathDetails = Array(repeating: [], count: quotes.count)
    }
  }

  mutating func walkPaths() {
    for instrument in walksPath.indices where walksPath[instrument] {
      walksPath[instrument] = false
      walkPath(of: instrument)
      // Let go, so that whoever handed them in can use their storage again.
      if execution.path == .detail { pathDetails[instrument] = [] }
    }
    pathCount = 0
    removeEndedOrders()
  }

  private mutating func walkPath(of instrument: Int) {
    let bar = pathBars[instrument]
    if working.contains(where: { isMet($0, by: bar, of: instrument) }) {
      followPath(through: bar, of: instrument)
    } else {
      for index in working.indices where working[index].order.instrument == instrument {
        trail(index, bar: bar, wasReleased: true)
      }
    }
    // What the path closed did not live to see the rest of the bar.
    account.see(high: bar.high, low: bar.low, of: instrument)
  }

  /// Whether a bar reaches the level of an order.
  private func isMet(_ order: WorkingOrder, by bar: Bar, of instrument: Int) -> Bool {
    guard order.order.instrument == instrument, isEligible(order) else { return false }
    let side = order.order.side
    switch order.way {
    case .limit(let limit):
      return LimitRule.isReached(
        by: side == .buy ? bar.low : bar.high, limit: limit, side: side,
        touch: execution.limitTouch)
    case .stop(let stop):
      return StopRule.isReached(by: side == .buy ? bar.high : bar.low, stop: stop, side: side)
    case .market, .open, .close, .nothing: return false
    }
  }

  private mutating func followPath(through bar: Bar, of instrument: Int) {
    let places = working.indices.filter { working[$0].order.instrument == instrument }
    let before = places.map { working[$0] }
    let rule = fillRule(of: instrument)
    let start = PathState(
      bar: bar, orders: before,
      isLive: before.map { quotes[instrument].barCount >= $0.eligibleFromBar },
      holding: holding(of: instrument, cash: cash, exposure: openExposure, mark: bar.open),
      rule: rule, touch: execution.limitTouch)
    let (end, certain) =
      execution.path == .detail
      ? PathSearch.resolve(start, detail: pathDetails[instrument])
      : PathSearch.resolve(start, path: execution.path)
    for event in end.events {
      switch event {
      case .fill(let fill):
        book(fill, phase: .path, isAmbiguous: !certain.contains(PathSearch.Mark(fill)))
      case .change(let change):
        report(change.order, change.kind, quantity: change.quantity, reason: change.reason)
      }
    }
    openExposure = end.holding.marked(at: bar.open).exposure
    for (place, index) in places.enumerated() {
      working[index] = end.orders[place]
      trail(index, bar: bar, wasReleased: before[place].available > 0)
    }
  }

  /// Rule 5: the bar's extreme moves a trailing stop. Of a bar within which the order began to work
  /// only the close is known to have come later.
  private mutating func trail(_ index: Int, bar: Bar, wasReleased: Bool) {
    let order = working[index]
    guard let trail = order.order.trail, let stop = order.order.stopPrice, !order.isTriggered,
      isEligible(order)
    else { return }
    let side = order.order.side
    let extreme = wasReleased ? (side == .buy ? bar.low : bar.high) : bar.close
    working[index].order.stopPrice = TrailingRule.moved(
      stop, by: extreme, trail: trail, side: side, tick: ticks[order.order.instrument])
  }
}
