import Journal
import Testing

@testable import Backtest

// Runs whose positions are closed whatever the strategy wants.

private func manifest(_ execution: String, in folder: String) throws -> Manifest {
  let spec = try RunSpec(
    yaml: Array(
      """
      name: margin
      generate: { kind: random_walk, series: 2, bars: 400, start: 30, seed: 3 }
      positions: { X: 1.5, Y: -0.45 }
      execution: { cash: 100000, slippage_bps: 10, fee_bps: 5, \(execution) }
      """.utf8), file: "margin", folder: "")
  return try RunSession(
    starting: PreparedRun(spec, variant: .detected), options: RunOptions(folder: folder)
  ).run()
}

@Test(arguments: ["next_open", "next_close"], [0, 2])
func aMarginCallIsVerifiedWhateverTheDelay(_ fill: String, _ delay: Int) throws {
  let scratch = try ScratchFolder()
  let folder = scratch.path + "/run"
  let manifest = try manifest(
    "fill: \(fill), delay_bars: \(delay), maintenance_margin: 0.5", in: folder)
  #expect(manifest.warnings.contains { $0.hasPrefix("margin was short ") }, "\(manifest.warnings)")
  let orders = try TableText("orders", of: folder)
  #expect(orders.rows.contains { $0.contains("margin_call") })
  #expect(try RunInvariants(checking: folder).findings == [])
}

@Test func theDrawdownStopLeavesNoPosition() throws {
  let scratch = try ScratchFolder()
  let folder = scratch.path + "/run"
  let manifest = try manifest("max_drawdown: 0.05, max_net: 1, delay_bars: 1", in: folder)
  #expect(manifest.warnings.contains { $0.hasPrefix("the drawdown stop ended all trading") })
  #expect(manifest.openOrders.isEmpty)
  #expect(try TableText("positions", of: folder).rows.isEmpty)
  #expect(try RunInvariants(checking: folder).findings == [])
}
