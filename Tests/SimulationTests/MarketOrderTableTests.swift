import Foundation
import Market
import Simulation
import Testing

/// The rows of Tables/market-orders.txt, which is written to be read.
struct MarketOrderTableTests {
  struct Row: CustomTestStringConvertible {
    let line: Int
    let settings: Substring
    let bars: Substring
    let targets: Substring
    let fills: String
    var testDescription: String { "line \(line): \(settings) | \(targets)" }
  }

  static let rows: [Row] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Tables/market-orders.txt")
    guard let text = try? String(contentsOf: path, encoding: .utf8) else { return [] }
    var rows: [Row] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty && !line.hasPrefix("#") {
      let cells = line.split(separator: "|")
      precondition(cells.count == 4, "line \(index + 1) has four cells")
      rows.append(
        Row(
          line: index + 1, settings: cells[0], bars: cells[1], targets: cells[2],
          fills: cells[3].split(separator: " ").joined(separator: " ")))
    }
    return rows
  }()

  @Test func theTableHasRows() { #expect(Self.rows.count > 50) }

  @Test(arguments: rows) func fillsAreThoseOfTheTable(_ row: Row) throws {
    let bars: [[Bar?]] = try row.bars.split(separator: " ").map { [try Self.bar($0)] }
    let values = try row.targets.split(separator: " ").map {
      [$0 == "." ? Double.nan : try #require(Double($0))]
    }
    var scenario = Scenario(
      bars, values: values, execution: try Self.settings(row.settings), signed: true)
    scenario.targets = TargetSettings(unit: .units)
    let fills = scenario.run().fills.map(Self.describe).joined(separator: "; ")
    #expect((fills.isEmpty ? "none" : fills) == row.fills)
  }

  static func bar(_ text: Substring) throws -> Bar? {
    if text == "-" { return nil }
    let parts = text.split(separator: "@")
    let prices = try parts[0].split(separator: "/").map { try #require(Double($0)) }
    let volume = parts.count > 1 ? try #require(Double(parts[1])) : .nan
    return SimulationTests.bar(prices[0], prices[1], prices[2], prices[3], volume: volume)
  }

  static func settings(_ text: Substring) throws -> ExecutionSettings {
    let words = text.split(separator: " ")
    let fill = try #require(FillPolicy(rawValue: String(words[0])))
    var settings = ExecutionSettings(cash: 1_000_000, fill: fill)
    for word in words.dropFirst() {
      let pair = word.split(separator: "=")
      let value = try #require(Double(pair[1]))
      switch pair[0] {
      case "fee": settings.fees.takerBps = value
      case "slippage": settings.slippageBps = value
      case "delay": settings.delayBars = Int(value)
      case "leverage": settings.limits.maxLeverage = value
      case "participation": settings.participation = value
      default: Issue.record("\(pair[0]) is no setting")
      }
    }
    return settings
  }

  static func describe(_ fill: Fill) -> String {
    // Ten digits: the table is in decimals.
    func number(_ value: Double) -> String { String(format: "%.10g", value) }
    var text =
      "\(fill.bar) \(fill.phase.name) \(fill.side.name) \(number(fill.quantity))"
      + " at \(number(fill.price))"
    if fill.fee != 0 { text += " fee \(number(fill.fee))" }
    if fill.slippage != 0 { text += " slippage \(number(fill.slippage))" }
    return text
  }
}
