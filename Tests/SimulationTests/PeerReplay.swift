import Market
import Simulation

/// The scripted orders of a peer's run, given to Pawl's broker over the same bars.
struct PeerReplay {
  let set: PeerSet
  let execution: ExecutionSettings
  let wording: Wording

  enum Wording {
    /// Each order as Pawl's own type of that name.
    case asGiven
    /// What backtrader means by two of its orders, said in Pawl's: a trailing stop is a stop that is
    /// amended after each close; the exits of a bracket are given after the close of the entry's bar.
    case asBacktraderMeansIt
  }

  struct Outcome {
    var fills: [PeerFill] = []
    var equity = Double.nan

    func fills(of group: ScriptedGroup) -> [PeerFill] { fills.filter { $0.group == group.id } }
  }

  /// What of a group has been given to the broker.
  private struct Given {
    let group: ScriptedGroup
    var orderIDs: [Int] = []
    /// Of a stop that is amended instead of trailing.
    var standing = Double.nan
  }

  private struct Leg {
    let group: Int
    let leg: Int
  }

  func run() -> Outcome {
    var broker = Broker(
      instruments: [Instrument(name: "X")], execution: execution,
      targets: TargetSettings(unit: .units))
    var outcome = Outcome()
    var given: [Given] = []
    var legs: [Int: Leg] = [:]
    var waiting = set.groups[...]
    for (step, bar) in set.bars.enumerated() {
      broker.beginStep(bar: step, time: Scenario.time(step))
      broker.open(instrument: 0, price: bar.open)
      broker.finishOpen()
      broker.close(instrument: 0, bar: bar)
      broker.finishClose()
      var entered: [Int] = []
      for case .fill(let fill) in broker.outbox {
        guard let leg = legs[fill.orderID] else { preconditionFailure("an order was given") }
        outcome.fills.append(
          PeerFill(
            bar: step, group: leg.group, leg: leg.leg, side: fill.side, quantity: fill.quantity,
            price: fill.price))
        entered.append(leg.group)
      }
      broker.clearOutbox()
      for place in given.indices {
        let group = given[place].group
        if group.until == step {
          for id in given[place].orderIDs { broker.cancel(id) }
        } else if wording == .asBacktraderMeansIt, group.until > step {
          follow(&given[place], close: bar.close, entered, &broker, &legs)
        }
      }
      while let group = waiting.first, group.bar == step {
        waiting.removeFirst()
        given.append(give(group, close: bar.close, to: &broker, &legs))
      }
      outcome.equity = broker.finishStep().equity
    }
    return outcome
  }

  private func give(
    _ group: ScriptedGroup, close: Double, to broker: inout Broker, _ legs: inout [Int: Leg]
  ) -> Given {
    var given = Given(group: group)
    var receipts: [Receipt]
    var places = Array(group.legs.indices)
    switch group.form {
    case .oneCancelsOther:
      receipts = broker.submit(oneCancelsOther: group.legs.compactMap { $0?.request })
    case .bracket where wording == .asGiven:
      places = places.filter { group.legs[$0] != nil }
      var bracket = Bracket(entry: group.entry.request)
      bracket.stopLoss = group.legs[1]?.request
      bracket.takeProfit = group.legs[2]?.request
      receipts = broker.submit(bracket)
    case .bracket, .single:
      var request = group.entry.request
      if wording == .asBacktraderMeansIt, let trail = request.trail {
        given.standing = close + request.side.sign * trail.distance(from: close)
        request.type = .stop
        request.trail = nil
        request.stopPrice = given.standing
      }
      places = [0]
      receipts = [broker.submit(request)]
    }
    for (place, receipt) in zip(places, receipts) {
      precondition(receipt.rejection == nil, "\(set.name): \(group) was rejected")
      legs[receipt.orderID] = Leg(group: group.id, leg: place)
      given.orderIDs.append(receipt.orderID)
    }
    return given
  }

  private func follow(
    _ given: inout Given, close: Double, _ entered: [Int], _ broker: inout Broker,
    _ legs: inout [Int: Leg]
  ) {
    let group = given.group
    if case .trail(let trail) = group.entry.kind {
      let side = group.entry.side
      let next = close + side.sign * trail.distance(from: close)
      if side == .buy ? next < given.standing : next > given.standing {
        given.standing = next
        // An order that has been filled is not there any more.
        broker.amend(given.orderIDs[0], stopPrice: next)
      }
    }
    if group.form == .bracket, given.orderIDs.count == 1, entered.contains(group.id) {
      let places = [1, 2].filter { group.legs[$0] != nil }
      let receipts = broker.submit(
        oneCancelsOther: places.compactMap { group.legs[$0]?.request })
      for (place, receipt) in zip(places, receipts) {
        legs[receipt.orderID] = Leg(group: group.id, leg: place)
        given.orderIDs.append(receipt.orderID)
      }
    }
  }
}

extension Trail {
  func distance(from price: Double) -> Double {
    switch self {
    case .amount(let amount): amount
    case .fraction(let fraction): price * fraction
    }
  }
}
