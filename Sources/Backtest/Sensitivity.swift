import Journal
import Performance
import Simulation
import WalkForward

/// How the result of a run depends on what nobody knows: how prices went within a bar, how late an order
/// arrives, what trading costs, and chance.
///
///     let sensitivity = try Sensitivity(prepared, logs: "runs/a")
///     for variant in sensitivity.variants { print(try sensitivity.run(variant)) }
///
/// A variant differs from the run in one thing only. It is made in memory, without logs. Where only fills
/// differ, the forecasts are those of the run; for another seed the model is trained again.
public struct Sensitivity: Sendable {
  /// What a variant changes.
  public enum Question: String, CaseIterable, Sendable {
    /// The order of two levels within one bar.
    case path
    /// Bars that an order is under way.
    case delay
    /// Basis points of the traded value, each side, in the place of all that the spec charges for a fill.
    case cost
    /// Of weights, dropout and shuffling.
    case seed
    /// Of the generator that makes the bars; asked where there is no network.
    case bars
  }

  /// The run with one thing changed.
  public struct Variant: Sendable {
    public var question: Question
    /// `ohlc`, `2`.
    public var value: String
    /// Whether it is the run as its spec has it.
    public var isSpec: Bool
    var change: Change
  }

  enum Change: Sendable {
    case execution(ExecutionSettings)
    /// A run of its own, with a model of its own.
    case spec(RunSpec)
  }

  /// A question that this run leaves no room for.
  public struct Omission: Equatable, Sendable {
    public var question: Question
    public var reason: String
  }

  public static let delays = 0...3
  public static let costsBps: [Double] = [0, 1, 2, 5, 10]
  public static let seedCount = 5

  public private(set) var variants: [Variant] = []
  public private(set) var omissions: [Omission] = []

  let prepared: PreparedRun
  /// Nil for a rule strategy.
  private let forecasts: ForecastReplay?

  /// - Parameters:
  ///   - prepared: the run.
  ///   - directory: of the run, with its logs.
  /// - Throws: `RunFailure` where the forecasts of the run cannot be read.
  public init(_ prepared: PreparedRun, logs directory: String) throws(RunFailure) {
    self.init(prepared, forecasts: try prepared.forecastReplay(readingFrom: directory))
  }

  /// The same with what the run's model said; nil for a rule strategy.
  init(_ prepared: PreparedRun, forecasts: ForecastReplay?) {
    self.prepared = prepared
    self.forecasts = forecasts
    let base = prepared.spec.execution.settings
    func add(_ question: Question, _ value: String, _ change: (inout ExecutionSettings) -> Void) {
      var settings = base
      change(&settings)
      variants.append(
        Variant(
          question: question, value: value, isSpec: settings == base, change: .execution(settings)))
    }
    // Without finer bars `detail` is `worst`.
    let hasDetail = prepared.hasDetail
    for model in PathModel.allCases where model != .detail || hasDetail {
      add(.path, model.rawValue) { $0.path = model }
    }
    if base.fill == .thisClose {
      omissions.append(Omission(question: .delay, reason: "fill: this_close takes no delay"))
    } else if prepared.spec.positions.targets.legs == .allOrNone {
      omissions.append(Omission(question: .delay, reason: "legs: all_or_none take no delay"))
    } else {
      for bars in Self.delays { add(.delay, "\(bars)") { $0.delayBars = bars } }
    }
    for bps in Self.costsBps { add(.cost, "\(Int(bps))") { $0.setCost(bps: bps) } }
    addSeeds()
  }

  /// Other seeds of the network, or where there is none other bars.
  private mutating func addSeeds() {
    let spec = prepared.spec
    func seeds(from first: UInt32) -> ClosedRange<UInt32> {
      first...first + min(UInt32(Self.seedCount - 1), .max - first)
    }
    if spec.learning?.network != nil {
      for seed in seeds(from: spec.seed) {
        var other = spec
        other.seed = seed
        variants.append(
          Variant(
            question: .seed, value: "\(seed)", isSpec: seed == spec.seed, change: .spec(other)))
      }
      return
    }
    omissions.append(Omission(question: .seed, reason: "no network draws random numbers"))
    guard case .generate(let generate) = spec.source else { return }
    for seed in seeds(from: generate.seed) {
      var other = generate
      other.seed = seed
      var spec = spec
      spec.source = .generate(other)
      variants.append(
        Variant(
          question: .bars, value: "\(seed)", isSpec: seed == generate.seed, change: .spec(spec)))
    }
  }

  /// Makes a variant.
  ///
  /// - Parameters:
  ///   - variant: one of `variants`.
  ///   - threads: on which its networks are trained; they change no bit.
  ///   - progress: called now and then.
  ///   - stopRequested: asked now and then; once true, the variant is given up.
  /// - Returns: its figures; nil where it was given up.
  /// - Throws: `RunFailure` where training or the account met a number that is not finite, or bars are no
  ///   longer to be read.
  public func run(
    _ variant: Variant, threads: Int = 1, progress: (RunProgress) -> Void = { _ in },
    stopRequested: () -> Bool = { false }
  ) throws(RunFailure) -> RunFigures? {
    try run(variant, threads: threads, progress: progress, stopRequested: stopRequested) { _ in }
  }

  /// The same, with a listener.
  func run(
    _ variant: Variant, threads: Int = 1, progress: (RunProgress) -> Void = { _ in },
    stopRequested: () -> Bool, listen: (Event) -> Void
  ) throws(RunFailure) -> RunFigures? {
    var engine: Engine
    let prepared: PreparedRun
    var trains = false
    switch variant.change {
    case .execution(let settings):
      prepared = self.prepared
      engine = try prepared.makeEngine(forecaster: forecasts, execution: settings)
    case .spec(let spec) where variant.isSpec:
      prepared = self.prepared
      engine = try prepared.makeEngine(
        forecaster: forecasts, execution: spec.execution.settings)
    case .spec(let spec):
      prepared = try PreparedRun(spec, variant: self.prepared.variant)
      engine = try prepared.makeEngine(threads: threads)
      trains = spec.learning != nil
    }
    var metrics = RunMetrics(prepared)
    var seen = RunProgress(bars: 0, barsExpected: try prepared.expectedSteps(), refits: 0)
    // A clock takes longer to read than a bar without a model.
    let stepsPerLook = trains ? 1 : 1024
    var stepsToLook = stepsPerLook
    while try engine.step({ event in
      metrics.add(event)
      listen(event)
    }) {
      stepsToLook -= 1
      guard stepsToLook == 0 else { continue }
      stepsToLook = stepsPerLook
      if stopRequested() { return nil }
      (seen.bars, seen.refits) = (engine.bar + 1, engine.refitCount)
      progress(seen)
    }
    return metrics.figures(
      leaks: prepared.statements.leaks.map(\.kind.rawValue),
      instruments: prepared.spec.instruments.map(\.name))
  }
}

extension ExecutionSettings {
  /// Charges so much of the traded value, and nothing else, for each fill.
  fileprivate mutating func setCost(bps: Double) {
    fees = FeeSchedule(takerBps: bps)
    slippageBps = 0
    slippageTicks = 0
    impact = 0
  }
}
