import Bytes
import Journal
import Market
import Recurrent
import Simulation
import Synthetic
import WalkForward

/// A spec made ready to run: its expressions compiled, its files vetted, its truth known. Nothing
/// has been written; what is wrong with spec or bars has been found.
///
///     let prepared = try PreparedRun(spec, variant: .detected)
///     var engine = try prepared.makeEngine()
///     while try engine.step({ event in print(event) }) {}
public struct PreparedRun: Sendable {
  /// With `first` resolved to a count.
  public let spec: RunSpec
  public let programs: RunPrograms
  public let statements: RunStatements
  /// Nil for a rule strategy.
  public let timeline: LearningTimeline?
  let variant: KernelVariant
  let supplies: [BarSupply]
  /// The file of `model.init`.
  let initialWeights: [UInt8]?
  private let oracle: OracleForecasts?
  /// The `truth.json` that the oracle knows the series from; nil where it needs none.
  let truthInput: InputRecord?

  /// Makes a spec ready; the results do not depend on which kernels it will train with.
  ///
  /// - Throws: `RunFailure` naming what is wrong with the spec or its files.
  public init(_ spec: RunSpec, variant: KernelVariant) throws(RunFailure) {
    let programs: RunPrograms
    do throws(SpecError) {
      try spec.checkFiles { FileIO.exists($0) }
      programs = try RunPrograms(spec)
    } catch {
      throw .spec(error)
    }
    let supplies = try spec.supplies()
    try spec.checkBars(supplies)
    try self.init(spec, programs, supplies: supplies, variant: variant)
  }

  /// The splits and dividends of each instrument.
  var actions: [[CorporateAction]] { supplies.map(\.plan.actions) }

  /// The finer bars of each instrument; nil where it has none.
  func details() throws(RunFailure) -> [[Bar]?] {
    do throws(BarError) {
      var details: [[Bar]?] = []
      for supply in supplies { details.append(try supply.detail?.bars()) }
      return details
    } catch {
      throw .bars(error)
    }
  }

  /// The bars of each instrument as they were before anything was done to them.
  func series() throws(RunFailure) -> [BarSeries] {
    do throws(BarError) {
      var series: [BarSeries] = []
      for (instrument, supply) in zip(spec.instruments, supplies) {
        series.append(try supply.series(instrument))
      }
      return series
    } catch {
      throw .bars(error)
    }
  }

  /// The same run on other bars and actions, as the audit makes them.
  func replacing(_ markets: [AuditMarket]) throws(RunFailure) -> PreparedRun {
    var replaced: [BarSupply] = []
    do throws(BarError) {
      for (supply, market) in zip(supplies, markets) {
        replaced.append(
          try supply.replacing(
            market.series, actions: market.actions, detail: market.detail, span: spec.timeSpan))
      }
    } catch {
      throw .bars(error)
    }
    return try PreparedRun(spec, programs, supplies: replaced, variant: variant)
  }

  private init(
    _ spec: RunSpec, _ programs: RunPrograms, supplies: [BarSupply], variant: KernelVariant
  ) throws(RunFailure) {
    var spec = spec
    if let fraction = spec.learning?.firstFraction {
      let steps = try Self.countSteps(spec, supplies)
      spec.learning?.walk.first = max(1, Int(fraction * Double(steps)))
      spec.learning?.firstFraction = nil
      do throws(SpecError) {
        try spec.learning?.checkValidation(nil)
      } catch {
        throw .usage(error.message)
      }
    }
    self.spec = spec
    self.programs = programs
    self.supplies = supplies
    self.variant = variant
    statements = RunStatements(spec, supplies: supplies)
    timeline = spec.learning.map { LearningTimeline(programs, $0) }
    initialWeights = try spec.readInitialWeights()
    oracle = try OracleForecasts(spec, programs)
    truthInput =
      oracle == nil
      ? nil
      : try spec.truthFile().map {
        InputRecord(
          instrument: "truth", file: $0.written, rows: 0, sha256: SHA256.hex(of: $0.bytes))
      }
  }

