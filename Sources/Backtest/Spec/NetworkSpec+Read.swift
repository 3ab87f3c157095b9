import Recurrent
import WalkForward

extension NetworkSpec {
  static let modelKeys = [
    "cell", "hidden", "lookback", "output", "gru_form", "gates", "dropout", "input_dropout",
    "recurrent_dropout", "stateful", "state_bars", "dialect", "ensemble", "init",
  ]
  static let trainingKeys =
    [
      "loss", "huber_delta", "quantiles", "optimizer", "learning_rate", "schedule", "momentum",
      "nesterov", "rho", "beta1", "beta2", "epsilon", "weight_decay",
    ] + clippingKeys + [
      "epochs", "batch", "shuffle", "weight_half_life", "validation", "after_validation",
      "early_stopping", "on_divergence",
    ]
  static let clippingKeys = ["clip_value", "clip_norm", "clip_global_norm"]

  /// - Parameters:
  ///   - model: the section of that name.
  ///   - training: likewise.
  ///   - features: the number of features.
  ///   - horizons: the number of horizons.
  ///   - folder: where relative paths start.
  /// - Throws: at the first key that is missing, wrong, or out of place.
  init(
    model: SpecSection, training: SpecSection, features: Int, horizons: Int, folder: String
  ) throws(SpecError) {
    configuration = try Self.configuration(model, features: features)
    self.training = try Self.training(training, dialect: configuration.dialect)
    configuration.outputs = horizons * self.training.loss.outputsPerLabel
    ensemble = try model.integer("ensemble", in: 1...SpecLimits.ensemble, default: 1)
    initialWeights = model["init"] == nil ? nil : try model.file("init", in: folder)
  }

  // MARK: - model

  private static func configuration(
    _ section: SpecSection, features: Int
  ) throws(SpecError) -> NetworkConfiguration {
    let cell = try section.word("cell", Cell.self)
    let hidden = try hidden(section)
    let lookback = try section.integer("lookback", in: 1...SpecLimits.lookback)
    let dialect = try section.word("dialect", Dialect.self, default: .torch)
    try section.refuse(["gru_form"], unless: cell == .gru, "cell: gru")
    try section.refuse(["gates"], unless: cell != .rnn, "cell: gru or lstm")
    let state = try section.word("stateful", StateMode.self, default: .stateless)
    // A stateful network forecasts at every bar it reads: there is nothing to choose.
    try section.refuse(["output"], unless: state != .stateful, "stateful: false or keras")
    return NetworkConfiguration(
      cell: cell, features: features, hidden: hidden, lookback: lookback,
      output: try section.word("output", OutputKind.self, default: .last), state: state,
      dropout: try rate(section, "dropout"), inputDropout: try rate(section, "input_dropout"),
      recurrentDropout: try rate(section, "recurrent_dropout"), dialect: dialect,
      gruForm: try section.word("gru_form", GRUForm.self, default: dialect.gruForm),
      gates: try section.word("gates", GateActivation.self, default: dialect.gates))
  }

  private static func hidden(_ section: SpecSection) throws(SpecError) -> [Int] {
    let needed = "a list of whole numbers, one a layer,"
    guard let layers = section["hidden"] else { throw section.missing("hidden", needed) }
    var hidden: [Int] = []
    for layer in try section.list("hidden", layers, needed: needed) {
      hidden.append(try section.integer(layer, "hidden", in: 1...SpecLimits.unitsOfALayer))
    }
    guard !hidden.isEmpty else { throw section.wrong("hidden", layers, "at least one layer") }
    guard hidden.count <= SpecLimits.layers else {
      throw SpecError(
        layers.place,
        "model.hidden had \(hidden.count) layers, at most \(SpecLimits.layers) are allowed")
    }
    return hidden
  }

  /// A rate below 1 stays below 1 as a Float32.
  private static func rate(_ section: SpecSection, _ key: String) throws(SpecError) -> Float {
    let rate = try section.number(key, .atLeast(0).below(1), default: 0)
    return min(Float(rate), Float(1).nextDown)
  }

  // MARK: - training

  private static func training(
    _ section: SpecSection, dialect: Dialect
  ) throws(SpecError) -> TrainingConfiguration {
    TrainingConfiguration(
      loss: try Loss(section), optimizer: try Optimizer(section, dialect: dialect),
      learningRate: try section.number("learning_rate", .above(0)),
      schedule: try Schedule(section), clipping: try Clipping(section),
      epochs: try section.integer("epochs", in: 1...SpecLimits.count),
      earlyStopping: try earlyStopping(section), batch: try Batch(section),
      shuffle: try section.flag("shuffle", default: false))
  }

