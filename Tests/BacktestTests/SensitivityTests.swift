import Bytes
import Foundation
import Journal
import Performance
import Simulation
import Testing

@testable import Backtest

extension String {
  /// With one text in the place of another, which it has to have.
  fileprivate func with(_ old: String, _ new: String) -> String {
    precondition(contains(old), "the spec has \(old)")
    return replacingOccurrences(of: old, with: new)
  }
}

@Suite struct SensitivityTests {
  private let scratch = Scratch()

  private static let rule = """
    name: rule
    generate: { kind: random_walk, series: 2, bars: 150, start: 100, seed: 5 }
    positions: { X: 0.8 * sign(diff(X.close)), Y: -0.3 }
    execution: { cash: 100000, fill: next_close, fee_bps: 1, slippage_bps: 2, borrow_bps_year: 50 }

    """

  private static let specs = [
    "a rule": rule,
    "a network": SampleSpec.network(),
    "two horizons": SampleSpec.network(
      weight: "0.4 * sign(forecast) + 0.2 * sign(forecast(1))"
    ).with("horizon: 2 }", "horizons: [3, 1] }"),
    "quantiles of an ensemble": SampleSpec.network()
      .with("batch: 8", "batch: 8, loss: quantile, quantiles: [0.1, 0.5, 0.9]")
      .with("lookback: 3", "lookback: 3, ensemble: 2"),
    "a stateful network": SampleSpec.network()
      .with("lookback: 3", "lookback: 3, stateful: true").with("batch: 8", "batch: 1"),
    "refits when forecasts have become worse": SampleSpec.network()
      .with("refit_every: 3", "refit_every: drift, drift: { window: 5, factor: 0.7 }"),
    "refits that came to nothing": SampleSpec.network()
      .with("cell: lstm", "cell: rnn").with(
        "batch: 8, learning_rate: 0.01",
        "batch: 4, learning_rate: 2, optimizer: sgd, on_divergence: keep"),
    "a regression": SampleSpec.network()
      .with("cell: lstm, hidden: [4], lookback: 3", "forecaster: ridge, lookback: 3, penalty: 1")
      .with("training: { epochs: 1, batch: 8, learning_rate: 0.01 }\n", ""),
  ]

  /// A spec as it is run, with values set over its own.
  private func prepare(_ text: String, _ settings: [String] = []) throws -> PreparedRun {
    try PreparedRun(
      RunSpec(
        yaml: Array(text.utf8), file: "test.yaml", folder: "",
        overrides: try settings.map { try SpecOverride(set: $0) }), variant: .detected)
  }

  /// The run made and logged, and the sensitivity that reads its forecasts from the logs.
  private func logged(_ text: String) throws -> (run: PreparedRun, sensitivity: Sensitivity) {
    let folder = scratch.file("run")
    try? FileManager.default.removeItem(atPath: folder)
    try SampleSpec.run(text, in: folder)
    let run = try prepare(text)
    return (
      run,
      try Sensitivity(run, logs: folder)
    )
  }

  /// All that happens but for the training.
  private func trace(_ engine: consuming Engine) throws -> [EventTrace.Entry] {
    var trace = EventTrace()
    while try engine.step({ event in
      switch event {
      case .update, .refit: break
      default: trace.add(event)
      }
    }) {}
    return trace.entries
  }