  /// Days of a year with a session on the clock of the panel: of the clock's instrument, the most of any
  /// instrument where each makes steps, the fewest where all have to. Nil where a calendar is missing.
  var sessionsPerYear: Double? {
    if case .instrument(let index) = spec.clock { return supplies[index].calendar?.sessionsPerYear }
    let counts = supplies.compactMap { $0.calendar?.sessionsPerYear }
    guard counts.count == supplies.count else { return nil }
    return spec.clock == .intersection ? counts.min() : counts.max()
  }

  /// The number of steps of the panel, counted.
  public func countSteps() throws(RunFailure) -> Int { try Self.countSteps(spec, supplies) }

  /// Steps of the panel for a progress bar: exact, unless counting would take as long as running.
  func expectedSteps() throws(RunFailure) -> Int? {
    let rows = supplies.map(\.summary.rows)
    if rows.count == 1 { return rows[0] }
    return rows.reduce(0, +) <= 2_000_000 ? try countSteps() : nil
  }

  private static func countSteps(_ spec: RunSpec, _ supplies: [BarSupply]) throws(RunFailure) -> Int
  {
    var panel = try makePanel(spec, supplies)
    do throws(BarError) {
      return try panel.advanceToEnd()
    } catch {
      throw .bars(error)
    }
  }

  static func makePanel(_ spec: RunSpec, _ supplies: [BarSupply]) throws(RunFailure) -> Panel {
    do throws(BarError) {
      var streams: [BarStream] = []
      for supply in supplies { streams.append(try supply.stream()) }
      return try Panel(
        streams, clock: spec.clock, span: spec.timeSpan, plans: supplies.map(\.plan),
        fillsMissing: supplies.map(\.fillsMissing))
    } catch {
      throw .bars(error)
    }
  }

  /// Makes the engine of the run.
  ///
  /// - Parameter threads: on which its networks are trained; they change no bit.
  /// - Returns: the engine before the first bar.
  /// - Throws: `RunFailure` where a file's rows are no bars, or the weights to start from do not fit.
  public func makeEngine(threads: Int = 1) throws(RunFailure) -> Engine {
    try makeEngine(forecaster: nil, threads: threads)
  }

  /// Makes the engine with another forecaster, or other rules of execution, in the place of the spec's own;
  /// nil for that.
  func makeEngine(
    forecaster: (any Forecaster)?, threads: Int = 1, execution: ExecutionSettings? = nil
  ) throws(RunFailure) -> Engine {
    Engine(
      panel: try Self.makePanel(spec, supplies), detail: try makeDetail(),
      learner: try makeLearner(forecaster, threads),
      trader: Trader(spec, programs),
      broker: Broker(
        instruments: zonedInstruments, execution: execution ?? spec.execution.settings,
        targets: spec.targetSettings, orders: spec.orderRules, exits: spec.exitRules))
  }

  /// The spec's instruments, each with the clocks of its calendar.
  private var zonedInstruments: [Instrument] {
    zip(spec.instruments, supplies).enumerated().map { index, pair in
      var instrument = pair.0
      instrument.zone = pair.1.calendar?.zone
      // Rescaled prices may lie below zero, too.
      instrument.allowsSignedPrices = spec.signedPrices(ofInstrument: index) != nil
      return instrument
    }
  }

  /// Whether some instrument has finer bars.
  var hasDetail: Bool { supplies.contains { $0.detail != nil } }

  /// Nil where no finer bars are asked for.
  private func makeDetail() throws(RunFailure) -> DetailFeed? {
    guard hasDetail else { return nil }
    do throws(BarError) {
      var streams: [BarStream?] = []
      for supply in supplies { streams.append(try supply.detail?.stream()) }
      return try DetailFeed(streams)
    } catch {
      throw .bars(error)
    }
  }