  private static func earlyStopping(_ training: SpecSection) throws(SpecError) -> EarlyStopping? {
    let keys = ["patience", "min_delta"]
    guard let section = try training.sectionIfPresent("early_stopping", keys: keys) else {
      return nil
    }
    return EarlyStopping(
      patience: try section.integer("patience", in: 1...SpecLimits.count),
      minDelta: try section.number("min_delta", .atLeast(0), default: 0))
  }
}

extension WalkConfiguration {
  /// Takes in the keys of a network's `model`, `training` and `walk_forward` that the walk goes by.
  mutating func read(
    _ network: NetworkConfiguration, model: SpecSection, training: SpecSection,
    schedule: SpecSection
  ) throws(SpecError) {
    try model.refuse(["state_bars"], unless: network.state == .stateful, "stateful: true")
    stateBars = try model.integerOrWord("state_bars", in: 1...SpecLimits.count, word: "all")
    weightHalfLife = try training.numberOrNone("weight_half_life", .above(0))
    validation = try training.number("validation", .atLeast(0).below(1), default: 0)
    try training.refuse(
      ["after_validation", "early_stopping"], unless: validation > 0, "validation above 0")
    afterValidation = try training.word("after_validation", AfterValidation.self, default: .refit)
    onDivergence = try training.word("on_divergence", OnDivergence.self, default: .stop)
    start = try schedule.word("start_from", Start.self, default: .warm)
  }
}

extension Batch {
  fileprivate init(_ section: SpecSection) throws(SpecError) {
    guard section["batch"] != nil else {
      throw section.missing("batch", SpecSection.wholeNumber(or: "all"))
    }
    let size = try section.integerOrWord("batch", in: 1...SpecLimits.count, word: "all")
    self = size.map { .size($0) } ?? .all
  }
}

/// The word of a loss in a spec.
enum LossWord: String, CaseIterable {
  case mse
  case mae
  case huber
  case logcosh
  case quantile
}

extension Loss {
  var word: LossWord {
    switch self {
    case .mse: .mse
    case .mae: .mae
    case .huber: .huber
    case .logcosh: .logcosh
    case .quantile: .quantile
    }
  }

  fileprivate init(_ section: SpecSection) throws(SpecError) {
    let word = try section.word("loss", LossWord.self, default: .mse)
    try section.refuse(["huber_delta"], unless: word == .huber, "loss: huber")
    try section.refuse(["quantiles"], unless: word == .quantile, "loss: quantile")
    switch word {
    case .mse: self = .mse
    case .mae: self = .mae
    case .huber: self = .huber(delta: try section.number("huber_delta", .above(0), default: 1))
    case .logcosh: self = .logcosh
    case .quantile: self = .quantile(try Self.quantiles(section))
    }
  }

  private static func quantiles(_ section: SpecSection) throws(SpecError) -> [Double] {
    let needed = "a list of rising numbers above 0 and below 1, as [0.1, 0.5, 0.9],"
    guard let node = section["quantiles"] else { throw section.missing("quantiles", needed) }
    var quantiles: [Double] = []
    for item in try section.list("quantiles", node, needed: needed) {
      let quantile = try section.number(item, "quantiles", NumberRange.above(0).below(1))
      if let last = quantiles.last, quantile <= last {
        throw section.wrong("quantiles", item, "a number above \(last), the one before it,")
      }
      quantiles.append(quantile)
    }
    guard !quantiles.isEmpty else { throw section.wrong("quantiles", node, "at least one") }
    guard quantiles.count <= SpecLimits.quantiles else {
      throw SpecError(
        node.place,
        "training.quantiles had \(quantiles.count) entries, at most \(SpecLimits.quantiles) are "
          + "allowed")
    }
    return quantiles
  }
}

extension Optimizer {
  /// The optimisers that have a constant, by its key.
  static func kinds(with key: String) -> [OptimizerKind] {
    switch key {
    case "momentum", "nesterov": [.sgd]
    case "rho": [.rmsprop]
    case "beta1", "beta2": [.adam, .adamw, .nadam]
    case "epsilon": [.rmsprop, .adagrad, .adam, .adamw, .nadam]
    default: OptimizerKind.allCases
    }
  }

