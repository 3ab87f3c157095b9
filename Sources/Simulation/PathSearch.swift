import Market

/// Rule 6: which of two levels in one bar came first.
///
/// All that a bar says of the price's way is that it began at the open, ended at the close, and had
/// the high and the low as its extremes. Every continuous way of that kind is admissible, however
/// often it turned. So from where the price stands, the next order to be met is the nearest one
/// above or the nearest one below; and the way may end once both extremes can have been seen and
/// the close lies between the two nearest orders. The search goes through all of these ways.
///
/// `worst` takes the way with the lowest account value at the bar's close. The reason: a strategy
/// is chosen because its back-test looks good, so any rule that is sometimes kind is exploited by
/// the choice; the worst admissible way cannot be. Ties go to the way whose orders were submitted
/// first, so that a mirrored market decides the mirrored way.
struct PathSearch {
  /// Ways that are looked at, at most. With more (dozens of independent levels in one bar), the worst
  /// of those seen and of the two simple paths counts, and all fills of the bar are ambiguous.
  private static let waysMax = 1024

  private let start: PathState
  private var ways = 0
  private var worst: PathState?
  /// Fills that all ways have in common.
  private var common: [Mark] = []

  /// What a fill is told apart by.
  struct Mark: Equatable {
    let orderID: Int
    let quantity: Double
    let price: Double

    init(_ fill: FillFact) {
      orderID = fill.order.order.id
      quantity = fill.quantity
      price = fill.price
    }
  }

  /// The way that a path model chooses, and the fills that every other way has, too.
  static func resolve(
    _ start: PathState, path: PathModel
  ) -> (state: PathState, certain: [Mark]) {
    var search = PathSearch(start: start)
    search.explore(start)
    let isComplete = search.ways <= waysMax
    let chosen = search.choose(path, isComplete: isComplete)
    return (chosen, isComplete ? search.common : [])
  }

  /// Goes through finer bars one after the other, the worst way within each; without any, or where they
  /// do not make up the bar, the worst way through the bar itself.
  ///
  /// Once a fill depends on the way within a finer bar, so may all after it, and none of them is certain.
  static func resolve(
    _ start: PathState, detail: ArraySlice<Bar>
  ) -> (state: PathState, certain: [Mark]) {
    guard start.bar.isMadeUp(of: detail) else { return resolve(start, path: .worst) }
    var state = start
    var certain: [Mark] = []
    var isCertain = true
    for bar in detail {
      let seen = state.fills.count
      state.enter(bar)
      let (end, common) = resolve(state, path: .worst)
      state = end
      if isCertain {
        let fills = state.fills[seen...]
        certain += fills.filter { common.contains($0) }
        isCertain = fills.allSatisfy { common.contains($0) }
      }
    }
    return (state, certain)
  }

  private init(start: PathState) { self.start = start }

  private func choose(_ path: PathModel, isComplete: Bool) -> PathState {
    // One way only: every path model agrees.
    if isComplete, ways == 1, let worst { return worst }
    let bar = start.bar
    switch path {
    case .worst, .detail:
      guard let worst else { return worse(simple(upFirst: true), simple(upFirst: false)) }
      return isComplete
        ? worst : worse(worst, worse(simple(upFirst: true), simple(upFirst: false)))
    case .openHighLowClose: return simple(upFirst: true)
    case .openLowHighClose: return simple(upFirst: false)
    case .adaptive:
      let up = bar.high - bar.open
      let down = bar.open - bar.low
      if up != down { return simple(upFirst: up < down) }
      return worse(simple(upFirst: true), simple(upFirst: false))
    }
  }

  private func simple(upFirst: Bool) -> PathState {
    var state = start
    state.go(to: upFirst ? state.bar.high : state.bar.low)
    state.go(to: upFirst ? state.bar.low : state.bar.high)
    state.go(to: state.bar.close)
    return state
  }

  /// Of two that are equally bad, the one whose orders were submitted first.
  private func worse(_ one: PathState, _ other: PathState) -> PathState {
    if one.value != other.value { return other.value < one.value ? other : one }
    let isEarlier = other.fills.lazy.map(\.orderID).lexicographicallyPrecedes(
      one.fills.lazy.map(\.orderID))
    return isEarlier ? other : one
  }

  private mutating func explore(_ from: PathState) {
    var state = from
    while ways <= Self.waysMax {
      if let index = state.immediate() {
        state.meet(index)
        continue
      }
      let up = state.next(up: true, to: state.bar.high)
      let down = state.next(up: false, to: state.bar.low)
      // Where nothing lies on the way to an extreme, the price can have been there.
      if up == nil { state.sawHigh = true }
      if down == nil { state.sawLow = true }
      let mayEnd =
        state.sawHigh && state.sawLow && !state.reachesAnOrder(at: state.bar.close)
      switch (up, down) {
      case (nil, nil):
        end(state)
        return
      case (let only?, nil), (nil, let only?):
        if mayEnd { end(state) }
        state.go(toLevelOf: only)
      case (let up?, let down?):
        if mayEnd { end(state) }
        var other = state
        other.go(toLevelOf: min(up, down))
        explore(other)
        state.go(toLevelOf: max(up, down))
      }
    }
  }

  private mutating func end(_ state: PathState) {
    ways += 1
    guard ways <= Self.waysMax else { return }
    let fills = state.fills
    if let worst {
      common.removeAll { !fills.contains($0) }
      if state.value < worst.value { self.worst = state }
    } else {
      common = fills
      worst = state
    }
  }
}

extension Bar {
  /// Whether finer bars have this bar's open, extremes and close.
  public func isMadeUp(of bars: ArraySlice<Bar>) -> Bool {
    guard let first = bars.first, let last = bars.last else { return false }
    return first.open == open && last.close == close
      && bars.reduce(-.infinity) { max($0, $1.high) } == high
      && bars.reduce(.infinity) { min($0, $1.low) } == low
  }
}

extension PathState {
  /// So far, in the order in which they happened.
  var fills: [PathSearch.Mark] {
    events.compactMap { if case .fill(let fill) = $0 { PathSearch.Mark(fill) } else { nil } }
  }
}