  private func makeLearner(
    _ stopgap: (any Forecaster)?, _ threads: Int
  ) throws(RunFailure) -> Learner? {
    guard let learning = spec.learning, let features = programs.features else { return nil }
    let configuration = walkConfiguration(learning)
    var forecaster = stopgap
    if forecaster == nil { forecaster = try makeForecaster(learning, configuration, threads) }
    guard let forecaster else { return nil }
    let walk = Walk(configuration: configuration, forecaster: forecaster)
    return Learner(features: features, targets: programs.targets, walk: walk, oracle: oracle)
  }

  /// The spec's own, with what it takes from elsewhere in the spec.
  func walkConfiguration(_ learning: LearningSpec) -> WalkConfiguration {
    var configuration = learning.walk
    configuration.seed = spec.seed
    configuration.targetSpan = programs.targets.map { $0.outputs[0].warmUpSteps }.max() ?? 0
    return configuration
  }

  /// A model that learns nothing, with the samples of the spec's own; nil without a model.
  var stopgap: LabelForecaster? {
    spec.learning.map {
      LabelForecaster(
        .naive, horizons: $0.target.horizons, features: $0.features.count,
        lookback: $0.forecaster.lookback)
    }
  }

  /// The model of the spec, before its first refit.
  func makeForecaster(
    _ learning: LearningSpec, _ configuration: WalkConfiguration, _ threads: Int
  ) throws(RunFailure) -> any Forecaster {
    let (horizons, features) = (learning.target.horizons, learning.features.count)
    let lookback = learning.forecaster.lookback
    func label(_ rule: LabelForecaster.Rule) -> LabelForecaster {
      LabelForecaster(rule, horizons: horizons, features: features, lookback: lookback)
    }
    func regression(_ inputs: RegressionForecaster.Inputs) -> RegressionForecaster {
      RegressionForecaster(
        inputs, horizons: horizons, features: features, lookback: lookback,
        weightHalfLife: configuration.weightHalfLife)
    }
    switch learning.forecaster {
    case .network(let network):
      return RecurrentForecaster(
        configuration: configuration, ensemble: try makeEnsemble(network),
        startsFromGivenWeights: initialWeights != nil,
        leakedScalers: try leakedScalers(learning), threads: threads)
    case .naive: return label(.naive)
    case .drift: return label(.drift)
    case .mean: return label(.mean)
    case .seasonalNaive(let season): return label(.seasonalNaive(season: season))
    case .ridge(_, let penalty): return regression(.window(penalty: penalty))
    case .ar(let order): return regression(.labels(order: order))
    case .ecm: return regression(.errorCorrection)
    }
  }

  /// With `scaler_fit: all`, the scalers of the whole series, future and all.
  func leakedScalers(_ learning: LearningSpec) throws(RunFailure) -> ScalerSet? {
    guard learning.walk.scalerFit == .all, let program = programs.features else { return nil }
    var panel = try Self.makePanel(spec, supplies)
    var features = BoundExpressions(program)
    var targets = programs.targets.map { BoundExpressions($0) }
    let (kind, targetKind) = (learning.walk.scaler, learning.walk.targetScaler)
    var featureStatistics = program.outputs.map { _ in ScalerStatistics(for: kind) }
    var targetStatistics = targets.map { _ in ScalerStatistics(for: targetKind) }
    do throws(BarError) {
      while try panel.advance() {
        features.stepFeatures(panel)
        for index in featureStatistics.indices where !features.output(index).isNaN {
          featureStatistics[index].add(features.output(index))
        }
        for index in targets.indices {
          targets[index].step(panel)
          if !targets[index].output(0).isNaN {
            targetStatistics[index].add(targets[index].output(0))
          }
        }
      }
    } catch {
      throw .bars(error)
    }
    return ScalerSet(
      features: featureStatistics, outputs: targetStatistics, kind: kind, outputKind: targetKind)
  }
}
