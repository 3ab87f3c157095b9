extension LearningSpec {
  /// - Precondition: the spec has a `model`.
  init(_ spec: SpecSection, folder: String) throws(SpecError) {
    features = try Self.features(spec)
    target = try TargetSpec(spec)
    model = try ModelSpec(spec, folder: folder)
    training = try TrainingSpec(spec)
    walkForward = try WalkForwardSpec(spec)
  }

  private static func features(_ spec: SpecSection) throws(SpecError) -> [FeatureSpec] {
    let section = try spec.section("features", keys: nil, why: " of the model's inputs")
    guard !section.entries.isEmpty else {
      throw SpecError(section.node.place, "features was {}, at least one is needed")
    }
    guard section.entries.count <= SpecLimits.features else {
      throw SpecError(
        section.entries[SpecLimits.features].place,
        "features had \(section.entries.count) entries, at most \(SpecLimits.features) are allowed")
    }
    var features: [FeatureSpec] = []
    for entry in section.entries {
      guard isFeatureName(entry.key) else {
        throw SpecError(
          entry.place,
          "features.\(SpecNode.shown(entry.key)) is not a name of a feature: a letter is needed,"
            + " then letters, digits, _ or -, at most \(SpecLimits.nameLetters) in all")
      }
      features.append(FeatureSpec(name: entry.key, expression: try section.expression(entry)))
    }
    return features
  }

  private static func isFeatureName(_ text: String) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool {
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
    }
    guard let first = text.utf8.first, isLetter(first), text.utf8.count <= SpecLimits.nameLetters
    else { return false }
    return text.utf8.allSatisfy { byte in
      isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_")
        || byte == UInt8(ascii: "-")
    }
  }
}

extension TargetSpec {
  fileprivate init(_ spec: SpecSection) throws(SpecError) {
    let section = try spec.section(
      "target", keys: ["value", "horizon", "horizons"], why: " with a value and a horizon")
    guard let expression = section.entry("value") else {
      throw section.missing("value", "an expression")
    }
    value = try section.expression(expression)
    let allowed = 0...SpecLimits.horizon
    if let list = section.entry("horizons") {
      if let single = section.entry("horizon") {
        throw SpecError(
          single.place, "target.horizon was given beside target.horizons, one of the two is needed")
      }
      isList = true
      horizons = []
      let needed = "a list of whole numbers"
      for item in try section.list("horizons", list.value, needed: needed) {
        let horizon = try section.integer(item, "horizons", in: allowed)
        if horizons.contains(horizon) {
          throw SpecError(item.place, "target.horizons names \(horizon) twice")
        }
        horizons.append(horizon)
        if horizons.count > 1, let zero = horizons.firstIndex(of: 0) {
          throw SpecError(
            zero == 0 ? list.value.place : item.place,
            "target.horizons was \(list.value.found), 0 is allowed only where it is alone")
        }
      }
      if horizons.isEmpty { throw section.wrong("horizons", list.value, "at least one horizon") }
    } else {
      isList = false
      guard section["horizon"] != nil else {
        throw section.missing("horizon", "a whole number of at least 0, or horizons,")
      }
      horizons = [try section.integer("horizon", in: allowed)]
    }
  }
}

extension ModelSpec {
  private static let keys = [
    "cell", "hidden", "lookback", "dropout", "input_dropout", "recurrent_dropout", "stateful",
    "dialect", "init",
  ]

  fileprivate init(_ spec: SpecSection, folder: String) throws(SpecError) {
    let section = try spec.section("model", keys: Self.keys)
    cell = try section.word("cell", Cell.self)
    let needed = "a list of whole numbers, one a layer,"
    guard let layers = section["hidden"] else { throw section.missing("hidden", needed) }
    hidden = []
    for layer in try section.list("hidden", layers, needed: needed) {
      hidden.append(try section.integer(layer, "hidden", in: 1...SpecLimits.unitsOfALayer))
    }
    guard !hidden.isEmpty else { throw section.wrong("hidden", layers, "at least one layer") }
    guard hidden.count <= SpecLimits.layers else {
      throw SpecError(
        layers.place,
        "model.hidden had \(hidden.count) layers, at most \(SpecLimits.layers) are allowed")
    }
    lookback = try section.integer("lookback", in: 1...SpecLimits.lookback)
    let probability = NumberRange.atLeast(0).below(1)
    dropout = try section.number("dropout", probability, default: 0)
    inputDropout = try section.number("input_dropout", probability, default: 0)
    recurrentDropout = try section.number("recurrent_dropout", probability, default: 0)
    isStateful = try section.flag("stateful", default: false)
    dialect = try section.word("dialect", Dialect.self, default: .torch)
    initialWeights = section["init"] == nil ? nil : try section.file("init", in: folder)
  }
}

