extension PositionsSpec {
  init(_ spec: SpecSection, instruments: [String]) throws(SpecError) {
    let section = try spec.section("positions", keys: nil, why: ", which may be {},")
    let settings = ["unit", "rebalance"]
    unit = try section.word("unit", Unit.self, default: .weight)
    rebalance = try section.word("rebalance", Rebalance.self, default: .everyBar)
    let indices = Dictionary(uniqueKeysWithValues: zip(instruments, instruments.indices))
    positions = []
    for entry in section.entries where !settings.contains(entry.key) {
      guard let index = indices[entry.key] else {
        throw Self.unknown(entry, section, settings, instruments)
      }
      positions.append(
        Position(instrument: index, expression: try section.expression(entry)))
    }
    positions.sort { $0.instrument < $1.instrument }
  }

  private static func unknown(
    _ entry: SpecEntry, _ section: SpecSection, _ settings: [String], _ instruments: [String]
  ) -> SpecError {
    // A capital letter begins an instrument, any other a setting.
    guard let first = entry.key.utf8.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first else {
      return section.unknown(entry, known: settings + instruments.prefix(9))
    }
    var help = NearestWord.hint(entry.key, among: instruments)
    if help.isEmpty {
      help = "; its instruments are " + instruments.prefix(9).joined(separator: ", ")
      if instruments.count > 9 { help += ", …" }
    }
    return SpecError(
      entry.place,
      "positions.\(SpecNode.shown(entry.key)) is not an instrument of this spec\(help)")
  }
}

extension ExecutionSpec {
  private static let keys = [
    "cash", "fill", "fee_bps", "slippage_bps", "max_leverage", "delay_bars", "participation",
    "borrow_bps_year", "risk_free", "bars_per_year",
  ]

  init(_ spec: SpecSection) throws(SpecError) {
    let section = try spec.section("execution", keys: Self.keys, why: " with cash")
    // A cost of all that is traded, or more, has no meaning, and a negative one would pay.
    let costBps = NumberRange.atLeast(0).below(10_000)
    cash = try section.number("cash", .above(0))
    fill = try section.word("fill", FillRule.self, default: .nextOpen)
    feeBps = try section.number("fee_bps", costBps, default: 0)
    slippageBps = try section.number("slippage_bps", costBps, default: 0)
    maxLeverage = try section.number("max_leverage", .above(0), default: 4)
    delayBars = try section.integer("delay_bars", in: 0...SpecLimits.count, default: 0)
    participation = try section.numberOrNone("participation", .above(0).atMost(1))
    borrowBpsYear = try section.number("borrow_bps_year", .atLeast(0), default: 0)
    riskFree = try section.number("risk_free", .above(-1), default: 0)
    barsPerYear =
      section["bars_per_year"] == nil ? nil : try section.number("bars_per_year", .above(0))
  }
}
