import Simulation

extension ExecutionSpec {
  private static let keys = [
    "cash", "currency", "rates", "account", "fill", "path", "limit_touch", "delay_bars", "fee_bps",
    "maker_fee_bps", "fee_per_unit", "fee_per_order", "fee_minimum", "fee_tiers", "slippage_bps",
    "slippage_ticks", "impact", "participation", "max_leverage", "max_net", "max_position",
    "max_drawdown", "initial_margin", "maintenance_margin", "borrow_bps_year", "risk_free",
    "bars_per_year",
  ]

  // A cost of all that is traded, or more, has no meaning, and a negative one would pay.
  fileprivate static let costBps = NumberRange.atLeast(0).below(10_000)

  init(_ spec: SpecSection, instruments: [String]) throws(SpecError) {
    let section = try spec.section("execution", keys: Self.keys, why: " with cash")
    let share = NumberRange.above(0).atMost(1)
    settings = ExecutionSettings(
      cash: try section.number("cash", .above(0)),
      fill: try section.word("fill", FillPolicy.self, default: .nextOpen),
      fees: try FeeSchedule(section),
      slippageBps: try section.number("slippage_bps", Self.costBps, default: 0),
      slippageTicks: try section.number("slippage_ticks", .atLeast(0), default: 0),
      impact: try section.number("impact", .atLeast(0), default: 0),
      path: try section.word("path", PathModel.self, default: .worst),
      limitTouch: try section.flag("limit_touch", default: false),
      delayBars: try section.integer("delay_bars", in: 0...SpecLimits.count, default: 0),
      limits: try ExposureLimits(section),
      maintenanceMargin: try section.numberOrNone("maintenance_margin", share),
      maxDrawdown: try section.numberOrNone("max_drawdown", share),
      borrowBpsYear: try section.number("borrow_bps_year", .atLeast(0), default: 0),
      riskFree: try section.number("risk_free", .above(-1), default: 0),
      participation: try section.numberOrNone("participation", share))
    if let margin = settings.maintenanceMargin, let node = section["maintenance_margin"],
      margin > settings.limits.initialMargin ?? 1
    {
      throw section.wrong(
        "maintenance_margin", node,
        "at most initial_margin, \(SpecWriter.number(settings.limits.initialMargin ?? 1)),")
    }
    barsPerYear =
      section["bars_per_year"] == nil ? nil : try section.number("bars_per_year", .above(0))
    currency = try section.currency("currency")
    rates = try Self.rates(section, account: currency, instruments: instruments)
  }

  private static func rates(
    _ execution: SpecSection, account: String?, instruments: [String]
  ) throws(SpecError) -> [CurrencyRate] {
    guard let section = try execution.sectionIfPresent("rates", keys: nil) else { return [] }
    var rates: [CurrencyRate] = []
    for entry in section.entries {
      guard account != nil else {
        throw SpecError(entry.place, "execution.rates needs execution.currency beside it")
      }
      guard SpecSection.isCurrency(entry.key), entry.key != account else {
        throw SpecError(
          entry.place,
          "execution.rates.\(SpecNode.shown(entry.key)) is not a currency other than the account's,"
            + " three capital letters are needed")
      }
      let name = try section.text(entry.key, needed: "an instrument")
      guard let index = instruments.firstIndex(of: name) else {
        throw SpecError(
          entry.value.place,
          "execution.rates.\(entry.key) was \(SpecNode.shown(name)), an instrument is needed"
            + NearestWord.help(name, amongInstruments: instruments))
      }
      rates.append(CurrencyRate(currency: entry.key, instrument: index))
    }
    return rates
  }
}

extension SpecSection {
  static func isCurrency(_ text: String) -> Bool {
    text.utf8.count == 3
      && text.utf8.allSatisfy { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 }
  }

  /// The name of a currency; nil where there is none.
  func currency(_ key: String) throws(SpecError) -> String? {
    guard let node = self[key] else { return nil }
    let needed = "a name of three capital letters, as in USD,"
    let name = try text(key, needed: needed)
    guard Self.isCurrency(name) else { throw wrong(key, node, needed) }
    return name
  }
}

extension ExposureLimits {
  fileprivate init(_ section: SpecSection) throws(SpecError) {
    self.init(
      account: try section.word("account", AccountKind.self, default: .margin),
      maxLeverage: try section.number("max_leverage", .above(0), default: 4),
      initialMargin: try section.numberOrNone("initial_margin", .above(0).atMost(1)),
      maxNet: try section.numberOrNone("max_net", .above(0)),
      maxPosition: try section.numberOrNone("max_position", .above(0)))
  }
}

extension FeeSchedule {
  fileprivate init(_ section: SpecSection) throws(SpecError) {
    let costBps = ExecutionSpec.costBps
    self.init(
      takerBps: try section.number("fee_bps", costBps, default: 0),
      makerBps: section["maker_fee_bps"] == nil
        ? nil : try section.number("maker_fee_bps", costBps),
      perUnit: try section.number("fee_per_unit", .atLeast(0), default: 0),
      perOrder: try section.number("fee_per_order", .atLeast(0), default: 0),
      minimum: try section.number("fee_minimum", .atLeast(0), default: 0))
    // Said or left out, the same rate is the same spec.
    if makerBps == takerBps { makerBps = nil }
    guard let node = section["fee_tiers"] else { return }
    let path = section.path(of: "fee_tiers")
    for item in try section.list("fee_tiers", node, needed: "a list of tiers") {
      let tier = try SpecSection(item, path: path, keys: ["volume", "fee_bps", "maker_fee_bps"])
      let above = tiers.last?.volume
      let volume = try tier.number("volume", above.map { .above($0) } ?? .atLeast(0))
      let taker = try tier.number("fee_bps", costBps)
      tiers.append(
        FeeTier(
          volume: volume, takerBps: taker,
          makerBps: try tier.number("maker_fee_bps", costBps, default: taker)))
    }
  }
}
