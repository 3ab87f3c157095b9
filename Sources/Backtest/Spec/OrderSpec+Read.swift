import Market
import Simulation

extension OrderSpec {
  private static let keys = ["type", "limit", "stop", "unit", "time_in_force", "good_for"]

  static func read(
    _ spec: SpecSection, instruments: [String]
  ) throws(SpecError) -> [OrderSpec] {
    var orders: [OrderSpec] = []
    try spec.eachInstrument(of: "orders", instruments, keys: keys) {
      (index, section) throws(SpecError) in
      orders.append(try OrderSpec(section, instrument: index))
    }
    return orders.sorted { $0.instrument < $1.instrument }
  }

  private init(_ section: SpecSection, instrument: Int) throws(SpecError) {
    self.instrument = instrument
    let type = try section.word("type", OrderWord.self, default: .market).type
    try section.refuse(["limit"], unless: type.hasLimitPrice, "type: limit or stop_limit")
    try section.refuse(["stop"], unless: type.hasStopPrice, "type: stop or stop_limit")
    try section.refuse(["unit"], unless: type.hasLevel, "type: limit, stop or stop_limit")
    if type.hasLimitPrice { limit = try section.level("limit") }
    if type.hasStopPrice { stop = try section.level("stop") }
    let timeInForce = try section.word("time_in_force", TimeWord.self, default: .gtc).timeInForce
    if timeInForce.isImmediate, type.hasStopPrice, let node = section["time_in_force"] {
      throw section.wrong(
        "time_in_force", node, "gtc, day or gtd with type: \(type.name)")
    }
    try section.refuse(
      ["good_for"], unless: timeInForce == .goodTillDate, "time_in_force: gtd")
    let bars =
      timeInForce == .goodTillDate
      ? try section.integer("good_for", in: 1...SpecLimits.count) : nil
    rule = OrderRule(
      type: type, unit: try section.word("unit", LevelUnit.self, default: .fraction),
      timeInForce: timeInForce, goodForBars: bars)
  }
}

extension ExitSpec {
  private static let levels = ["stop_loss", "take_profit", "trailing_stop"]

  static func read(
    _ spec: SpecSection, instruments: [String]
  ) throws(SpecError) -> [ExitSpec] {
    var exits: [ExitSpec] = []
    try spec.eachInstrument(of: "exits", instruments, keys: levels + ["unit"]) {
      (index, section) throws(SpecError) in
      exits.append(try ExitSpec(section, instrument: index))
    }
    return exits.sorted { $0.instrument < $1.instrument }
  }

  private init(_ section: SpecSection, instrument: Int) throws(SpecError) {
    self.instrument = instrument
    unit = try section.word("unit", LevelUnit.self, default: .fraction)
    stopLoss = try section.levelIfPresent("stop_loss")
    takeProfit = try section.levelIfPresent("take_profit")
    trailingStop = try section.levelIfPresent("trailing_stop")
    guard stopLoss != nil || takeProfit != nil || trailingStop != nil else {
      throw SpecError(
        section.node.place,
        "\(section.path) had no exit, \(SpecSection.listed(Self.levels, "or")) is needed")
    }
    if stopLoss != nil, let entry = section.entry("trailing_stop") {
      throw SpecError(
        entry.place,
        "\(section.path(of: "trailing_stop")) was given beside stop_loss; a trailing stop is the stop"
      )
    }
    if trailingStop != nil, unit == .price, let node = section["unit"] {
      throw section.wrong("unit", node, "fraction or distance with a trailing_stop")
    }
  }
}

extension SpecSection {
  /// Reads a section that has one mapping an instrument.
  fileprivate func eachInstrument(
    of key: String, _ instruments: [String], keys: [String],
    _ body: (Int, SpecSection) throws(SpecError) -> Void
  ) throws(SpecError) {
    guard let section = try sectionIfPresent(key, keys: nil) else { return }
    for entry in section.entries {
      let path = section.path(of: entry.key)
      guard let index = instruments.firstIndex(of: entry.key) else {
        throw SpecError(
          entry.place,
          "\(key).\(SpecNode.shown(entry.key)) is not an instrument of this spec"
            + NearestWord.help(entry.key, amongInstruments: instruments))
      }
      try body(index, try SpecSection(entry.value, path: path, keys: keys))
    }
  }

  fileprivate func level(_ key: String) throws(SpecError) -> SourceText {
    guard let level = try levelIfPresent(key) else { throw missing(key, "an expression") }
    return level
  }

  fileprivate func levelIfPresent(_ key: String) throws(SpecError) -> SourceText? {
    guard let entry = entry(key) else { return nil }
    return try expression(entry)
  }
}

/// The order types that a target may be made by.
private enum OrderWord: String, CaseIterable {
  case market
  case limit
  case stop
  case stopLimit = "stop_limit"
  case marketOnOpen = "market_on_open"
  case marketOnClose = "market_on_close"

  var type: OrderType {
    switch self {
    case .market: .market
    case .limit: .limit
    case .stop: .stop
    case .stopLimit: .stopLimit
    case .marketOnOpen: .marketOnOpen
    case .marketOnClose: .marketOnClose
    }
  }
}

private enum TimeWord: String, CaseIterable {
  case gtc, day, ioc, fok, gtd

  var timeInForce: TimeInForce {
    switch self {
    case .gtc: .goodTillCancelled
    case .day: .day
    case .ioc: .immediateOrCancel
    case .fok: .fillOrKill
    case .gtd: .goodTillDate
    }
  }
}
