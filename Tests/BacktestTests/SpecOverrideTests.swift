import Testing

@testable import Backtest

@Test(arguments: [
  ("training.epochs=0", "training.epochs was 0, at least 1 is needed"),
  ("training.epochs", "there was no =, KEY=VALUE is needed"),
  ("=5", "the key was empty, a path like training.epochs is needed"),
  ("a..b=1", "the key was a..b, a path like training.epochs is needed"),
  ("training.epoch=5", "training.epoch is not a key of training; did you mean epochs?"),
  ("trainin.epochs=5", "trainin is not a key of a spec; did you mean training?"),
  ("seed=", "seed was empty, a whole number is needed"),
  ("seed=&a 7", "an anchor is not allowed in a spec"),
  (
    "name=[",
    "the YAML could not be read: while parsing a flow node, did not find expected node content"
  ),
  ("data={}", "data was {}, at least one instrument is needed"),
  ("training.epochs.x=5", "training.epochs was 3, a mapping is needed to set training.epochs.x in"),
  ("walk_forward.window=3", "walk_forward.window was given without train: rolling, which it needs"),
  ("model.cell=gra", "model.cell was gra, one of rnn, gru, lstm is needed; did you mean gru?"),
  (
    "span={ from: x }",
    "span.from was x, a date like 2018-12-31 or a time like 2018-12-31T21:00:00Z is needed"
  ),
  ("span={ from: 2001-01-01, from: 2002-01-01 }", "from stands there a second time"),
])
func aWrongValueOfTheCommandLineIsNamedByItsOption(option: String, message: String) {
  #expect(
    SpecFixture.message(SpecFixture.model, set: [option]) == "--set \(option): \(message)")
}

@Test func aSetValueTakesThePlaceOfTheSpecs() throws {
  let spec = try SpecFixture.read(
    SpecFixture.model,
    set: [
      "training.epochs=5", "execution.fee_bps=2", "span={ from: 2001-01-01 }",
      "features.x=-X.close", "walk_forward.train=rolling", "walk_forward.window=40",
      "execution.slippage_bps=3", "training.epochs=6",
    ])
  #expect(spec.learning?.network?.training.epochs == 6)
  #expect(spec.execution.settings.fees.takerBps == 2)
  #expect(spec.execution.settings.slippageBps == 3)
  #expect(spec.span.to == nil)
  #expect(spec.span.from != nil)
  #expect(spec.learning?.features[0].expression.text == "-X.close")
  #expect(spec.learning?.walk.trainingSet == .rolling(window: 40))
}

@Test func aSectionThatIsMissingMayBeSet() throws {
  let spec = try SpecFixture.read(SpecFixture.rule, set: ["span.to=2001-01-01"])
  #expect(spec.span.to != nil)
}

@Test func aSeedOfTheCommandLineIsANumber() throws {
  func read(_ seed: String) throws(SpecError) -> RunSpec {
    try RunSpec(
      yaml: Array(SpecFixture.rule.utf8), file: "a.yaml", folder: "",
      overrides: [SpecOverride(seed: seed)])
  }
  #expect(try read("4294967295").seed == .max)
  let error = #expect(throws: SpecError.self) { try read("x") }
  #expect(error?.description == "--seed x: seed was x, a whole number is needed")
}
