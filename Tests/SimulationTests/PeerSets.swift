import Foundation
import Market
import Simulation
import Testing

/// One run of another engine: bars, scripted orders, the fills that it made of them. The head of
/// Reference/peer_scripts.py describes the text.
struct PeerSet: CustomTestStringConvertible, Sendable {
  let peer: Peer
  var name = ""
  var bars: [Bar] = []
  var cash = Double.nan
  var feeBps = Double.nan
  var groups: [ScriptedGroup] = []
  var fills: [PeerFill] = []
  /// At the last close.
  var equity = Double.nan

  enum Peer: String, Sendable {
    case backtestingPy = "backtesting-py"
    case backtrader
  }

  var testDescription: String { "\(peer.rawValue), \(name)" }

  /// The kind of orders: the name but for the bars.
  var family: String { name.split(separator: " ").dropLast().joined(separator: " ") }

  /// The peer's fills of a group, in the order of bars and legs.
  func fills(of group: ScriptedGroup) -> [PeerFill] { fills.filter { $0.group == group.id } }

  /// What the account is worth at the last close after these fills.
  func value(of fills: [PeerFill]) -> Double {
    var held = 0.0
    var money = cash
    for fill in fills {
      let quantity = fill.side.sign * fill.quantity
      held += quantity
      money -= quantity * fill.price + abs(quantity * fill.price) * feeBps / 10_000
    }
    return money + held * bars[bars.count - 1].close
  }
}

struct PeerFill: Equatable, Sendable {
  let bar: Int
  let group: Int
  /// 0 for an order by itself or a bracket's entry, 1 for its stop, 2 for its target; of orders that
  /// cancel one another, the place.
  let leg: Int
  let side: Side
  let quantity: Double
  let price: Double
}

/// Orders given together, after the close of a bar.
struct ScriptedGroup: Sendable {
  let id: Int
  let bar: Int
  /// At the close of this bar what still waits is cancelled.
  let until: Int
  let form: Form
  /// By `PeerFill.leg`; nil where a bracket has no such exit.
  let legs: [ScriptedLeg?]

  enum Form: Sendable { case single, bracket, oneCancelsOther }

  var entry: ScriptedLeg {
    guard let first = legs.first, let leg = first else { preconditionFailure("a group has orders") }
    return leg
  }
}

struct ScriptedLeg: Sendable {
  let side: Side
  let quantity: Double
  let kind: Kind

  enum Kind: Equatable, Sendable {
    case market
    case onClose
    case limit(Double)
    case stop(Double)
    case stopLimit(stop: Double, limit: Double)
    case trail(Trail)
  }

  var request: OrderRequest {
    var request = OrderRequest(instrument: 0, side: side, quantity: quantity)
    switch kind {
    case .market: request.type = .market
    case .onClose: request.type = .marketOnClose
    case .limit(let price):
      request.type = .limit
      request.limitPrice = price
    case .stop(let price):
      request.type = .stop
      request.stopPrice = price
    case .stopLimit(let stop, let limit):
      request.type = .stopLimit
      request.stopPrice = stop
      request.limitPrice = limit
    case .trail(let trail):
      request.type = .trailingStop
      request.trail = trail
    }
    return request
  }
}

// MARK: - Reading

/// A line that could not be read: a mistake in the committed files, which fails the test.
struct PeerTextError: Error { let line: String }

extension PeerSet {
  static let backtestingPy = read(.backtestingPy)
  static let backtrader = read(.backtrader)

  private static func read(_ peer: Peer) -> [PeerSet] {
    do { return try read(peer, from: text("Reference/\(peer.rawValue).txt")) } catch {
      preconditionFailure("\(peer.rawValue).txt: \(error)")
    }
  }