  @Test(arguments: SensitivityTests.specs.keys.sorted())
  func aReplayIsTheRunThatTheSettingsWouldMakeToTheBit(name: String) throws {
    let text = try #require(Self.specs[name])
    let (run, sensitivity) = try logged(text)
    let forecasts = try run.forecastReplay(readingFrom: scratch.file("run"))
    let settings: [(question: Sensitivity.Question, value: String, set: [String])] = [
      (.delay, "0", []),
      (.delay, "1", ["execution.delay_bars=1"]),
      (.delay, "3", ["execution.delay_bars=3"]),
      (.path, "ohlc", ["execution.path=ohlc"]),
      (.path, "adaptive", ["execution.path=adaptive"]),
      (.cost, "0", ["execution.fee_bps=0", "execution.slippage_bps=0"]),
      (.cost, "10", ["execution.fee_bps=10", "execution.slippage_bps=0"]),
    ]
    for (question, value, set) in settings {
      let variant = try #require(
        sensitivity.variants.first { $0.question == question && $0.value == value })
      guard case .execution(let execution) = variant.change else {
        Issue.record("\(question) \(value) changes more than fills")
        continue
      }
      let real = try prepare(text, set)
      #expect(real.spec.execution.settings == execution, "\(question) \(value)")
      let expected = try trace(real.makeEngine())
      let found = try trace(run.makeEngine(forecaster: forecasts, execution: execution))
      #expect(expected.contains { $0.kind == "fill" })
      #expect(expected.contains { $0.kind == "score" } == (name != "a rule"))
      #expect(found == expected, "\(question) \(value)")
      let figures = try #require(try sensitivity.run(variant))
      let manifest = try SampleSpec.run(
        real.spec.resolvedText, in: scratch.file("\(question)-\(value)"))
      for name in ["net_profit", "sharpe", "max_drawdown", "turnover"] {
        let metric = figures.returns.metrics.first { $0.name == name }
        #expect(
          metric?.value == manifest.metrics[name]?.doubleValue, "\(question) \(value) \(name)")
      }
      #expect(Double(figures.trades.report.count) == manifest.metrics["trades"]?.doubleValue)
    }
  }

  @Test func anotherSeedIsTheRunOfThatSeed() throws {
    let (_, sensitivity) = try logged(SampleSpec.network())
    let seeds = sensitivity.variants.filter { $0.question == .seed }
    #expect(seeds.map(\.value) == ["3", "4", "5", "6", "7"])
    #expect(seeds.map(\.isSpec) == [true, false, false, false, false])
    for (seed, variant) in zip(3..., seeds).prefix(2) {
      let figures = try #require(try sensitivity.run(variant))
      let real = try prepare(SampleSpec.network(), ["seed=\(seed)"])
      let manifest = try SampleSpec.run(real.spec.resolvedText, in: scratch.file("seed-\(seed)"))
      #expect(figures.returns.tested.netProfit.value == manifest.metrics["net_profit"]?.doubleValue)
    }
    #expect(!sensitivity.variants.contains { $0.question == .bars })
    #expect(sensitivity.omissions == [])
  }

  @Test func aRuleOnGeneratedBarsIsAskedForOtherBars() throws {
    let (_, sensitivity) = try logged(Self.rule)
    #expect(
      sensitivity.variants.map { "\($0.question.rawValue) \($0.value)" } == [
        "path worst", "path ohlc", "path olhc", "path adaptive", "delay 0", "delay 1", "delay 2",
        "delay 3", "cost 0", "cost 1", "cost 2", "cost 5", "cost 10", "bars 5", "bars 6", "bars 7",
        "bars 8", "bars 9",
      ])
    #expect(sensitivity.omissions.map(\.question) == [.seed])
    let other = try #require(sensitivity.variants.last)
    let figures = try #require(try sensitivity.run(other))
    let real = try prepare(
      Self.rule.replacingOccurrences(of: "seed: 5", with: "seed: 9"))
    let manifest = try SampleSpec.run(real.spec.resolvedText, in: scratch.file("other"))
    #expect(figures.returns.tested.netProfit.value == manifest.metrics["net_profit"]?.doubleValue)
  }

  @Test func aFillAtThisCloseTakesNoDelay() throws {
    let (_, sensitivity) = try logged(
      Self.rule.replacingOccurrences(of: "next_close", with: "this_close"))
    #expect(!sensitivity.variants.contains { $0.question == .delay })
    #expect(
      sensitivity.omissions.first
        == Sensitivity.Omission(question: .delay, reason: "fill: this_close takes no delay"))
  }

  @Test func costsTakeThePlaceOfAllThatTheSpecCharges() throws {
    let (_, sensitivity) = try logged(
      Self.rule.replacingOccurrences(
        of: "fee_bps: 1", with: "fee_bps: 1, fee_per_order: 3, fee_minimum: 5"))
    for variant in sensitivity.variants where variant.question == .cost {
      let figures = try #require(try sensitivity.run(variant))
      let charged = try #require(figures.returns.costs.costBps.value)
      #expect(abs(charged - (Double(variant.value) ?? .nan)) < 1e-9)
      #expect(!variant.isSpec)
    }
  }

  @Test func aVariantThatIsStoppedHasNoFigures() throws {
    let (_, sensitivity) = try logged(SampleSpec.network())
    let seed = try #require(sensitivity.variants.last)
    #expect(seed.question == .seed)
    var seen: [RunProgress] = []
    let figures = try sensitivity.run(
      seed, progress: { seen.append($0) }, stopRequested: { seen.count == 30 })
    #expect(figures == nil)
    #expect(seen.map(\.bars) == Array(1...30))
    #expect(seen.allSatisfy { $0.barsExpected == 160 })
  }

  @Test func recordedForecastsGoOnAsTheSameBits() throws {
    let (run, _) = try logged(SampleSpec.network())
    let forecasts = try run.forecastReplay(readingFrom: scratch.file("run"))
    let execution = run.spec.execution.settings
    let straight = try trace(run.makeEngine(forecaster: forecasts, execution: execution))
    var engine = try run.makeEngine(forecaster: forecasts, execution: execution)
    var trace = EventTrace()
    func keep(_ event: Event) {
      if case .refit = event { return }
      trace.add(event)
    }
    for _ in 0..<70 { _ = try engine.step(keep) }
    var writer = StateWriter()
    engine.save(to: &writer)
    engine = try run.makeEngine(forecaster: forecasts, execution: execution)
    var reader = StateReader(writer.bytes)
    try engine.restore(from: &reader)
    #expect(reader.isAtEnd)
    while try engine.step(keep) {}
    #expect(trace.entries == straight)
  }
}

