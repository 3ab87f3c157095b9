import Market

/// Why a group of orders fills otherwise here than in a peer.
enum PeerExplanation: String, CaseIterable {
  /// The peer fills a limit order that the price only touched.
  case touchIsEnough
  /// The stop is also the limit, and no price beyond it proves that it was traded through.
  case limitAtTheStop
  /// The limit lies behind the stop, and the bar closes beyond it: the price came back. backtrader
  /// sees that only in a bar that closes behind its open.
  case limitBehindTheStop
  /// backtrader moves a trailing stop on the bar's close, not on its extreme.
  case trailMovesOnTheClose
  /// The exits of an entry within (in backtrader also: at the open of) a bar wait for the next one.
  case exitsWaitForTheNextBar
  /// backtesting.py goes through a bar again because of another entry, and gives its exits to an entry
  /// within the bar as well; even at the open, which was before the entry.
  case barIsLookedAtTwice
  /// A bar reaches two orders of which one cancels the other: the peer takes the first submitted.
  case firstSubmittedFills

  /// Of docs/fills.md.
  var rule: Int {
    switch self {
    case .touchIsEnough: 2
    case .limitAtTheStop, .limitBehindTheStop: 4
    case .trailMovesOnTheClose: 5
    case .firstSubmittedFills: 6
    case .exitsWaitForTheNextBar, .barIsLookedAtTwice: 7
    }
  }

  /// The explanation of a difference, nil where there is none.
  ///
  /// The peer's fills must be those of its convention to the last; then the bar and the order at the
  /// first difference must be such as the explanation says. What Pawl fills after it, if anything,
  /// must be what its own rule says.
  ///
  /// - Parameters:
  ///   - group: whose fills differ.
  ///   - convention: of the peer.
  ///   - peer: its fills.
  ///   - pawl: the fills of the replay.
  ///   - touch: whether a touch filled a limit order in the replay.
  init?(
    _ group: ScriptedGroup, _ convention: PeerConvention, peer: [PeerFill], pawl: [PeerFill],
    touch: Bool
  ) {
    guard convention.fills(of: group) == peer else { return nil }
    let common = zip(peer, pawl).prefix { $0 == $1 }.count
    let theirs = common < peer.count ? peer[common] : nil
    let ours = common < pawl.count ? pawl[common] : nil
    guard let step = [theirs?.bar, ours?.bar].compactMap({ $0 }).min() else { return nil }
    let found: PeerExplanation?
    switch group.form {
    case .single:
      var own = convention
      own.touch = touch
      own.trail = .onExtreme
      own.stopLimit = .pawl
      guard own.fills(of: group) == pawl else { return nil }
      found = Self.single(
        group.entry, convention.bars[step], theirs: theirs?.bar == step ? theirs : nil,
        ours: ours?.bar == step ? ours : nil)
    case .bracket, .oneCancelsOther:
      var reach = convention
      reach.touch = touch
      found = Self.linked(group, reach, step, peer: peer, pawl: pawl, common: common)
    }
    guard let found else { return nil }
    self = found
  }

  /// - Parameters:
  ///   - leg: an order by itself.
  ///   - bar: the first in which only one of the two fills it, or each at another price.
  ///   - theirs: the peer's fill in it.
  ///   - ours: Pawl's.
  /// - Returns: nil where the bar is not such as an explanation says.
  private static func single(
    _ leg: ScriptedLeg, _ bar: Bar, theirs: PeerFill?, ours: PeerFill?
  ) -> PeerExplanation? {
    let view = SidedBar(bar, leg.side)
    let sign = leg.side.sign
    switch leg.kind {
    case .trail: return .trailMovesOnTheClose
    case .limit(let limit):
      let isTouched = view.near == sign * limit
      return isTouched && theirs?.price == limit && ours == nil ? .touchIsEnough : nil
    case .stopLimit(let stop, let limit):
      if theirs == nil, ours?.price == limit, sign * limit < sign * stop, view.far >= sign * stop,
        view.open < sign * stop, view.open <= view.close, view.close <= sign * limit
      {
        return .limitBehindTheStop
      }
      guard ours == nil, let theirs else { return nil }
      if stop == limit, theirs.price == stop, view.far == sign * stop, view.open < sign * stop {
        return .limitAtTheStop
      }
      let isTouched = view.near == sign * limit || view.close == sign * limit
      return theirs.price == limit && isTouched ? .touchIsEnough : nil
    case .market, .onClose, .stop: return nil
    }
  }

  private static func linked(
    _ group: ScriptedGroup, _ reach: PeerConvention, _ step: Int, peer: [PeerFill],
    pawl: [PeerFill], common: Int
  ) -> PeerExplanation? {
    if group.form == .bracket, peer.count == 2, peer[0].bar == step, peer[1].bar == step,
      // A protective stop that the bar reaches fills here, too.
      peer[1].leg == 2, let causes = reach.barsLookedAtTwice[step], !causes.contains(group.id),
      peer[0].price != reach.bars[step].open
    {
      var once = reach
      once.barsLookedAtTwice[step] = nil
      return once.fills(of: group) == pawl ? .barIsLookedAtTwice : nil
    }
    let exits = group.form == .bracket ? [1, 2] : [0, 1]
    // The entry is the same, one exit was still to come, and Pawl has nothing after it.
    guard common == (group.form == .bracket ? 1 : 0), pawl.count == common + 1 else { return nil }
    let ours = pawl[common]
    let reached = exits.filter { place in
      group.legs[place].flatMap { reach.price($0, in: reach.bars[step]) } != nil
    }
    guard ours.bar == step, reached.contains(ours.leg) else { return nil }
    let isTheirsLater = peer.count == common || peer[common].bar > step
    if group.form == .bracket, peer[0].bar == step, isTheirsLater {
      return .exitsWaitForTheNextBar
    }
    guard peer.count == common + 1, peer[common].bar == step else { return nil }
    return reached == exits && peer[common].leg == exits[0] && ours.leg == exits[1]
      ? .firstSubmittedFills : nil
  }
}
