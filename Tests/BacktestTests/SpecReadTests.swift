import Market
import Recurrent
import Simulation
import Testing
import WalkForward

@testable import Backtest

@Test func aFullSpecReadsToWhatItSays() throws {
  let spec = try SpecFixture.read(SpecFixture.documented)
  #expect(spec.name == "coint-lstm")
  #expect(spec.seed == 7)
  let first = try #require(CivilDate(year: 2000, month: 1, day: 1))
  let afterLast = try #require(CivilDate(year: 2019, month: 1, day: 1))
  #expect(spec.span.from == first.midnight)
  #expect(
    spec.span.to == Timestamp(milliseconds: afterLast.midnight.milliseconds - 1))
  #expect(spec.clock == .union)
  guard case .files(let files) = spec.source else {
    Issue.record("the spec has files")
    return
  }
  #expect(files.map(\.name) == ["X", "Y"])
  #expect(files[0].file.written == "../fixtures/synthetic/coint/X.csv")
  #expect(files[0].file.path == "strategies/../fixtures/synthetic/coint/X.csv")
  #expect(files.map(\.format) == [.pawl, .pawl])
  #expect(files.map(\.symbol) == ["X", "Y=F"])
  #expect(files.allSatisfy { $0.closeTimeMs == 86_399_999 && $0.prices == .positive })
  #expect(files.allSatisfy { $0.rescale == nil && $0.accept.isEmpty })

  let learning = try #require(spec.learning)
  #expect(learning.features.map(\.name) == ["x", "spread"])
  #expect(learning.features.map(\.expression.text) == ["diff(X.close)", "Y.close - X.close"])
  #expect(learning.target.value.text == "X.close - at_origin(X.close)")
  #expect(learning.target.horizons == [1])
  #expect(!learning.target.isList)
  #expect(
    learning.forecaster
      == .network(
        NetworkSpec(
          configuration: NetworkConfiguration(
            cell: .lstm, features: 2, hidden: [32], lookback: 15, dropout: 0.3, dialect: .torch),
          training: TrainingConfiguration(learningRate: 0.001, epochs: 3, batch: .size(1)),
          ensemble: 1,
          initialWeights: FileReference(
            written: "weights.safetensors", path: "strategies/weights.safetensors",
            place: .wholeFile(""), keyPath: ""))))
  #expect(
    learning.walk
      == WalkConfiguration(
        horizons: [1], trainingSet: .expanding, first: 20, refits: .every(bars: 1), start: .warm,
        scaler: .zscore, targetScaler: .zscore, scalerFit: .train, seed: 0))
  #expect(learning.firstFraction == nil)
  #expect(!spec.allowLeaks)
  #expect(spec.positions.targets.unit == .units)
  #expect(spec.positions.targets.rebalance == .everyBar)
  #expect(spec.positions.positions.map(\.instrument) == [0, 1])
  #expect(
    spec.positions.positions.map(\.expression.text)
      == ["10 * sign(forecast)", "-10 * sign(forecast)"])
  #expect(
    spec.execution
      == ExecutionSpec(
        settings: ExecutionSettings(
          cash: 100_000, fees: FeeSchedule(takerBps: 1), slippageBps: 1)))
}

@Test func aShortSpecHasTheDefaults() throws {
  let text = """
    name: short
    generate: { kind: coint_path }
    features: { x: X.close }
    target: { value: diff(X.close), horizon: 1 }
    model: { cell: lstm, hidden: [8], lookback: 5 }
    training: { learning_rate: 1e-3, epochs: 1, batch: 32 }
    walk_forward: { first: 20 }
    positions: {}
    execution: { cash: 1000 }
    """
  let spec = try SpecFixture.read(text)
  #expect(spec.seed == 0)
  #expect(spec.span == SpanSpec())
  #expect(
    spec.source
      == .generate(
        GenerateSpec(
          kind: .cointPath(delta: 0.2, sigma: 0.05), bars: 1000, seed: 0, stream: .philox,
          start: 100, prices: .positive, rescale: nil, accept: [])))
  #expect(spec.positions == PositionsSpec(targets: TargetSettings(), positions: []))
  #expect(
    spec.execution
      == ExecutionSpec(settings: ExecutionSettings(cash: 1000)))
  let learning = try #require(spec.learning)
  #expect(learning.walk.refits == .every(bars: 1))
  #expect(learning.network?.configuration.dialect == .torch)
}

@Test func aRuleStrategyHasNoModelToName() throws {
  let spec = try SpecFixture.read(SpecFixture.rule)
  #expect(spec.learning == nil)
  #expect(!spec.allowLeaks)
}

@Test(arguments: [
  (
    "features: { x: X.close }",
    "features was given without a model; a spec without one has data, positions and execution"
  ),
  (
    "target: { value: X.close, horizon: 1 }",
    "target was given without a model; a spec without one has data, positions and execution"
  ),
  (
    "walk_forward: { first: 1 }",
    "walk_forward was given without a model; a spec without one has data, positions and execution"
  ),
])
func whatIsLearntNeedsAModel(section: String, message: String) {
  #expect(SpecFixture.message(section + "\n" + SpecFixture.rule) == "a.yaml:1:1: \(message)")
}