  fileprivate init(_ section: SpecSection, dialect: Dialect) throws(SpecError) {
    let kind = try section.word("optimizer", OptimizerKind.self, default: .adam)
    self.init(kind, dialect: dialect)
    for key in ["momentum", "nesterov", "rho", "beta1", "beta2", "epsilon"] {
      let kinds = Self.kinds(with: key)
      try section.refuse(
        [key], unless: kinds.contains(kind),
        "optimizer: \(SpecSection.listed(kinds.map(\.rawValue), "or"))")
    }
    let share = NumberRange.atLeast(0).below(1)
    momentum = try section.number("momentum", share, default: momentum)
    nesterov = try section.flag("nesterov", default: nesterov)
    if nesterov, momentum == 0, let node = section["nesterov"] {
      throw section.wrong("nesterov", node, "false, or a momentum above 0,")
    }
    rho = try section.number("rho", share, default: rho)
    beta1 = try section.number("beta1", share, default: beta1)
    beta2 = try section.number("beta2", share, default: beta2)
    // Smaller is zero in Float32.
    epsilon = try section.number("epsilon", .atLeast(1e-45), default: epsilon)
    weightDecay = try section.number("weight_decay", .atLeast(0), default: weightDecay)
  }
}

extension Clipping {
  fileprivate init(_ section: SpecSection) throws(SpecError) {
    let given = section.entries.filter { NetworkSpec.clippingKeys.contains($0.key) }
    if given.count > 1 {
      throw SpecError(
        given[1].place,
        "training.\(given[1].key) was given beside training.\(given[0].key), one of "
          + SpecSection.listed(NetworkSpec.clippingKeys, "and") + " is needed at most")
    }
    guard let entry = given.first else {
      self = .none
      return
    }
    let limit = try section.number(entry.key, .above(0))
    switch entry.key {
    case "clip_value": self = .value(limit)
    case "clip_norm": self = .norm(limit)
    default: self = .globalNorm(limit)
    }
  }
}

/// The word of a schedule in a spec.
enum ScheduleWord: String, CaseIterable {
  case constant
  case exponential
  case inverseTime = "inverse_time"
  case cosine
  case polynomial
  case plateau

  /// The keys beside `kind`.
  var keys: [String] {
    switch self {
    case .constant: []
    case .exponential, .inverseTime: ["rate", "steps"]
    case .cosine: ["end", "steps"]
    case .polynomial: ["end", "power", "steps"]
    case .plateau: ["factor", "patience", "least"]
    }
  }
}

extension Schedule {
  fileprivate init(_ training: SpecSection) throws(SpecError) {
    self = .constant
    guard let section = try training.sectionIfPresent("schedule", keys: nil) else { return }
    let kind = try section.word("kind", ScheduleWord.self)
    for entry in section.entries where entry.key != "kind" && !kind.keys.contains(entry.key) {
      let owners = ScheduleWord.allCases.filter { $0.keys.contains(entry.key) }.map(\.rawValue)
      guard !owners.isEmpty else { throw section.unknown(entry, known: ["kind"] + kind.keys) }
      throw SpecError(
        entry.place,
        "\(section.path(of: entry.key)) is not a key of \(kind.rawValue), it belongs to "
          + SpecSection.listed(owners, "and"))
    }
    func steps() throws(SpecError) -> Int {
      try section.integer("steps", in: 1...SpecLimits.count)
    }
    func end() throws(SpecError) -> Double {
      try section.number("end", .atLeast(0).atMost(1), default: 0)
    }
    switch kind {
    case .constant: break
    case .exponential:
      self = .exponential(
        rate: try section.number("rate", .above(0).atMost(1)), steps: try steps())
    case .inverseTime:
      self = .inverseTime(rate: try section.number("rate", .above(0)), steps: try steps())
    case .cosine: self = .cosine(end: try end(), steps: try steps())
    case .polynomial:
      self = .polynomial(
        end: try end(), power: try section.number("power", .above(0), default: 1),
        steps: try steps())
    case .plateau:
      self = .plateau(
        factor: try section.number("factor", .above(0).below(1), default: 0.1),
        patience: try section.integer("patience", in: 1...SpecLimits.count),
        least: try section.number("least", .atLeast(0).atMost(1), default: 0))
    }
  }
}
