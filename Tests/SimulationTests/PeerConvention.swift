import Market

/// What becomes of scripted orders under the conventions of an engine, worked out from the bars alone,
/// order by order: the ground on which differences are explained.
struct PeerConvention {
  let bars: [Bar]
  /// Whether a price that touches a limit fills it.
  var touch = true
  var trail = TrailMove.onClose
  var stopLimit = StopLimit.backtrader
  /// Bars in which even an entry at a price gets its exits at once, with the groups because of which;
  /// see `backtestingPy`.
  var barsLookedAtTwice: [Int: [Int]] = [:]

  enum TrailMove { case onClose, onExtreme }
  /// What happens in the bar within which the stop is reached.
  enum StopLimit { case backtrader, pawl }

  static func of(_ set: PeerSet) -> PeerConvention {
    set.peer == .backtrader ? PeerConvention(bars: set.bars) : backtestingPy(set)
  }

  /// backtesting.py gives exits to the bar of their entry where the entry was a market order, or a stop
  /// order whose target but not its stop lies within the bar. It does so by going through all orders a
  /// second time, so that other entries of that bar get their exits as well.
  private static func backtestingPy(_ set: PeerSet) -> PeerConvention {
    var convention = PeerConvention(bars: set.bars)
    for group in set.groups where group.legs.count > 1 {
      guard let entry = convention.fill(of: group.entry, after: group.bar, through: group.until)
      else { continue }
      let bar = set.bars[entry.bar]
      let isStopReached = group.legs[1].flatMap { convention.price($0, in: bar) } != nil
      let isTargetReached = group.legs[2].flatMap { convention.price($0, in: bar) } != nil
      switch group.entry.kind {
      case .market: convention.barsLookedAtTwice[entry.bar, default: []].append(group.id)
      case .stop where isTargetReached && !isStopReached:
        convention.barsLookedAtTwice[entry.bar, default: []].append(group.id)
      default: break
      }
    }
    return convention
  }

  struct Hit: Equatable {
    let bar: Int
    let leg: Int
    let price: Double
  }

  /// The fills of a group: of exits and of orders that cancel one another, the first submitted fills
  /// where a bar reaches both.
  func fills(of group: ScriptedGroup) -> [PeerFill] {
    var hits: [Hit] = []
    switch group.form {
    case .single:
      hits = [fill(of: group.entry, after: group.bar, through: group.until)].compactMap { $0 }
    case .oneCancelsOther:
      hits = [first(of: group, legs: [0, 1], after: group.bar)].compactMap { $0 }
    case .bracket:
      if let entry = fill(of: group.entry, after: group.bar, through: group.until) {
        let start = barsLookedAtTwice[entry.bar] != nil ? entry.bar - 1 : entry.bar
        hits = [entry] + [first(of: group, legs: [1, 2], after: start)].compactMap { $0 }
      }
    }
    return hits.compactMap { hit in
      group.legs[hit.leg].map {
        PeerFill(
          bar: hit.bar, group: group.id, leg: hit.leg, side: $0.side, quantity: $0.quantity,
          price: hit.price)
      }
    }
  }

  private func first(of group: ScriptedGroup, legs: [Int], after bar: Int) -> Hit? {
    for step in (bar + 1)..<max(bar + 1, min(group.until + 1, bars.count)) {
      for place in legs {
        if let leg = group.legs[place], let price = price(leg, in: bars[step]) {
          return Hit(bar: step, leg: place, price: price)
        }
      }
    }
    return nil
  }

  /// The fill of one order by itself.
  func fill(of leg: ScriptedLeg, after bar: Int, through last: Int) -> Hit? {
    var isTriggered = false
    var standing = Double.nan
    if case .trail(let trail) = leg.kind {
      let close = bars[bar].close
      standing = leg.side.sign * close + trail.distance(from: close)
    }
    for step in (bar + 1)..<max(bar + 1, min(last + 1, bars.count)) {
      var price: Double?
      let view = SidedBar(bars[step], leg.side)
      switch leg.kind {
      case .market, .onClose, .limit, .stop: price = self.price(leg, in: bars[step])
      case .stopLimit(let stop, let limit):
        let limit = leg.side.sign * limit
        let stop = leg.side.sign * stop
        if isTriggered || view.open >= stop {
          isTriggered = true
          price = view.limit(limit, touch: touch).map { leg.side.sign * $0 }
        } else if view.far >= stop {
          isTriggered = true
          price = triggered(view, leg.side, stop: stop, limit: limit).map { leg.side.sign * $0 }
        }
      case .trail(let trail):
        price = view.stop(standing).map { leg.side.sign * $0 }
        let best = self.trail == .onClose ? view.close : view.near
        standing = min(standing, best + trail.distance(from: abs(best)))
      }
      if let price { return Hit(bar: step, leg: 0, price: price) }
    }
    return nil
  }

  /// Of an order that needs to remember nothing; nil where the bar does not reach it.
  func price(_ leg: ScriptedLeg, in bar: Bar) -> Double? {
    let view = SidedBar(bar, leg.side)
    let sign = leg.side.sign
    switch leg.kind {
    case .market: return bar.open
    case .onClose: return bar.close
    case .limit(let limit): return view.limit(sign * limit, touch: touch).map { sign * $0 }
    case .stop(let stop): return view.stop(sign * stop).map { sign * $0 }
    case .stopLimit, .trail: return nil
    }
  }

  private func triggered(
    _ view: SidedBar, _ side: Side, stop: Double, limit: Double
  ) -> Double? {
    switch stopLimit {
    case .backtrader:
      if limit >= stop { return stop }
      let turned = side == .buy ? view.open > view.close : view.open >= view.close
      return turned && limit >= view.close ? limit : nil
    case .pawl:
      if limit > stop { return stop }
      if limit == stop { return view.far > stop ? stop : nil }
      return view.close < limit || (touch && view.close == limit) ? limit : nil
    }
  }
}

/// A bar as a buyer sees it; for a seller reflected about zero.
struct SidedBar {
  let open: Double
  /// The extreme that costs more, on which stops lie.
  let far: Double
  /// The extreme that costs less, on which limits lie.
  let near: Double
  let close: Double

  init(_ bar: Bar, _ side: Side) {
    open = side.sign * bar.open
    far = side == .buy ? bar.high : -bar.low
    near = side == .buy ? bar.low : -bar.high
    close = side.sign * bar.close
  }

  func limit(_ price: Double, touch: Bool) -> Double? {
    if open < price || (touch && open == price) { return open }
    return near < price || (touch && near == price) ? price : nil
  }

  func stop(_ price: Double) -> Double? {
    open >= price ? open : far >= price ? price : nil
  }
}
