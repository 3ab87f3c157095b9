import Foundation
import Market
import Testing

@testable import Simulation

/// The rows of Tables/conformance-*.txt, which are written to be read: see the head of
/// conformance-1-levels.txt.
struct ConformanceTests {
  struct Row: CustomTestStringConvertible {
    let place: String
    let settings: Substring
    let bars: Substring
    let orders: Substring
    let outcome: String
    var testDescription: String { "\(place): \(settings)|\(bars)|\(orders)" }
  }

  static let rows: [Row] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Tables")
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { $0.hasPrefix("conformance-") }.sorted()
    return names.flatMap { name -> [Row] in
      let text =
        (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
      return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        .compactMap { index, line in
          guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
          let cells = line.split(separator: "|", omittingEmptySubsequences: false)
          precondition(cells.count == 4, "\(name):\(index + 1) has four cells")
          return Row(
            place: "\(name):\(index + 1)", settings: cells[0], bars: cells[1], orders: cells[2],
            outcome: cells[3].split(separator: " ").joined(separator: " "))
        }
    }
  }()

  @Test func theTablesHaveRows() { #expect(Self.rows.count >= 150) }

  @Test(arguments: rows) func theOutcomeIsThatOfTheTable(_ row: Row) throws {
    let outcome = try ConformanceCase(row, isMirrored: false).run()
    #expect(outcome == row.outcome)
  }

  /// Each row with prices reflected about zero and sides swapped.
  @Test(arguments: rows.filter { !$0.settings.contains("positive") })
  func theMirroredOutcomeIsTheMirrorOfTheTable(_ row: Row) throws {
    let outcome = try ConformanceCase(row, isMirrored: true).run()
    #expect(outcome == row.outcome)
  }
}

/// A row, read and run. A mirrored case reflects what goes in, and what comes out back again.
private struct ConformanceCase {
  let row: ConformanceTests.Row
  let isMirrored: Bool
  var execution = ExecutionSettings(cash: 1_000_000)
  var instrument = Instrument(name: "X", allowsSignedPrices: true)
  var stepMilliseconds = Timestamp.millisecondsPerDay
  let sign: Double

  init(_ row: ConformanceTests.Row, isMirrored: Bool) throws {
    self.row = row
    self.isMirrored = isMirrored
    sign = isMirrored ? -1 : 1
    for word in row.settings.split(separator: " ") {
      let pair = word.split(separator: "=")
      let text = pair.count > 1 ? String(pair[1]) : ""
      let value = Double(text) ?? .nan
      switch pair[0] {
      case "-": break
      case "touch": execution.limitTouch = true
      case "hours": stepMilliseconds = 3_600_000
      case "fill": execution.fill = try #require(FillPolicy(rawValue: text))
      case "path": execution.path = try #require(pathModel(text))
      case "slippage": execution.slippageBps = value
      case "slip_ticks": execution.slippageTicks = value
      case "fee": execution.fees.takerBps = value
      case "delay": execution.delayBars = Int(value)
      case "leverage": execution.limits.maxLeverage = value
      case "cash": execution.cash = value
      case "participation": execution.participation = value
      case "tick": instrument.tick = value
      case "lot": instrument.lot = value
      case "maker": execution.fees.makerBps = value
      case "per_unit": execution.fees.perUnit = value
      case "per_order": execution.fees.perOrder = value
      case "minimum": execution.fees.minimum = value
      case "tier":
        let tier = text.split(separator: ":").compactMap { Double($0) }
        execution.fees.tiers.append(
          FeeTier(volume: tier[0], takerBps: tier[1], makerBps: tier[1]))
      case "impact": execution.impact = value
      case "multiplier": instrument.multiplier = value
      case "account": execution.limits.account = try #require(AccountKind(rawValue: text))
      case "initial": execution.limits.initialMargin = value
      case "maintenance": execution.maintenanceMargin = value
      case "net": execution.limits.maxNet = value
      case "position": execution.limits.maxPosition = value
      case "drawdown": execution.maxDrawdown = value
      case "positive": instrument.allowsSignedPrices = false
      default: Issue.record("\(pair[0]) is no setting")
      }
    }
  }

  private func pathModel(_ name: String) -> PathModel? {
    let swapped = ["ohlc": "olhc", "olhc": "ohlc"]
    let name = isMirrored ? swapped[name] ?? name : name
    return PathModel(rawValue: name)
  }

  func run() throws -> String {
    var broker = Broker(
      instruments: [instrument], execution: execution, targets: TargetSettings(unit: .units))
    var found: [String] = []
    let requests = row.orders.split(separator: ";").map { $0.split(separator: " ") }
    for (step, text) in row.bars.split(separator: " ").enumerated() {
      broker.beginStep(bar: step, time: time(step))
      let parts = text.split { "{+}".contains($0) }
      let bar = try self.bar(parts[0])
      let detail = try parts.dropFirst().compactMap { try self.bar($0) }
      let given = try requests.map { try at($0) }.filter { $0.step == step }.map(\.words)
      for words in given where words.first == "split" || words.first == "dividend" {
        let value = try #require(Double(words.last ?? ""))
        broker.apply(
          words.first == "split" ? .split(ratio: value) : .dividend(amount: value), to: 0)
      }
      if let bar { broker.open(instrument: 0, price: bar.open) }
      broker.finishOpen()
      if let bar { broker.close(instrument: 0, bar: bar, detail: detail[...]) }
      broker.finishClose()
      for words in given { try give(words, to: &broker, &found) }
      _ = broker.finishStep()
      found += broker.outbox.compactMap(describe)
      broker.clearOutbox()
    }
    found += broker.openOrders.map { "open \($0.order.id)" }
    return found.isEmpty ? "none" : found.joined(separator: "; ")
  }

