import Market
import Simulation
import Testing

/// Scripted orders, filled by other engines and here, over the same bars: docs/peers.md.
struct PeerParityTests {
  static let sets = PeerSet.backtestingPy + PeerSet.backtrader

  @Test func theFilesHoldTheRunsOfBothPeers() {
    #expect(PeerSet.backtestingPy.count == 21)
    #expect(PeerSet.backtrader.count == 35)
    #expect(Self.sets.allSatisfy { $0.groups.count >= 50 && $0.bars.count >= 500 })
  }

  @Test(arguments: sets) func everyFillIsThatOfThePeerOrExplained(_ set: PeerSet) {
    for wording in Self.wordings(set) {
      let comparison = Comparison(set, execution: Self.near(set), wording: wording)
      #expect(comparison.unexplained.isEmpty)
      let equity = comparison.outcome.equity
      // To the cent: the peer's equity, or that and what the other fills are worth.
      let expected =
        set.equity + set.value(of: comparison.outcome.fills) - set.value(of: set.fills)
      #expect(abs(equity - expected) < 0.005)
      #expect(abs(set.value(of: set.fills) - set.equity) < 0.005)
      if comparison.found.isEmpty { #expect(abs(equity - set.equity) < 0.005) }
    }
  }

  @Test(arguments: sets.filter { $0.groups.allSatisfy { $0.form == .single } })
  func underTheDefaultsTooEveryFillIsThatOfThePeerOrExplained(_ set: PeerSet) {
    #expect(Comparison(set, execution: Self.defaults(set), wording: .asGiven).unexplained.isEmpty)
  }

  /// What docs/peers.md says.
  @Test func thereAreSoManyDifferencesOfEachKind() {
    func counts(
      _ sets: [PeerSet], _ execution: (PeerSet) -> ExecutionSettings,
      _ wording: PeerReplay.Wording = .asGiven
    ) -> (differences: [PeerExplanation: Int], fills: Int, equalSets: Int) {
      let comparisons = sets.map { Comparison($0, execution: execution($0), wording: wording) }
      return (
        Dictionary(comparisons.flatMap(\.found).map { ($0, 1) }, uniquingKeysWith: +),
        sets.map(\.fills.count).reduce(0, +), comparisons.filter(\.found.isEmpty).count
      )
    }
    let singles = Self.sets.filter { $0.groups.allSatisfy { $0.form == .single } }

    let backtestingPy = counts(PeerSet.backtestingPy, Self.near)
    let backtrader = counts(PeerSet.backtrader, Self.near)
    let asMeant = counts(PeerSet.backtrader, Self.near, .asBacktraderMeansIt)
    let strict = counts(singles, Self.defaults)
    #expect(
      backtestingPy.differences == [
        .exitsWaitForTheNextBar: 107, .firstSubmittedFills: 3, .barIsLookedAtTwice: 2,
      ])
    #expect(
      backtrader.differences == [
        .trailMovesOnTheClose: 202, .exitsWaitForTheNextBar: 131, .limitAtTheStop: 26,
        .limitBehindTheStop: 19, .firstSubmittedFills: 14,
      ])
    #expect(
      asMeant.differences == [
        .limitAtTheStop: 26, .limitBehindTheStop: 19, .firstSubmittedFills: 15,
      ])
    #expect(
      strict.differences == [
        .trailMovesOnTheClose: 202, .touchIsEnough: 40, .limitAtTheStop: 26,
        .limitBehindTheStop: 17,
      ])
    #expect([backtestingPy, backtrader, asMeant, strict].map(\.fills) == [2081, 2064, 2064, 1570])
    #expect([backtestingPy, backtrader, asMeant, strict].map(\.equalSets) == [11, 8, 21, 1])
  }

  /// The explanations are no wildcards: a fill one bar later, on either side, has none.
  @Test(arguments: sets) func aFillThatIsMovedHasNoExplanation(_ set: PeerSet) throws {
    let outcome = PeerReplay(set: set, execution: Self.near(set), wording: .asGiven).run()
    let convention = PeerConvention.of(set)
    for group in set.groups {
      let peer = set.fills(of: group)
      let pawl = outcome.fills(of: group)
      if !peer.isEmpty {
        #expect(explanation(Self.moved(peer), pawl) == nil)
      }
      if !pawl.isEmpty, peer == pawl || group.form == .single {
        #expect(explanation(peer, Self.moved(pawl)) == nil)
      }
      func explanation(_ peer: [PeerFill], _ pawl: [PeerFill]) -> PeerExplanation? {
        PeerExplanation(group, convention, peer: peer, pawl: pawl, touch: true)
      }
    }
  }

  // MARK: - Parts

  /// What is nearest to both peers: a touch fills a limit order, and of two exits in one bar the worse
  /// one counts, which mostly is the stop, which they look at first.
  private static func near(_ set: PeerSet) -> ExecutionSettings {
    ExecutionSettings(
      cash: set.cash, feeBps: set.feeBps, maxLeverage: 1000, path: .worst, limitTouch: true)
  }

  private static func defaults(_ set: PeerSet) -> ExecutionSettings {
    ExecutionSettings(cash: set.cash, feeBps: set.feeBps)
  }

  private static func wordings(_ set: PeerSet) -> [PeerReplay.Wording] {
    set.peer == .backtrader ? [.asGiven, .asBacktraderMeansIt] : [.asGiven]
  }

  private static func moved(_ fills: [PeerFill]) -> [PeerFill] {
    guard let last = fills.last else { return [] }
    return fills.dropLast() + [
      PeerFill(
        bar: last.bar + 1, group: last.group, leg: last.leg, side: last.side,
        quantity: last.quantity, price: last.price)
    ]
  }

  /// A replay held against the peer's run, group by group.
  private struct Comparison {
    let outcome: PeerReplay.Outcome
    /// One for each group whose fills differ, where there is one.
    var found: [PeerExplanation] = []
    var unexplained: [String] = []

    init(_ set: PeerSet, execution: ExecutionSettings, wording: PeerReplay.Wording) {
      outcome = PeerReplay(set: set, execution: execution, wording: wording).run()
      let convention = PeerConvention.of(set)
      for group in set.groups {
        let peer = set.fills(of: group)
        let pawl = outcome.fills(of: group)
        guard peer != pawl else { continue }
        let explanation = PeerExplanation(
          group, convention, peer: peer, pawl: pawl, touch: execution.limitTouch)
        if let explanation {
          found.append(explanation)
        } else {
          unexplained.append("\(group): peer \(peer), here \(pawl)")
        }
      }
    }
  }
}
