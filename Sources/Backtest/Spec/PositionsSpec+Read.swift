import Simulation

extension PositionsSpec {
  private static let settings = [
    "unit", "rebalance", "on_null", "rebalance_band", "legs", "volatility_target",
    "volatility_window", "kelly_fraction", "kelly_cap",
  ]

  init(_ spec: SpecSection, instruments: [String]) throws(SpecError) {
    let section = try spec.section("positions", keys: nil, why: ", which may be {},")
    positions = []
    targets = TargetSettings(
      unit: try section.word("unit", TargetUnit.self, default: .weight),
      rebalance: try section.word("rebalance", Rebalance.self, default: .everyBar),
      onNull: try section.word("on_null", NullTarget.self, default: .hold),
      rebalanceBand: try section.number("rebalance_band", .atLeast(0), default: 0),
      legs: try section.word("legs", LegPolicy.self, default: .legged))
    try readSizing(section)
    let indices = Dictionary(uniqueKeysWithValues: zip(instruments, instruments.indices))
    for entry in section.entries where !Self.settings.contains(entry.key) {
      guard let index = indices[entry.key] else {
        throw Self.unknown(entry, section, instruments)
      }
      positions.append(
        Position(instrument: index, expression: try section.expression(entry)))
    }
    positions.sort { $0.instrument < $1.instrument }
  }

  /// What a unit needs beside the expressions, and no other unit does.
  private mutating func readSizing(_ section: SpecSection) throws(SpecError) {
    let unit = targets.unit
    try section.refuse(["volatility_target"], unless: unit == .volatility, "unit: volatility")
    try section.refuse(
      ["volatility_window"], unless: unit.usesReturns, "unit: volatility or kelly")
    try section.refuse(["kelly_fraction", "kelly_cap"], unless: unit == .kelly, "unit: kelly")
    if unit == .volatility {
      targets.volatilityTarget = try section.number("volatility_target", .above(0))
    }
    if unit.usesReturns {
      targets.volatilityWindow = try section.integer(
        "volatility_window", in: 2...SpecLimits.returns)
    }
    if unit == .kelly {
      targets.kellyFraction = try section.number("kelly_fraction", .above(0).atMost(1))
      targets.kellyCap = try section.number("kelly_cap", .above(0))
    }
  }

  private static func unknown(
    _ entry: SpecEntry, _ section: SpecSection, _ instruments: [String]
  ) -> SpecError {
    // A capital letter begins an instrument, any other a setting.
    guard let first = entry.key.utf8.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first else {
      return section.unknown(entry, known: settings + instruments.prefix(9))
    }
    return SpecError(
      entry.place,
      "positions.\(SpecNode.shown(entry.key)) is not an instrument of this spec"
        + NearestWord.help(entry.key, amongInstruments: instruments))
  }
}