@Test func aRuleStrategyMayAcceptALeak() throws {
  let rescaled = SpecFixture.changing(
    SpecFixture.rule, "bars: 100", "bars: 100, rescale: [1, 2]")
  #expect(
    SpecFixture.message(rescaled)
      == "a.yaml:2:52: generate.rescale was [1, 2], none is allowed: "
      + "rescale maps prices by extremes of the whole series: a leak; "
      + "allow_leaks: true under training accepts it")
  let accepted = try SpecFixture.read("training: { allow_leaks: true }\n" + rescaled)
  #expect(accepted.allowLeaks)
  #expect(try SpecFixture.read(accepted.resolvedText) == accepted)
  #expect(
    SpecFixture.message("training: { allow_leaks: true, epochs: 3 }\n" + rescaled)
      == "a.yaml:1:32: training.epochs was given without a model; "
      + "without one, training may hold allow_leaks alone")
}

@Test func allowLeaksAcceptsAScalerOfTheWholeSeries() throws {
  let text = SpecFixture.changing(
    SpecFixture.changing(SpecFixture.model, "scaler_fit: train", "scaler_fit: all"),
    "allow_leaks: false", "allow_leaks: true")
  let spec = try SpecFixture.read(text)
  #expect(spec.learning?.walk.scalerFit == .all)
  #expect(spec.allowLeaks)
}

@Test(arguments: [
  (
    "prices: signed", "weight",
    "a.yaml:3:20: positions.unit was weight, units is needed: X has prices: signed"
  ),
  (
    "prices: signed", "notional",
    "a.yaml:3:20: positions.unit was notional, units is needed: X has prices: signed"
  ),
  ("prices: signed", "units", "(no error)"),
  (
    "rescale: [-1, 1]", "weight",
    "a.yaml:3:20: positions.unit was weight, units is needed: X has prices rescaled to zero or less"
  ),
  ("rescale: [1, 2]", "weight", "(no error)"),
])
func signedPricesAreTradedInUnits(key: String, unit: String, message: String) {
  let text = """
    name: signed
    generate: { kind: coint_path, \(key) }
    positions: { unit: \(unit), X: 1 }
    execution: { cash: 1000 }
    training: { allow_leaks: true }
    """
  #expect(SpecFixture.message(text) == message)
}

@Test func theUnitByDefaultIsNamedAtThePositionThatNeedsAnother() {
  let text = SpecFixture.changing(SpecFixture.rule, "bars: 100", "prices: signed")
  #expect(
    SpecFixture.message(text)
      == "a.yaml:3:17: positions.unit was weight, units is needed: X has prices: signed")
}

@Test func signedPricesThatAreNotTradedNeedNoUnit() throws {
  let text = SpecFixture.changing(
    SpecFixture.changing(SpecFixture.rule, "bars: 100", "prices: signed"), "{ X: 1 }", "{}")
  #expect(try SpecFixture.read(text).instruments[0].allowsSignedPrices)
}

@Test(arguments: [
  (
    "kind: random_walk", "kind: walk",
    "a.yaml:2:19: generate.kind was walk, one of coint_path, random_walk, ar1 is needed"
  ),
  (
    "kind: random_walk", "kind: coint_pat",
    "a.yaml:2:19: generate.kind was coint_pat, one of coint_path, random_walk, ar1 is needed; did you mean coint_path?"
  ),
  (
    "kind: random_walk, ", "",
    "a.yaml:2:11: generate.kind was missing, one of coint_path, random_walk, ar1 is needed"
  ),
  ("bars: 100", "bars: 0", "a.yaml:2:38: generate.bars was 0, at least 2 is needed"),
  (
    "bars: 100", "bars: 2921941",
    "a.yaml:2:38: generate.bars was 2921941, at most 2921940 is needed"
  ),
  (
    "bars: 100", "delta: 0.1",
    "a.yaml:2:32: generate.delta is not a key of random_walk, it belongs to coint_path"
  ),
  ("bars: 100", "series: 0", "a.yaml:2:40: generate.series was 0, at least 1 is needed"),
  (
    "bars: 100", "rng: mt",
    "a.yaml:2:37: generate.rng was mt, one of philox, numpy-legacy, numpy-pcg64 is needed"
  ),
  (
    "bars: 100", "bar: 100",
    "a.yaml:2:32: generate.bar is not a key of generate; did you mean bars?"
  ),
  ("bars: 100", "seed: -1", "a.yaml:2:38: generate.seed was -1, at least 0 is needed"),
  (
    "{ X: 1 }", "{ X3: 1 }",
    "a.yaml:3:14: positions.X3 is not an instrument of this spec; its instruments are X, Y"
  ),
  (
    "generate: { kind: random_walk, bars: 100 }", "",
    "a.yaml:1:1: data was missing, data or generate is needed"
  ),
  (
    "positions: { X: 1 }", "",
    "a.yaml:1:1: positions was missing, a mapping, which may be {}, is needed"
  ),
  (
    "execution: { cash: 1000 }", "",
    "a.yaml:1:1: execution was missing, a mapping with cash is needed"
  ),
])
func aWrongRuleStrategyIsNamed(old: String, new: String, message: String) {
  #expect(SpecFixture.message(SpecFixture.changing(SpecFixture.rule, old, new)) == message)
}

