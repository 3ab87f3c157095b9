import Market
import Simulation
import Testing

/// Scripted orders, filled by other engines and here, over the same bars: docs/peers.md.
struct PeerParityTests {
  static let sets = PeerSet.backtestingPy + PeerSet.backtrader
  static let singles = sets.filter { $0.groups.allSatisfy { $0.form == .single } }

  @Test func theFilesHoldTheRunsOfBothPeers() {
    #expect(PeerSet.backtestingPy.count == 28)
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

  @Test(arguments: singles)
  func underTheDefaultsTooEveryFillIsThatOfThePeerOrExplained(_ set: PeerSet) {
    #expect(Comparison(set, execution: Self.defaults(set), wording: .asGiven).unexplained.isEmpty)
  }

  @Test func theDocumentationHasTheCounts() throws {
    let document = try PeerSet.text("../../docs/peers.md")
    var rows: [String] = []
    func add(
      _ sets: [PeerSet], _ execution: (PeerSet) -> ExecutionSettings,
      _ wording: PeerReplay.Wording = .asGiven
    ) {
      for peer in [PeerSet.Peer.backtestingPy, .backtrader] {
        let ofPeer = sets.filter { $0.peer == peer }
        var families: [String] = []
        for set in ofPeer where !families.contains(set.family) { families.append(set.family) }
        rows += families.map { family in
          Self.row(ofPeer.filter { $0.family == family }, execution, wording)
        }
      }
    }
    add(Self.sets, Self.near)
    add(
      PeerSet.backtrader.filter { ["brackets", "trailing stops"].contains($0.family) }, Self.near,
      .asBacktraderMeansIt)
    add(Self.singles, Self.defaults)
    let documented = document.split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix("| backtesting-py |") || $0.hasPrefix("| backtrader |") }
    #expect(documented == rows)
  }

  /// An order by itself meets its level on every way through a bar, or on none.
  @Test(arguments: singles)
  func thePathDoesNotMatterToAnOrderByItself(_ set: PeerSet) {
    let fills = PathModel.allCases.map { path in
      var execution = Self.near(set)
      execution.path = path
      return PeerReplay(set: set, execution: execution, wording: .asGiven).run().fills
    }
    for group in set.groups {
      let ofGroup = fills.map { $0.filter { $0.group == group.id } }
      #expect(ofGroup.allSatisfy { $0 == ofGroup[0] })
    }
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
      cash: set.cash, fees: FeeSchedule(takerBps: set.feeBps), path: .worst, limitTouch: true,
      limits: ExposureLimits(maxLeverage: 1000))
  }

  private static func defaults(_ set: PeerSet) -> ExecutionSettings {
    ExecutionSettings(cash: set.cash, fees: FeeSchedule(takerBps: set.feeBps))
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

  /// A line of docs/peers.md about sets of one family.
  private static func row(
    _ sets: [PeerSet], _ execution: (PeerSet) -> ExecutionSettings, _ wording: PeerReplay.Wording
  ) -> String {
    let found = sets.flatMap { Comparison($0, execution: execution($0), wording: wording).found }
    let groups = sets.map(\.groups.count).reduce(0, +)
    let differences = PeerExplanation.allCases.compactMap { explanation -> String? in
      let count = found.filter { $0 == explanation }.count
      return count == 0 ? nil : "`\(explanation.rawValue)` \(count)"
    }
    let cells = [
      sets[0].peer.rawValue, sets[0].family, "\(groups)",
      "\(sets.map(\.fills.count).reduce(0, +))", "\(groups - found.count)",
      differences.isEmpty ? "none" : differences.joined(separator: ", "),
    ]
    return "| \(cells.joined(separator: " | ")) |"
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