  private func at(_ words: [Substring]) throws -> (step: Int, words: ArraySlice<Substring>) {
    guard let first = words.first, first.hasPrefix("@") else { return (0, words[...]) }
    return (try #require(Int(first.dropFirst())), words.dropFirst())
  }

  private func time(_ step: Int) -> Timestamp {
    Timestamp(milliseconds: Scenario.time(0).milliseconds + Int64(step + 1) * stepMilliseconds)
  }

  private func bar(_ text: Substring) throws -> Bar? {
    guard let bar = try MarketOrderTableTests.bar(text) else { return nil }
    guard isMirrored else { return bar }
    return Bar(
      time: bar.time, open: -bar.open, high: -bar.low, low: -bar.high, close: -bar.close,
      volume: bar.volume)
  }

  // MARK: - Orders

  private func give(
    _ words: ArraySlice<Substring>, to broker: inout Broker, _ found: inout [String]
  ) throws {
    let rest = words.dropFirst()
    switch words.first {
    case "split", "dividend": break
    case "cancel":
      if let reason = broker.cancel(try #require(Int(rest.first ?? ""))) {
        found.append("not cancelled \(reason.name)")
      }
    case "amend":
      var remaining: Double?
      var limit: Double?
      var stop: Double?
      for word in rest.dropFirst() {
        let pair = word.split(separator: "=")
        let value = try #require(Double(pair[1]))
        switch pair[0] {
        case "quantity": remaining = value
        case "limit": limit = sign * value
        case "stop": stop = sign * value
        default: Issue.record("\(pair[0]) cannot be amended")
        }
      }
      let reason = broker.amend(
        try #require(Int(rest.first ?? "")), remaining: remaining, limitPrice: limit,
        stopPrice: stop)
      if let reason { found.append("not amended \(reason.name)") }
    case "oco":
      broker.submit(oneCancelsOther: try rest.split(separator: "or").map(request))
    case "bracket":
      let parts = try rest.split(separator: "then").map(request)
      var bracket = Bracket(entry: parts[0])
      for var part in parts.dropFirst() {
        part.reason = part.type.hasStopPrice ? .stopLoss : .takeProfit
        if part.type.hasStopPrice { bracket.stopLoss = part } else { bracket.takeProfit = part }
      }
      broker.submit(bracket)
    default: broker.submit(try request(words))
    }
  }

  private func request(_ words: ArraySlice<Substring>) throws -> OrderRequest {
    var words = words
    func next() -> String { words.isEmpty ? "" : String(words.removeFirst()) }
    func price() throws -> Double { sign * (try #require(Double(next()))) }
    let isBuy = next() == "buy"
    var request = OrderRequest(
      instrument: 0, side: isBuy == isMirrored ? .sell : .buy,
      quantity: try #require(Double(next())))
    let type = next()
    switch type {
    case "market": request.type = .market
    case "on_open": request.type = .marketOnOpen
    case "on_close": request.type = .marketOnClose
    case "limit":
      request.type = .limit
      request.limitPrice = try price()
    case "stop":
      request.type = .stop
      request.stopPrice = try price()
    case "stop_limit":
      request.type = .stopLimit
      request.stopPrice = try price()
      request.limitPrice = try price()
    case "trail":
      request.type = .trailingStop
      let text = next()
      request.trail =
        text.hasSuffix("%")
        ? .fraction((Double(text.dropLast()) ?? .nan) / 100) : .amount(Double(text) ?? .nan)
    default: Issue.record("\(type) is no type of order")
    }
    while !words.isEmpty {
      let word = next()
      switch word {
      case "ioc": request.timeInForce = .immediateOrCancel
      case "fok": request.timeInForce = .fillOrKill
      case "day": request.timeInForce = .day
      case "till":
        request.timeInForce = .goodTillDate
        request.goodTill = time(try #require(Int(next())))
      case "reduce": request.isReduceOnly = true
      case "from": request.stopPrice = try price()
      default: Issue.record("\(word) is no word of an order")
      }
    }
    return request
  }

  // MARK: - Outcome

  private func describe(_ event: BrokerEvent) -> String? {
    switch event {
    case .fill(let fill):
      let side = (fill.side == .buy) == isMirrored ? "sell" : "buy"
      let mark = fill.isAmbiguous ? "?" : ""
      var text = "\(fill.bar) \(fill.phase.name)\(mark) \(side) \(number(fill.quantity))"
      text += " at \(number(sign * fill.price))"
      if fill.fee != 0 { text += " fee \(number(fill.fee))" }
      return text
    case .order(let event):
      switch event.kind {
      case .submitted, .filled, .partlyFilled, .released: return nil
      case .triggered where event.order.type != .stopLimit: return nil
      case .triggered: return "\(event.bar) triggered \(event.order.id)"
      case .amended:
        return "\(event.bar) amended \(event.order.id) to \(number(event.quantity)) "
          + "\(event.reason?.name ?? "")"
      case .cancelled, .replaced, .expired, .rejected:
        return "\(event.bar) \(event.kind.name) \(event.order.id) \(event.reason?.name ?? "")"
      }
    case .flow(let flow) where flow.kind == .dividend:
      return "\(flow.bar) dividend \(number(sign * flow.amount))"
    case .trade, .flow, .action: return nil
    }
  }

  // Ten digits: the tables are in decimals.
  private func number(_ value: Double) -> String { String(format: "%.10g", value) }
}
