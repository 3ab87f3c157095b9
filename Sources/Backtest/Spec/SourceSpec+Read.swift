import Market
import Synthetic

extension SourceSpec {
  /// - Throws: where the spec has both `data` and `generate`, or neither; or a calendar beside
  ///   `generate`, whose bars know none.
  init(_ spec: SpecSection, folder: String) throws(SpecError) {
    if let data = spec.entry("data"), let generate = spec.entry("generate") {
      let isSecond = spec.entries.first { $0.key == "data" || $0.key == "generate" }
      let (second, first) =
        isSecond?.key == data.key ? (generate, data) : (data, generate)
      throw SpecError(
        second.place, "\(second.key) was given beside \(first.key), one of the two is needed")
    }
    if let section = try spec.sectionIfPresent("generate", keys: nil) {
      if let calendar = spec.entry("calendar") {
        throw SpecError(
          calendar.place, "calendar was given beside generate, none is needed: it is of bar files")
      }
      self = .generate(try GenerateSpec(section))
      return
    }
    guard let section = try spec.sectionIfPresent("data", keys: nil) else {
      throw spec.missing("data", "data or generate")
    }
    guard !section.entries.isEmpty else {
      throw SpecError(section.node.place, "data was {}, at least one instrument is needed")
    }
    guard section.entries.count <= SpecLimits.instruments else {
      throw SpecError(
        section.entries[SpecLimits.instruments].place,
        "data had \(section.entries.count) instruments, at most \(SpecLimits.instruments)"
          + " are allowed")
    }
    let calendar = try spec.calendar(in: folder, default: .none)
    var files: [FileInstrument] = []
    for entry in section.entries {
      guard FileInstrument.isName(entry.key) else {
        throw SpecError(
          entry.place,
          "data.\(SpecNode.shown(entry.key)) is not a name of an instrument: a capital letter is"
            + " needed, then letters, digits or _, at most \(SpecLimits.instrumentLetters) in all")
      }
      let instrument = try SpecSection(
        entry.value, path: section.path(of: entry.key), keys: FileInstrument.keys)
      files.append(
        try FileInstrument(instrument, name: entry.key, calendar: calendar, folder: folder))
    }
    self = .files(files)
  }

  var instrumentNames: [String] {
    switch self {
    case .files(let files): files.map(\.name)
    case .generate(let generate): generate.instrumentNames
    }
  }
}

extension FileInstrument {
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first,
      text.utf8.count <= SpecLimits.instrumentLetters
    else { return false }
    return text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }

  fileprivate static let keys = [
    "kind", "file", "format", "symbol", "close_time", "prices", "rescale", "accept", "tick", "lot",
    "multiplier", "currency", "calendar", "actions", "adjust", "fill_missing", "detail",
  ]

  fileprivate init(
    _ section: SpecSection, name: String, calendar: CalendarSpec, folder: String
  ) throws(SpecError) {
    self.name = name
    kind = try section.word("kind", Kind.self, default: .asset)
    file = try section.file("file", in: folder)
    format = try section.word("format", Format.self)
    symbol = try section.text("symbol", default: name)
    self.calendar = try section.calendar(in: folder, default: calendar)
    closeTimeMs = try Self.closeTime(section, self.calendar)
    prices = try section.word("prices", PriceRule.self, default: .positive)
    rescale = try section.rescale()
    accept = try section.accept()
    contract = try ContractSpec(section)
    currency = try section.currency("currency")
    try readActions(section, folder)
    fillMissing = try section.word("fill_missing", FillMissing.self, default: FillMissing.none)
    if let detail = try section.sectionIfPresent("detail", keys: ["file", "format", "symbol"]) {
      self.detail = DetailSpec(
        file: try detail.file("file", in: folder), format: try detail.word("format", Format.self),
        symbol: try detail.text("symbol", default: symbol))
    }
  }

  /// By default the close of the calendar's session, or the end of the day where it says none.
  private static func closeTime(
    _ section: SpecSection, _ calendar: CalendarSpec
  ) throws(SpecError) -> Int64? {
    guard let node = section["close_time"] else {
      if case .file = calendar { return nil }
      return defaultCloseTimeMs
    }
    let needed = "a time of day like \"21:00\""
    guard let time = SpecTime.timeOfDay(try section.text("close_time", needed: needed)) else {
      throw section.wrong("close_time", node, needed)
    }
    return time
  }

  private mutating func readActions(
    _ section: SpecSection, _ folder: String
  ) throws(SpecError) {
    guard let entry = section.entry("actions") else {
      adjust = try section.word("adjust", Adjustment.self, default: Adjustment.none)
      if adjust != .none, let node = section["adjust"] {
        throw section.wrong("adjust", node, "none, or a file of actions beside it,")
      }
      return
    }
    actions = try section.file("actions", in: folder)
    adjust = try section.word("adjust", Adjustment.self, default: .splits)
    // Splits and dividends are of prices as they were paid.
    let other = prices == .signed ? "prices: signed" : rescale != nil ? "rescale" : nil
    if let other {
      throw SpecError(
        entry.place,
        "\(section.path(of: "actions")) was given beside \(other), one of the two is needed")
    }
  }
}

