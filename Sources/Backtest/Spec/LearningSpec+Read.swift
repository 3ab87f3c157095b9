import Recurrent
import WalkForward

extension LearningSpec {
  static let trainingKeys =
    NetworkSpec.trainingKeys + ["scaler", "scaler_range", "scaler_fit", "target_scaler"]
    + ["allow_leaks"]
  static let scheduleKeys = [
    "train", "window", "replay", "first", "refit_every", "drift", "start_from", "max_updates",
  ]

  /// - Precondition: the spec has a `model`.
  init(_ spec: SpecSection, folder: String) throws(SpecError) {
    features = try Self.features(spec)
    target = try TargetSpec(spec)
    let model = try spec.section("model", keys: ForecasterSpec.keys)
    let kind = try model.word("forecaster", ForecasterKind.self, default: .network)
    let schedule = try spec.section("walk_forward", keys: Self.scheduleKeys, why: " with first")
    try model.refuse(ForecasterKind.foreignKeys(of: kind), of: kind)
    (walk, firstFraction) = try WalkConfiguration.read(schedule, horizons: target.horizons)
    if kind == .network {
      let training = try spec.section(
        "training", keys: Self.trainingKeys, why: " with learning_rate, epochs and batch")
      var network = try NetworkSpec(
        model: model, training: training, features: features.count,
        horizons: target.horizons.count, folder: folder)
      network.training.maxUpdates = try schedule.integerOrWord(
        "max_updates", in: 1...SpecLimits.count, word: "none")
      try walk.read(
        network.configuration, model: model, training: training, schedule: schedule)
      try walk.readScaling(training)
      forecaster = .network(network)
    } else {
      let training = try spec.sectionIfPresent("training", keys: Self.trainingKeys)
      try training?.refuse(kind.foreignTrainingKeys, of: kind)
      try schedule.refuse(["start_from", "max_updates"], of: kind)
      walk.weightHalfLife = try training?.numberOrNone("weight_half_life", .above(0))
      walk.scaler = .none
      walk.targetScaler = .none
      forecaster = try ForecasterSpec(kind, model)
    }
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

/// The words of `model.forecaster`.
enum ForecasterKind: String, CaseIterable {
  case network
  case naive
  case drift
  case mean
  case seasonalNaive = "seasonal_naive"
  case ridge
  case ar
  case ecm

  /// The keys of `model` beside `forecaster`.
  var keys: [String] {
    switch self {
    case .network: NetworkSpec.modelKeys
    case .naive, .drift, .mean, .ecm: []
    case .seasonalNaive: ["season"]
    case .ridge: ["lookback", "penalty"]
    case .ar: ["order"]
    }
  }

  /// Whether it is a regression, which weighs samples by their age where asked to.
  var isRegression: Bool { [.ridge, .ar, .ecm].contains(self) }

  /// The keys of `training` that it has no use for.
  var foreignTrainingKeys: [String] {
    LearningSpec.trainingKeys.filter {
      $0 != "allow_leaks" && !(isRegression && $0 == "weight_half_life")
    }
  }

  static func foreignKeys(of kind: ForecasterKind) -> [String] {
    ForecasterSpec.keys.filter { $0 != "forecaster" && !kind.keys.contains($0) }
  }
}

extension ForecasterSpec {
  /// All keys of `model`.
  static let keys: [String] = {
    var keys = ["forecaster"]
    for kind in ForecasterKind.allCases {
      keys += kind.keys.filter { !keys.contains($0) }
    }
    return keys
  }()

  /// - Precondition: `kind` is no network.
  fileprivate init(_ kind: ForecasterKind, _ section: SpecSection) throws(SpecError) {
    switch kind {
    case .network: preconditionFailure("a network is read with its training")
    case .naive: self = .naive
    case .drift: self = .drift
    case .mean: self = .mean
    case .seasonalNaive:
      self = .seasonalNaive(season: try section.integer("season", in: 1...SpecLimits.count))
    case .ridge:
      self = .ridge(
        lookback: try section.integer("lookback", in: 1...SpecLimits.lookback),
        penalty: try section.number("penalty", .atLeast(0), default: 1))
    case .ar: self = .ar(order: try section.integer("order", in: 1...SpecLimits.lookback))
    case .ecm: self = .ecm
    }
  }
}

/// The words of a scaler in a spec.
enum ScalerWord: String, CaseIterable {
  case none
  case minmax
  case zscore
  case robust
}

extension WalkConfiguration {
  private enum TrainWord: String, CaseIterable {
    case expanding
    case rolling
    case incremental
  }

  private enum ScheduleWord: String, CaseIterable {
    case never
    case weekly
    case monthly
    case drift
  }

  /// The keys of `walk_forward` that any forecaster has; `first` is 1 where a fraction is given.
  fileprivate static func read(
    _ section: SpecSection, horizons: [Int]
  ) throws(SpecError) -> (WalkConfiguration, firstFraction: Double?) {
    let trainingSet = try trainingSet(section)
    let (first, fraction) = try first(section)
    let walk = WalkConfiguration(
      horizons: horizons, trainingSet: trainingSet, first: first, refits: try refits(section),
      start: .warm, scaler: .zscore, targetScaler: .zscore, scalerFit: .train, seed: 0)
    return (walk, fraction)
  }

  private static func trainingSet(_ section: SpecSection) throws(SpecError) -> TrainingSet {
    let word = try section.word("train", TrainWord.self, default: .expanding)
    try section.refuse(["window"], unless: word == .rolling, "train: rolling")
    try section.refuse(["replay"], unless: word == .incremental, "train: incremental")
    switch word {
    case .expanding: return .expanding
    case .rolling: return .rolling(window: try section.integer("window", in: 1...SpecLimits.count))
    case .incremental:
      return .incremental(
        replay: try section.integer("replay", in: 0...SpecLimits.count, default: 0))
    }
  }

  private static func first(
    _ section: SpecSection
  ) throws(SpecError) -> (count: Int, fraction: Double?) {
    let needed = "a whole number of at least 1, or a fraction above 0 and below 1,"
    guard let node = section["first"] else { throw section.missing("first", needed) }
    if case .text(let text, true) = node.value, SpecNumber.wholeDigits(text) == nil,
      let fraction = SpecNumber.read(text), fraction > 0, fraction < 1
    {
      return (1, fraction)
    }
    return (try section.integer(node, "first", in: 1...SpecLimits.count, type: needed), nil)
  }

  private static func refits(_ section: SpecSection) throws(SpecError) -> RefitSchedule {
    let node = section["refit_every"]
    var word: ScheduleWord?
    if case .text(let text, _) = node?.value { word = ScheduleWord(rawValue: text) }
    try section.refuse(["drift"], unless: word == .drift, "refit_every: drift")
    switch word {
    case .never: return .never
    case .weekly: return .weekly
    case .monthly: return .monthly
    case .drift:
      let drift = try section.section(
        "drift", keys: ["window", "factor"], why: " with window and factor")
      return .drift(
        window: try drift.integer("window", in: 1...SpecLimits.count),
        factor: try drift.number("factor", .above(0)))
    case nil:
      guard let node else { return .every(bars: 1) }
      let needed = "a whole number, never, weekly, monthly or drift"
      do throws(SpecError) {
        let range = 1...SpecLimits.count
        return .every(bars: try section.integer(node, "refit_every", in: range, type: needed))
      } catch {
        guard case .text(let text, _) = node.value else { throw error }
        var error = error
        error.message += NearestWord.hint(text, among: ScheduleWord.allCases.map(\.rawValue))
        throw error
      }
    }
  }

  /// The keys of `training` about scalers.
  fileprivate mutating func readScaling(_ training: SpecSection) throws(SpecError) {
    let range = try training.pair("scaler_range", default: nil) ?? (-1, 1)
    scaler = try ScalerKind(training, "scaler", range)
    targetScaler = try ScalerKind(training, "target_scaler", range)
    scalerFit = try training.word("scaler_fit", ScalerFit.self, default: .train)
  }
}

extension ScalerKind {
  var word: ScalerWord {
    switch self {
    case .none: .none
    case .minmax: .minmax
    case .zscore: .zscore
    case .robust: .robust
    }
  }

  fileprivate init(
    _ section: SpecSection, _ key: String, _ range: (low: Double, high: Double)
  ) throws(SpecError) {
    switch try section.word(key, ScalerWord.self, default: .zscore) {
    case .none: self = .none
    case .minmax: self = .minmax(low: range.low, high: range.high)
    case .zscore: self = .zscore
    case .robust: self = .robust
    }
  }
}

extension SpecSection {
  /// Refuses keys that a forecaster has no use for.
  fileprivate func refuse(_ keys: [String], of kind: ForecasterKind) throws(SpecError) {
    guard let entry = entries.first(where: { keys.contains($0.key) }) else { return }
    let owners = ForecasterKind.allCases.filter { other in
      path == "model"
        ? other.keys.contains(entry.key)
        : other == .network || other.isRegression && entry.key == "weight_half_life"
    }
    throw SpecError(
      entry.place,
      "\(path(of: entry.key)) was given with forecaster: \(kind.rawValue), it belongs to "
        + SpecSection.listed(owners.map(\.rawValue), "and"))
  }
}