@Test(arguments: [
  ("delta: 2", "a.yaml:2:38: generate.delta was 2, at least 0 and less than 2 is needed"),
  (
    "start: 1e13",
    "a.yaml:2:38: generate.start was 10000000000000, at least -1000000000000 and at most 1000000000000 is needed"
  ),
  ("delta: 1e400", "a.yaml:2:38: generate.delta was 1e400, a finite number is needed"),
  (
    "sigma: 0, delta: 0",
    "a.yaml:2:48: generate.delta was 0 and sigma too, one of them above 0 is needed: nothing else ties X and Y together; the kind without ties is random_walk"
  ),
])
func aGeneratorRefusesByItsOwnRules(keys: String, message: String) {
  let text = SpecFixture.changing(
    SpecFixture.rule, "random_walk, bars: 100", "coint_path, \(keys)")
  #expect(SpecFixture.message(text) == message)
}

@Test(arguments: [
  (1, ["X"]), (2, ["X", "Y"]), (3, ["X1", "X2", "X3"]),
])
func walksAreNamedByTheirNumber(series: Int, names: [String]) throws {
  let text = SpecFixture.changing(
    SpecFixture.changing(SpecFixture.rule, "bars: 100", "series: \(series)"), "{ X: 1 }", "{}")
  #expect(try SpecFixture.read(text).instruments.map(\.name) == names)
}

@Test func positionsFollowTheInstruments() throws {
  let text = SpecFixture.changing(SpecFixture.rule, "{ X: 1 }", "{ Y: 2, X: 1 }")
  let positions = try SpecFixture.read(text).positions.positions
  #expect(positions.map(\.instrument) == [0, 1])
  #expect(positions.map(\.expression.text) == ["1", "2"])
}

@Test func aClockMayBeAnInstrument() throws {
  let text = SpecFixture.changing(SpecFixture.model, "clock: union", "clock: Y")
  #expect(try SpecFixture.read(text).clock == .instrument(1))
}

@Test(arguments: [
  ("0.75", 1, 0.75), ("1", 1, nil), ("31", 31, nil), ("5e-1", 1, 0.5),
])
func firstIsACountOrAFraction(text: String, count: Int, fraction: Double?) throws {
  let spec = try SpecFixture.read(SpecFixture.model, set: ["walk_forward.first=\(text)"])
  #expect(spec.learning?.walk.first == count)
  #expect(spec.learning?.firstFraction == fraction)
}

@Test func aResolvedFractionIsWrittenAsItsCount() throws {
  var spec = try SpecFixture.read(SpecFixture.model, set: ["walk_forward.first=0.75"])
  #expect(spec.resolvedText.contains("\n  first: 0.75\n"))
  spec.learning?.walk.first = 31
  spec.learning?.firstFraction = nil
  #expect(spec.resolvedText.contains("\n  first: 31\n"))
}

@Test func everyFileThatIsNotThereIsRefusedAtItsPlace() throws {
  let spec = try SpecFixture.read(SpecFixture.model)
  var asked: [String] = []
  try spec.checkFiles { path in
    asked.append(path)
    return true
  }
  #expect(asked == ["strategies/x.csv", "strategies/sub/y.csv"])
  let error = #expect(throws: SpecError.self) {
    try spec.checkFiles { $0 != "strategies/sub/y.csv" }
  }
  #expect(
    error?.description
      == "a.yaml:7:14: data.Y.file was sub/y.csv, a file that exists is needed: "
      + "there is no strategies/sub/y.csv")
}

@Test(arguments: [
  ("", "x.csv"), (".", "x.csv"), ("a/b", "a/b/x.csv"), ("/a/", "/a/x.csv"),
])
func aFileIsRelativeToTheFolderOfTheSpec(folder: String, path: String) throws {
  let spec = try SpecFixture.read(SpecFixture.model, folder: folder)
  #expect(spec.files[0].path == path)
  #expect(spec.files[0].written == "x.csv")
}

@Test func anAbsoluteFileStaysWhereItIs() throws {
  let spec = try SpecFixture.read(SpecFixture.model, set: ["data.X.file=/data/x.csv"])
  #expect(spec.files[0].path == "/data/x.csv")
}

@Test func manyInstrumentsAreReadInTheirOrder() throws {
  let names = (0..<4096).map { "I\($0)" }
  let lines = names.map { "  \($0): { file: a.csv, format: closes }" }.joined(separator: "\n")
  let positions = names.map { "  \($0): 1" }.joined(separator: "\n")
  let text = "name: many\ndata:\n\(lines)\npositions:\n\(positions)\nexecution: { cash: 1 }\n"
  #expect(try SpecFixture.read(text).instruments.map(\.name) == names)
  let tooMany = SpecFixture.changing(text, "positions:", "  One: {}\npositions:")
  #expect(
    SpecFixture.message(tooMany)
      == "a.yaml:4099:3: data had 4097 instruments, at most 4096 are allowed")
}
