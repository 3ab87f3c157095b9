import Market
import Recurrent
import WalkForward
import Simulation

@testable import Backtest

/// Random specs and random damage, from a seed that a failing test prints.
struct SpecRandom {
  /// SplitMix64.
  private var state: UInt64
  init(seed: Int) {
    state = UInt64(seed)
    // Streams of neighbouring seeds must not be one stream shifted.
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
  mutating func word<T: CaseIterable>(_ type: T.Type) -> T { pick(Array(T.allCases)) }

  /// At least 0, below 1, with all digits or with few.
  mutating func fraction() -> Double {
    chance(50) ? Double(below(1000)) / 1000 : Double(next() >> 11) * 0x1p-53
  }
  mutating func positive() -> Double {
    pick([
      1, 0.5, 1e-300, 1e300, 123_456.789, 2.2250738585072014e-308, fraction() + 1e-9,
      Double(1 + below(1000)),
    ])
  }
  mutating func finite() -> Double { (chance(50) ? 1 : -1) * positive() }
  mutating func count() -> Int { 1 + (chance(80) ? below(100) : below(1_000_000)) }

  /// Text of any kind, never empty.
  mutating func text() -> String {
    let alphabet: [Unicode.Scalar] = [
      "a", "X", ".", "c", "1", "0", " ", "(", ")", "+", "-", "*", "/", ",", "<", "=", ":", "#",
      "\"", "'", "\\", "\n", "\t", "\r", "é", "日", "\u{1F600}", "{", "}", "[", "]", "&", "!", "%",
      "@", "`", "|", ">", "?", "~", "\u{85}", "\u{2028}", "\u{7}", "\u{FEFF}", "\u{0}", "\u{E000}",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0...below(12) { text.append(pick(alphabet)) }
    // The reader drops a byte order mark that begins a text, so no spec has one there.
    while text.first == "\u{FEFF}" { text.removeFirst() }
    return text.isEmpty ? "x" : String(text)
  }
  mutating func expression() -> SourceText {
    let text = chance(50) ? text() : pick(["diff(X.close)", "-10 * sign(forecast)", "1", "no"])
    return SourceText(text, keyPath: "", place: .wholeFile(""))
  }
  mutating func file() -> FileReference {
    // A file's name has no control characters.
    let name = pick(["x.csv", "../a b/x.csv.gz", "/data/é.csv", "- x", "#1: a", "~", "'x'", "a\\b"])
    return FileReference(written: name, path: name, place: .wholeFile(""), keyPath: "")
  }
  mutating func rescale() -> RescaleSpec? {
    guard chance(30) else { return nil }
    let low = finite()
    let high = low + abs(low) + 1
    return low < high && (high - low).isFinite ? RescaleSpec(low: low, high: high) : nil
  }
  mutating func contract() -> ContractSpec {
    ContractSpec(
      tick: chance(50) ? nil : positive(), lot: chance(50) ? nil : positive(),
      multiplier: chance(50) ? 1 : positive())
  }
  mutating func calendar() -> CalendarSpec {
    pick([.none, .always, .weekdays, .file(file())])
  }
  mutating func accept() -> [String] {
    pick([[], [], ["stale-open"], ["split-jump", "stale-open"], ["no-session"]])
  }
}

extension SpecRandom {
  /// A spec that no rule between keys was asked of: every type, range and word occurs.
  mutating func spec() -> RunSpec {
    let source = source()
    let names = source.instrumentNames
    var positions: [PositionsSpec.Position] = []
    for index in names.indices where chance(60) {
      positions.append(.init(instrument: index, expression: expression()))
    }
    return RunSpec(
      name: pick(["a", "coint-lstm", "no", "1e3", "-", String(repeating: "z", count: 64)]),
      seed: pick([0, 7, .max, UInt32(truncatingIfNeeded: next())]), span: span(),
      clock: pick([.union, .intersection, .instrument(below(names.count))]), source: source,
      learning: chance(70) ? learning() : nil, allowLeaks: chance(50),
      positions: PositionsSpec(targets: targets(), positions: positions),
      orders: orders(instruments: names.count), exits: exits(instruments: names.count),
      execution: execution(instruments: names.count),
      logs: LogsSpec(losses: chance(50), fitted: chance(50)))
  }

  private mutating func targets() -> TargetSettings {
    var targets = TargetSettings(
      unit: word(TargetUnit.self), rebalance: word(Rebalance.self), onNull: word(NullTarget.self),
      rebalanceBand: pick([0, fraction(), positive()]), legs: word(LegPolicy.self))
    if targets.unit == .volatility { targets.volatilityTarget = positive() }
    if targets.unit.usesReturns { targets.volatilityWindow = 2 + below(1000) }
    if targets.unit == .kelly {
      (targets.kellyFraction, targets.kellyCap) = (1 - fraction(), positive())
    }
    return targets
  }

  private mutating func orders(instruments: Int) -> [OrderSpec] {
    var orders: [OrderSpec] = []
    for index in 0..<instruments where chance(40) {
      let type = pick(OrderType.allCases.filter { $0 != .trailingStop })
      var time = word(TimeInForce.self)
      if time.isImmediate, type.hasStopPrice { time = .day }
      orders.append(
        OrderSpec(
          instrument: index,
          rule: OrderRule(
            type: type, unit: type.hasLevel ? word(LevelUnit.self) : .fraction, timeInForce: time,
            goodForBars: time == .goodTillDate ? count() : nil),
          limit: type.hasLimitPrice ? expression() : nil,
          stop: type.hasStopPrice ? expression() : nil))
    }
    return orders
  }

  private mutating func exits(instruments: Int) -> [ExitSpec] {
    var exits: [ExitSpec] = []
    for index in 0..<instruments where chance(40) {
      let trails = chance(30)
      var exit = ExitSpec(
        instrument: index, unit: trails ? pick([.fraction, .distance]) : word(LevelUnit.self))
      if trails { exit.trailingStop = expression() }
      if !trails, chance(60) { exit.stopLoss = expression() }
      if exit.rule.isEmpty || chance(50) { exit.takeProfit = expression() }
      exits.append(exit)
    }
    return exits
  }

  private mutating func span() -> SpanSpec {
    let earliest: Int64 = -62_167_219_200_000
    var span = SpanSpec()
    let day = Timestamp.millisecondsPerDay
    let days = below(3_652_000)
    let from = earliest + Int64(days) * day + (chance(50) ? 0 : Int64(below(86_400_000)))
    if chance(50) { span.from = Timestamp(milliseconds: from) }
    let to = from + pick([0, 1, day - 1, Int64(below(86_400_000))])
    if chance(50) { span.to = Timestamp(milliseconds: to) }
    return span
  }

  private mutating func source() -> SourceSpec {
    if chance(40) {
      return .generate(
        GenerateSpec(
          kind: pick([
            .cointPath(delta: fraction() + 0.5, sigma: fraction() * 2),
            .randomWalk(series: 1 + below(5)), .ar1(phi: 0.5 - fraction()),
          ]),
          bars: 2 + below(2_921_939), seed: UInt32(below(100)),
          stream: word(GenerateSpec.Stream.self), start: fraction() * 1e12 - 1e9,
          prices: word(PriceRule.self),
          rescale: rescale(), accept: accept(), contract: contract()))
    }
    var files: [FileInstrument] = []
    for name in ["X", "Y2", "A_b", String(repeating: "Z", count: 32)].prefix(1 + below(4)) {
      var file = FileInstrument(
        name: name, file: file(), format: word(FileInstrument.Format.self), symbol: text(),
        closeTimeMs: chance(50) ? FileInstrument.defaultCloseTimeMs : Int64(below(86_400_000)),
        prices: word(PriceRule.self), rescale: rescale(), accept: accept(), contract: contract(),
        currency: chance(30) ? "EUR" : nil, calendar: calendar(),
        fillMissing: word(FileInstrument.FillMissing.self))
      // The session says when a date closes, where a file of sessions is given.
      if case .file = file.calendar, chance(50) { file.closeTimeMs = nil }
      if chance(50), file.prices == .positive, file.rescale == nil {
        file.actions = self.file()
        file.adjust = word(Adjustment.self)
      }
      if chance(30) {
        file.detail = DetailSpec(
          file: self.file(), format: word(FileInstrument.Format.self), symbol: text())
      }
      files.append(file)
    }
    return .files(files)
  }

  private mutating func learning() -> LearningSpec {
    var features: [FeatureSpec] = []
    for name in ["x", "y-1", "B_2", "null", "no"].prefix(1 + below(5)) {
      features.append(FeatureSpec(name: name, expression: expression()))
    }
    let horizons = pick([[0], [1], [1_000_000], [3, 1, 2]])
    let scalers = scalers()
    var walk = WalkConfiguration(
      horizons: horizons,
      trainingSet: pick([.expanding, .rolling(window: count()), .incremental(replay: count() - 1)]),
      first: 1, refits: refits(), start: .warm, scaler: pick(scalers), targetScaler: pick(scalers),
      scalerFit: word(ScalerFit.self), seed: 0)
    var fraction: Double?
    if chance(50) { walk.first = count() } else { fraction = self.fraction() / 2 + 0.25 }
    let forecaster = forecaster(features: features.count, &walk)
    return LearningSpec(
      features: features,
      target: TargetSpec(
        value: expression(), horizons: horizons, isList: horizons.count > 1 || chance(30)),
      forecaster: forecaster, walk: walk, firstFraction: fraction)
  }

  private mutating func scalers() -> [ScalerKind] {
    let low = -fraction() - 0.1
    return [.none, .minmax(low: low, high: fraction()), .zscore, .robust]
  }

  private mutating func refits() -> RefitSchedule {
    pick([
      .never, .weekly, .monthly, .every(bars: count()),
      .drift(window: count(), factor: positive()),
    ])
  }

  /// Only what its choices give a meaning differs from the defaults.
  private mutating func network(
    features: Int, horizons: Int, walk: inout WalkConfiguration
  ) -> NetworkSpec {
    var hidden: [Int] = []
    for _ in 0...below(3) { hidden.append(1 + below(8192)) }
    let cell = word(Cell.self)
    let dialect = word(Dialect.self)
    let state = word(StateMode.self)
    let loss: Loss = pick([
      .mse, .mae, .huber(delta: positive()), .logcosh, .quantile([0.5]),
      .quantile([0.05, fraction() / 2 + 0.25, 0.95]),
    ])
    walk.start = word(WalkConfiguration.Start.self)
    walk.onDivergence = word(WalkConfiguration.OnDivergence.self)
    walk.weightHalfLife = chance(50) ? nil : positive()
    if state == .stateful { walk.stateBars = chance(50) ? nil : count() }
    var stopping: EarlyStopping?
    if chance(50) {
      walk.validation = fraction() / 2 + 0.25
      walk.afterValidation = word(WalkConfiguration.AfterValidation.self)
      if chance(50) { stopping = EarlyStopping(patience: count(), minDelta: fraction()) }
    }
    return NetworkSpec(
      configuration: NetworkConfiguration(
        cell: cell, features: features, hidden: hidden, lookback: 1 + below(100_000),
        outputs: horizons * loss.outputsPerLabel,
        output: state == .stateful ? .last : word(OutputKind.self), state: state,
        dropout: Float(fraction()) / 2, inputDropout: Float(fraction()) / 2,
        recurrentDropout: 0, dialect: dialect,
        gruForm: cell == .gru ? word(GRUForm.self) : nil,
        gates: cell == .rnn ? nil : word(GateActivation.self)),
      training: TrainingConfiguration(
        loss: loss, optimizer: optimizer(dialect), learningRate: positive(), schedule: schedule(),
        clipping: pick([.none, .value(positive()), .norm(positive()), .globalNorm(positive())]),
        epochs: count(), maxUpdates: chance(50) ? nil : count(), earlyStopping: stopping,
        batch: chance(30) ? .all : .size(count()), shuffle: chance(50)),
      ensemble: 1 + below(20), initialWeights: chance(50) ? file() : nil)
  }

  private mutating func optimizer(_ dialect: Dialect) -> Optimizer {
    var optimizer = Optimizer(word(OptimizerKind.self), dialect: dialect)
    optimizer.weightDecay = fraction()
    switch optimizer.kind {
    case .sgd:
      optimizer.momentum = fraction()
      optimizer.nesterov = optimizer.momentum > 0 && chance(50)
    case .rmsprop: optimizer.rho = fraction()
    case .adagrad: optimizer.epsilon = fraction() + 1e-9
    case .adam, .adamw, .nadam: (optimizer.beta1, optimizer.beta2) = (fraction(), fraction())
    }
    return optimizer
  }

  private mutating func schedule() -> Schedule {
    pick([
      .constant, .exponential(rate: fraction() / 2 + 0.1, steps: count()),
      .inverseTime(rate: positive(), steps: count()), .cosine(end: fraction(), steps: count()),
      .polynomial(end: fraction(), power: positive(), steps: count()),
      .plateau(factor: fraction() / 2 + 0.1, patience: count(), least: fraction()),
    ])
  }

  private mutating func forecaster(
    features: Int, _ walk: inout WalkConfiguration
  ) -> ForecasterSpec {
    if chance(80) {
      return .network(network(features: features, horizons: walk.horizons.count, walk: &walk))
    }
    (walk.scaler, walk.targetScaler, walk.scalerFit) = (.none, .none, .train)
    return pick([
      .naive, .drift, .mean, .seasonalNaive(season: count()),
      .ridge(lookback: 1 + below(100), penalty: fraction()), .ar(order: 1 + below(100)),
      .ecm,
    ])
  }

  private mutating func execution(instruments: Int) -> ExecutionSpec {
    let initialMargin = chance(50) ? nil : 1 - fraction()
    let maintenance = chance(50) ? nil : (initialMargin ?? 1) * (1 - fraction() / 2)
    var settings = ExecutionSettings(
      cash: positive(), fill: word(FillPolicy.self), fees: fees(), slippageBps: fraction(),
      slippageTicks: fraction(), impact: fraction(), path: word(PathModel.self),
      limitTouch: chance(50), delayBars: count() - 1,
      limits: ExposureLimits(
        account: word(AccountKind.self), maxLeverage: positive(), initialMargin: initialMargin,
        maxNet: chance(50) ? nil : positive(), maxPosition: chance(50) ? nil : positive()),
      maintenanceMargin: maintenance, maxDrawdown: chance(50) ? nil : 1 - fraction())
    settings.participation = chance(50) ? nil : 1 - fraction()
    settings.borrowBpsYear = fraction()
    settings.riskFree = pick([0, fraction() - 0.5, positive()])
    var spec = ExecutionSpec(settings: settings)
    if chance(50) { spec.barsPerYear = positive() }
    if chance(50) { spec.currency = "USD" }
    if spec.currency != nil, chance(50) {
      spec.rates = [CurrencyRate(currency: "EUR", instrument: below(instruments))]
    }
    return spec
  }

  private mutating func fees() -> FeeSchedule {
    var fees = FeeSchedule(
      takerBps: fraction() * 9999, makerBps: fraction() * 9999, perUnit: fraction(),
      perOrder: fraction(), minimum: fraction())
    var volume = 0.0
    while chance(40), volume < 1e300 {
      volume = 2 * volume + positive()
      fees.tiers.append(FeeTier(volume: volume, takerBps: fraction(), makerBps: fraction()))
    }
    return fees
  }
}

extension SpecRandom {
  /// `text` with a few bytes, lines or pieces of YAML added, dropped or moved.
  mutating func damaged(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    let pieces = [
      "&a ", "*a", "!!str ", "\n---\n", "\t", "? ", "- ", "[", "]", "{", "}", ": ", ",", "'", "\"",
      "|\n", ">\n", "#", "\r", "\u{FEFF}", "\u{0}", "%", "seed: 8\n", "  ", "\n", "~", "null", "@",
      "9999999999999999999999", "1e999", "-", ".", "<<: ", "X", "\\", "\u{85}", "...\n",
    ].map { Array($0.utf8) }
    for _ in 0...below(4) {
      let at = below(bytes.count + 1)
      switch below(6) {
      case 0: bytes.insert(contentsOf: pick(pieces), at: at)
      case 1: bytes.removeSubrange(at..<min(bytes.count, at + 1 + below(8)))
      case 2: if at < bytes.count { bytes[at] = UInt8(below(256)) }
      case 3: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + below(40))], at: at)
      case 4: bytes.removeSubrange(at...)
      default:
        // A line again, or elsewhere.
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        lines.insert(lines[below(lines.count)], at: below(lines.count))
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
      }
      if bytes.isEmpty { break }
    }
    return bytes
  }
}