  /// A text file, from the folder of these tests.
  static func text(_ path: String) throws -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
  }

  private static func read(_ peer: Peer, from text: String) throws -> [PeerSet] {
    var sets: [PeerSet] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      var words = PeerWords(line)
      let word = try words.next()
      if word == "set" {
        sets.append(PeerSet(peer: peer, name: words.rest))
        continue
      }
      guard !sets.isEmpty else { throw PeerTextError(line: String(line)) }
      let last = sets.count - 1
      switch word {
      case "bars":
        sets[last].bars = try bars(try words.next(), first: words.int(), count: words.int())
      case "cash": sets[last].cash = try words.double()
      case "fee_bps": sets[last].feeBps = try words.double()
      case "give": sets[last].groups.append(try words.group())
      case "fill":
        sets[last].fills.append(
          PeerFill(
            bar: try words.int(), group: try words.int(), leg: try words.int(),
            side: try words.side(), quantity: try words.double(), price: try words.double()))
      case "equity": sets[last].equity = try words.double()
      default: throw PeerTextError(line: String(line))
      }
    }
    return sets
  }

  /// Rows of a file of the fixtures, or of the synthetic ones beside the peer's results.
  private static func bars(_ file: String, first: Int, count: Int) throws -> [Bar] {
    let isSynthetic = file.hasPrefix("walk") || file.hasPrefix("hourly")
    let folder = isSynthetic ? "Reference/bars" : "../../fixtures/market"
    let rows = try text("\(folder)/\(file)").split(whereSeparator: \.isNewline)
      .dropFirst(1 + first).prefix(count)
    guard rows.count == count else { throw PeerTextError(line: file) }
    return try rows.map { row in
      let cells = row.split(separator: ",").dropFirst().prefix(4).compactMap { Double($0) }
      guard cells.count == 4 else { throw PeerTextError(line: String(row)) }
      return bar(cells[0], cells[1], cells[2], cells[3])
    }
  }
}

private struct PeerWords {
  private let line: Substring
  private var words: ArraySlice<Substring>

  init(_ line: Substring) {
    self.line = line
    words = line.split(separator: " ")[...]
  }

  var rest: String { words.joined(separator: " ") }

  mutating func next() throws -> String {
    guard let word = words.popFirst() else { throw PeerTextError(line: String(line)) }
    return String(word)
  }

  mutating func int() throws -> Int {
    guard let value = Int(try next()) else { throw PeerTextError(line: String(line)) }
    return value
  }

  mutating func double() throws -> Double {
    guard let value = Double(try next()) else { throw PeerTextError(line: String(line)) }
    return value
  }

  mutating func side() throws -> Side {
    switch try next() {
    case "buy": return .buy
    case "sell": return .sell
    default: throw PeerTextError(line: String(line))
    }
  }

  mutating func group() throws -> ScriptedGroup {
    let bar = try int()
    let id = try int()
    var form = ScriptedGroup.Form.single
    switch words.first {
    case "bracket": form = .bracket
    case "oco": form = .oneCancelsOther
    default: break
    }
    if form != .single { words.removeFirst() }
    var legs: [ScriptedLeg?] = [try leg()]
    if form == .bracket { legs += [nil, nil] }
    while true {
      switch try next() {
      case "or": legs.append(try leg())
      case "stop":
        legs[1] = ScriptedLeg(
          side: exitSide(legs), quantity: legs[0]?.quantity ?? 0, kind: .stop(try double()))
      case "target":
        legs[2] = ScriptedLeg(
          side: exitSide(legs), quantity: legs[0]?.quantity ?? 0, kind: .limit(try double()))
      case "until":
        return ScriptedGroup(id: id, bar: bar, until: try int(), form: form, legs: legs)
      default: throw PeerTextError(line: String(line))
      }
    }
  }

  private func exitSide(_ legs: [ScriptedLeg?]) -> Side { legs[0]?.side == .buy ? .sell : .buy }

  private mutating func leg() throws -> ScriptedLeg {
    let side = try side()
    let quantity = try double()
    let kind: ScriptedLeg.Kind
    switch try next() {
    case "market": kind = .market
    case "on_close": kind = .onClose
    case "limit": kind = .limit(try double())
    case "stop": kind = .stop(try double())
    case "stop_limit": kind = .stopLimit(stop: try double(), limit: try double())
    case "trail": kind = .trail(.amount(try double()))
    case "trail_fraction": kind = .trail(.fraction(try double()))
    default: throw PeerTextError(line: String(line))
    }
    return ScriptedLeg(side: side, quantity: quantity, kind: kind)
  }
}