@Suite struct MarketCapacityTests {
  private let scratch = Scratch()

  /// A market whose volume is known, and a rule that turns round again and again.
  private func write(bars: Int, drift: Double) throws -> String {
    var text = "ts,open,high,low,close,volume\n"
    var price = 100.0
    for bar in 0..<bars {
      let open = price
      price *= 1 + drift * (bar % 4 < 2 ? 1 : -1) + 0.0007 * Double(bar % 3)
      let day = "2020-\(["01", "02", "03"][bar / 28])-\(bar % 28 < 9 ? "0" : "")\(bar % 28 + 1)"
      text +=
        "\(day)T00:00:00.000Z,\(open),\(max(open, price)),\(min(open, price)),\(price),\(1e6 + Double(bar))\n"
    }
    try FileIO.makeDirectories(scratch.path)
    try FileIO.writeAtomically(Array(text.utf8), to: scratch.file("X.csv"))
    return """
      name: capacity
      data: { X: { file: X.csv, format: pawl } }
      positions: { unit: units, X: 10000 * sign(diff(X.close)) }
      execution: { cash: 10000000, fee_bps: 1, max_leverage: 100 }

      """
  }

  private func sensitivity(_ text: String) throws -> Sensitivity {
    let spec = try RunSpec(
      yaml: Array(text.utf8), file: scratch.file("a.yaml"), folder: scratch.path + "/")
    return Sensitivity(
      try PreparedRun(spec, variant: .detected), forecasts: nil)
  }

  @Test func impactOfTheSquareRootLawTakesHalfAtTheSizeThatIsTold() throws {
    let text = try write(bars: 80, drift: 0.02)
    let capacity = try #require(try sensitivity(text).capacity())
    let size = try #require(capacity.size.value)
    let gross = try #require(capacity.grossProfit.value)
    let cost = try #require(capacity.impactCost.value)
    #expect(gross > 0 && cost > 0)
    // Ten thousand units of a million a day, at a deviation near 2 %: 0.2 % of each fill's value.
    let figures = try #require(
      try sensitivity(text).run(sensitivity(text).variants[0]))
    let share = cost / figures.returns.costs.tradedValue
    #expect(share > 0.0012 && share < 0.004)
    // A run of that size whose impact is charged: the cost has grown with the power 1.5.
    let large = text.replacingOccurrences(of: "10000 *", with: "\(10_000 * size) *")
      .replacingOccurrences(of: "cash: 10000000", with: "cash: \(1e7 * size), impact: 1")
    let charged = try #require(try sensitivity(large).capacity())
    let ratio = try #require(charged.impactCost.value) / (try #require(charged.grossProfit.value))
    #expect(abs(ratio - 0.5) < 1e-3)
    #expect(abs((charged.size.value ?? .nan) - 1) < 1e-2)
  }

  @Test func withoutVolumeOrProfitThereIsNoCapacity() throws {
    let losing = try write(bars: 80, drift: 0.02)
      .replacingOccurrences(of: "10000 *", with: "-10000 *")
    let found = try #require(try sensitivity(losing).capacity())
    #expect(found.grossProfit.value ?? 0 < 0)
    #expect(found.size == .undefined("there is no gross profit for impact to take"))
    let idle = try #require(
      try sensitivity(losing.replacingOccurrences(of: "-10000 *", with: "0 *")).capacity())
    #expect(idle.grossProfit == .value(0))
    let generated = """
      name: generated
      generate: { kind: random_walk, series: 1, bars: 50, start: 100, seed: 5 }
      positions: { X: 1 }
      execution: { cash: 1000 }

      """
    let none = try #require(try sensitivity(generated).capacity())
    #expect(none.size == .undefined("X has no volume"))
    #expect(none.metrics.map(\.name) == ["impact", "gross_profit", "impact_cost", "size_at_half"])
  }
}