extension TrainingSpec {
  private static let keys = [
    "loss", "optimizer", "learning_rate", "epochs", "batch", "shuffle", "scaler", "scaler_range",
    "scaler_fit", "allow_leaks", "target_scaler",
  ]

  fileprivate init(_ spec: SpecSection) throws(SpecError) {
    let section = try spec.section(
      "training", keys: Self.keys, why: " with learning_rate, epochs and batch")
    loss = try section.word("loss", Loss.self, default: .mse)
    optimizer = try section.word("optimizer", Optimizer.self, default: .adam)
    learningRate = try section.number("learning_rate", .above(0))
    epochs = try section.integer("epochs", in: 1...SpecLimits.count)
    batch = try Self.batch(section)
    shuffle = try section.flag("shuffle", default: false)
    scaler = try section.word("scaler", Scaler.self, default: .zscore)
    let range = try section.pair("scaler_range", default: (-1, 1)) ?? (-1, 1)
    scalerLow = range.low
    scalerHigh = range.high
    scalerFit = try section.word("scaler_fit", ScalerFit.self, default: .train)
    targetScaler = try section.word("target_scaler", Scaler.self, default: .zscore)
  }

  private static func batch(_ section: SpecSection) throws(SpecError) -> Batch {
    let type = "a whole number or all"
    guard let node = section["batch"] else { throw section.missing("batch", type) }
    if case .text("all", _) = node.value { return .all }
    return .size(try section.integer(node, "batch", in: 1...SpecLimits.count, type: type))
  }
}

extension WalkForwardSpec {
  private static let keys = ["train", "window", "replay", "first", "refit_every", "start_from"]

  private enum TrainWord: String, CaseIterable {
    case expanding
    case rolling
    case incremental
  }

  fileprivate init(_ spec: SpecSection) throws(SpecError) {
    let section = try spec.section("walk_forward", keys: Self.keys, why: " with first")
    let word = try section.word("train", TrainWord.self, default: .expanding)
    try section.refuse("window", unless: word == .rolling, "train: rolling")
    try section.refuse("replay", unless: word == .incremental, "train: incremental")
    switch word {
    case .expanding: train = .expanding
    case .rolling:
      train = .rolling(window: try section.integer("window", in: 1...SpecLimits.count))
    case .incremental:
      train = .incremental(
        replay: try section.integer("replay", in: 0...SpecLimits.count, default: 0))
    }
    first = try Self.first(section)
    refitEvery = try Self.refitEvery(section)
    startFrom = try section.word("start_from", StartFrom.self, default: .warm)
  }

  private static func first(_ section: SpecSection) throws(SpecError) -> First {
    let needed = "a whole number of at least 1, or a fraction above 0 and below 1,"
    guard let node = section["first"] else { throw section.missing("first", needed) }
    if case .text(let text, true) = node.value, SpecNumber.wholeDigits(text) == nil,
      let fraction = SpecNumber.read(text), fraction > 0, fraction < 1
    {
      return .fraction(fraction)
    }
    return .count(
      try section.integer(node, "first", in: 1...SpecLimits.count, type: needed))
  }

  private static func refitEvery(_ section: SpecSection) throws(SpecError) -> RefitEvery {
    guard let node = section["refit_every"] else { return .bars(1) }
    if case .text("never", _) = node.value { return .never }
    return .bars(
      try section.integer(
        node, "refit_every", in: 1...SpecLimits.count, type: "a whole number or never"))
  }
}

extension SpecSection {
  fileprivate func refuse(
    _ key: String, unless isAllowed: Bool, _ needed: String
  ) throws(SpecError) {
    guard !isAllowed, let entry = entry(key) else { return }
    throw SpecError(entry.place, "\(path(of: key)) was given without \(needed), which it needs")
  }
}
