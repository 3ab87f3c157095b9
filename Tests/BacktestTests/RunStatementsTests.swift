import Testing

@testable import Backtest

private func statements(_ name: String, _ settings: String...) throws -> RunStatements {
  try PreparedRun(strategy(name, settings: settings), variant: .detected).statements
}

@Test func whatTheCostsLeaveOutIsListed() throws {
  #expect(
    try statements("sma-cross").omitted == ["borrow", "dividends", "participation"])
  #expect(
    try statements(
      "sma-cross", "execution.fee_bps=0", "execution.slippage_bps=0", "execution.borrow_bps_year=5",
      "execution.participation=0.05"
    ).omitted == ["fee", "slippage", "dividends"])
}

@Test func fillsThatAreDoubtfulAreCaveats() throws {
  let index =
    "index: SP500: an index cannot be traded as such and pays no dividends; a fund or a future on "
    + "it has other prices"
  #expect(try statements("sma-cross").caveats.map(\.description) == [index])
  #expect(
    try statements("sma-cross", "execution.fill=this_close").caveats.map(\.description)
      == ["this_close: orders fill at the close that decided them", index])
  // The open of this file is the previous close on most days until 2005, and seldom from 2014 on.
  let stale = try statements("sma-cross", "execution.fill=next_open").caveats
  #expect(stale.map(\.kind) == [.staleOpen, .index])
  #expect(stale[0].text.hasPrefix("SP500 opens at its previous close on "))
  #expect(
    try statements(
      "sma-cross", "execution.fill=next_open", "data.SP500.accept=[stale-open]"
    ).caveats.map(\.description) == [index])
  #expect(
    try statements(
      "sma-cross", "execution.fill=next_open", "span={ from: 2014-01-01, to: 2018-12-31 }"
    ).caveats.map(\.description) == [index])
}

@Test func leaksAreListedByName() throws {
  #expect(try statements("tutorial-lstm").leaks.isEmpty)
  #expect(
    try statements("tutorial-lstm-leaky").leaks.map(\.description)
      == ["rescale: prices of X, Y are mapped by extremes of the whole series"])
  #expect(
    try statements(
      "tutorial-lstm", "training.scaler_fit=all", "training.allow_leaks=true"
    ).leaks.map(\.description) == ["scaler_fit: scalers are fitted on the whole series"])
}

@Test func aGeneratedPriceBelowZeroIsRefusedUnlessDeclared() throws {
  let settings = ["generate.start=1", "generate.bars=200"]
  do {
    _ = try PreparedRun(strategy("coint-lstm", settings: settings), variant: .detected)
    Issue.record("prices below zero were taken")
  } catch {
    #expect("\(error)".contains("a price above 0 is needed"))
    #expect("\(error)".contains("prices: signed"))
  }
}