extension ContractSpec {
  static let keys = ["tick", "lot", "multiplier"]

  fileprivate init(_ section: SpecSection) throws(SpecError) {
    tick = try section.numberOrNone("tick", .above(0))
    lot = try section.numberOrNone("lot", .above(0))
    multiplier = try section.number("multiplier", .above(0), default: 1)
  }
}

extension GenerateSpec {
  private static let sharedKeys =
    [
      "kind", "bars", "seed", "rng", "start", "prices", "rescale", "accept",
    ] + ContractSpec.keys

  fileprivate init(_ section: SpecSection) throws(SpecError) {
    let kinds = ["coint_path": ["delta", "sigma"], "random_walk": ["series"], "ar1": ["phi"]]
    let kindWords = ["coint_path", "random_walk", "ar1"]
    let word = try section.text("kind", needed: SpecSection.oneOf(kindWords))
    guard let parameters = kinds[word] else {
      throw section.notAWord("kind", section["kind"] ?? section.node, word, kindWords)
    }
    let keys = Self.sharedKeys + parameters
    for entry in section.entries where !keys.contains(entry.key) {
      let other = kindWords.first { $0 != word && kinds[$0]?.contains(entry.key) == true }
      guard let other else { throw section.unknown(entry, known: keys) }
      throw SpecError(
        entry.place, "generate.\(entry.key) is not a key of \(word), it belongs to \(other)")
    }
    switch word {
    case "coint_path":
      kind = .cointPath(
        delta: try section.number("delta", .any, default: 0.2),
        sigma: try section.number("sigma", .any, default: 0.05))
    case "ar1": kind = .ar1(phi: try section.number("phi", .any, default: 0.9))
    default:
      kind = .randomWalk(
        series: try section.integer("series", in: 1...SpecLimits.instruments, default: 2))
    }
    bars = try section.integer("bars", in: GeneratorSettings.barsAllowed, default: 1000)
    seed = UInt32(try section.integer("seed", in: 0...Int(UInt32.max), default: 0))
    stream = try section.word("rng", Stream.self, default: .philox)
    start = try section.number("start", .any, default: 100)
    prices = try section.word("prices", PriceRule.self, default: .positive)
    rescale = try section.rescale()
    accept = try section.accept()
    contract = try ContractSpec(section)
    do throws(SyntheticError) {
      _ = try generatorSettings()
    } catch {
      throw SpecError(
        section[error.key]?.place ?? section.node.place, "generate.\(error.description)")
    }
  }
}

extension SpecSection {
  fileprivate func calendar(
    in folder: String, default fallback: CalendarSpec
  ) throws(SpecError) -> CalendarSpec {
    guard let node = self["calendar"] else { return fallback }
    switch node.value {
    case .text("none", _): return .none
    case .text("always", _): return .always
    case .text("weekdays", _): return .weekdays
    default:
      guard case .text(let text, _) = node.value, !text.isEmpty else {
        throw wrong("calendar", node, "none, always, weekdays or a file")
      }
      return .file(try file("calendar", in: folder))
    }
  }

  fileprivate func rescale() throws(SpecError) -> RescaleSpec? {
    try pair("rescale", default: nil).map { RescaleSpec(low: $0.low, high: $0.high) }
  }

  fileprivate func accept() throws(SpecError) -> [String] {
    guard let node = self["accept"] else { return [] }
    let rules = VettingRule.allCases.map(\.rawValue)
    var names: [String] = []
    for item in try list("accept", node, needed: "a list of rules of vetting") {
      guard case .text(let name, _) = item.value, rules.contains(name) else {
        throw notAWord("accept", item, item.found, rules)
      }
      if names.contains(name) {
        throw SpecError(item.place, "\(path(of: "accept")) names \(name) twice")
      }
      names.append(name)
    }
    return names
  }
}
