import Market

extension RunSpec {
  /// Reads a spec strictly; what is wrong is named with its place, the value found and what is
  /// needed. No file that the spec names is looked at: see `checkFiles`.
  ///
  /// - Parameters:
  ///   - yaml: the bytes of the spec, UTF-8.
  ///   - file: how messages name it.
  ///   - folder: where relative paths of the spec start; empty is the working directory. For the
  ///     spec of a run it is the one that the run's manifest gives, otherwise the spec's own.
  ///   - overrides: values set on the command line, in order; a later one wins.
  /// - Throws: the first thing that is wrong.
  public init(
    yaml: [UInt8], file: String, folder: String, overrides: [SpecOverride] = []
  ) throws(SpecError) {
    var root = try SpecYAML.read(yaml, file: file)
    for override in overrides {
      try root.set(override.path[...], to: override.node, whole: override.keyPath)
    }
    self = try RunSpec.decode(root, folder: folder)
    try checkRules(root)
  }

  private static let sharedKeys = ["name", "seed", "span", "clock", "calendar", "data", "generate"]
  private static let learningKeys = ["features", "target", "model", "training", "walk_forward"]
  private static let keys =
    sharedKeys + learningKeys + ["positions", "orders", "exits", "execution", "logs"]

  /// Every key by its type and range, without the rules between them.
  static func decode(_ root: SpecNode, folder: String) throws(SpecError) -> RunSpec {
    let spec = try SpecSection(root, path: "", keys: keys)
    let name = try readName(spec)
    let seed = UInt32(try spec.integer("seed", in: 0...Int(UInt32.max), default: 0))
    let span = try SpanSpec(spec)
    let source = try SourceSpec(spec, folder: folder)
    let names = source.instrumentNames
    let clock = try PanelClock(spec, instruments: names)
    let allowsLeaks = try readAllowLeaks(spec)
    let learning = spec["model"] == nil ? nil : try LearningSpec(spec, folder: folder)
    if learning == nil { try refuseLearning(spec) }
    return RunSpec(
      name: name, seed: seed, span: span, clock: clock, source: source, learning: learning,
      allowLeaks: allowsLeaks, positions: try PositionsSpec(spec, instruments: names),
      orders: try OrderSpec.read(spec, instruments: names),
      exits: try ExitSpec.read(spec, instruments: names),
      execution: try ExecutionSpec(spec, instruments: names), logs: try LogsSpec(spec))
  }

  private static func readName(_ spec: SpecSection) throws(SpecError) -> String {
    let needed = "a name of a to z, 0 to 9 and -, at most \(SpecLimits.nameLetters) letters,"
    let name = try spec.text("name", needed: needed)
    let isAllowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isAllowed, name.utf8.count <= SpecLimits.nameLetters else {
      throw spec.wrong("name", spec["name"] ?? spec.node, needed)
    }
    return name
  }

  private static func readAllowLeaks(_ spec: SpecSection) throws(SpecError) -> Bool {
    guard let training = try spec.sectionIfPresent("training", keys: nil) else { return false }
    return try training.flag("allow_leaks", default: false)
  }

  /// A spec without a model has nothing to learn; only `training.allow_leaks` has a meaning there.
  private static func refuseLearning(_ spec: SpecSection) throws(SpecError) {
    for entry in spec.entries where learningKeys.contains(entry.key) {
      if entry.key == "training", case .mapping(let entries) = entry.value.value {
        guard let other = entries.first(where: { $0.key != "allow_leaks" }) else { continue }
        throw SpecError(
          other.place,
          "training.\(SpecNode.shown(other.key)) was given without a model; "
            + "without one, training may hold allow_leaks alone")
      }
      throw SpecError(
        entry.place,
        "\(entry.key) was given without a model; "
          + "a spec without one has data, positions and execution")
    }
  }
}

extension SpanSpec {
  fileprivate init(_ spec: SpecSection) throws(SpecError) {
    guard let section = try spec.sectionIfPresent("span", keys: ["from", "to"]) else { return }
    for entry in section.entries {
      let needed = "a date like 2018-12-31 or a time like 2018-12-31T21:00:00Z"
      let text = try section.text(entry.key, needed: needed)
      guard let time = SpecTime.read(text, as: entry.key == "from" ? .from : .to) else {
        throw section.wrong(entry.key, entry.value, needed)
      }
      if entry.key == "from" { from = time } else { to = time }
    }
    if let from, let to, to < from, let node = section["to"] {
      throw section.wrong(
        "to", node, "a time that is not before span.from, \(SpecTime.text(from, as: .from)),")
    }
  }
}

extension LogsSpec {
  fileprivate init(_ spec: SpecSection) throws(SpecError) {
    guard let section = try spec.sectionIfPresent("logs", keys: ["losses", "fitted"]) else {
      return
    }
    losses = try section.flag("losses", default: false)
    fitted = try section.flag("fitted", default: false)
  }
}

extension PanelClock {
  fileprivate init(_ spec: SpecSection, instruments: [String]) throws(SpecError) {
    switch try spec.text("clock", default: "union") {
    case "union": self = .union
    case "intersection": self = .intersection
    case let name:
      guard let index = instruments.firstIndex(of: name) else {
        var error = spec.wrong(
          "clock", spec["clock"] ?? spec.node, "union, intersection or an instrument")
        error.message += NearestWord.hint(name, among: ["union", "intersection"] + instruments)
        throw error
      }
      self = .instrument(index)
    }
  }
}
