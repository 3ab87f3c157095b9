import Foundation
import Testing

@testable import Backtest

/// What is set over the fixture, and the message; `X:` and `Y:` are set whole.
@Test(
  arguments: [
    (["data.X.tick=0"], "data.X.tick=0: data.X.tick was 0, above 0 is needed"),
    (["data.X.lot=0"], "data.X.lot=0: data.X.lot was 0, above 0 is needed"),
    (["data.X.tick=-0.01"], "data.X.tick=-0.01: data.X.tick was -0.01, above 0 is needed"),
    (["data.X.lot=all"], "data.X.lot=all: data.X.lot was all, none or a number is needed"),
    (
      ["data.X.multiplier=.nan"],
      "data.X.multiplier=.nan: data.X.multiplier was .nan, a number is needed"
    ),
    (
      ["data.X.multiplier=nan"],
      "data.X.multiplier=nan: data.X.multiplier was nan, a number is needed"
    ),
    (
      ["data.X.multiplier=0"],
      "data.X.multiplier=0: data.X.multiplier was 0, above 0 is needed"
    ),
    (
      ["data.X.multiplier=-50"],
      "data.X.multiplier=-50: data.X.multiplier was -50, above 0 is needed"
    ),
    (
      ["execution.slippage_ticks=1", "data.X.tick=0.01"],
      "execution.slippage_ticks=1: execution.slippage_ticks was 1.0, a tick of every traded "
        + "instrument is needed: Y has none"
    ),
    (
      ["data.X.currency=EUR"],
      "data.X.currency=EUR: data.X.currency was EUR, none is needed without execution.currency "
        + "beside it"
    ),
    (
      ["execution.currency=USD", "data.X.currency=EUR"],
      "data.X.currency=EUR: data.X.currency was EUR, an unknown currency: USD is needed, or its "
        + "rate in execution.rates"
    ),
    (
      ["execution.currency=USD", "execution.rates={ GBP: Y }", "data.X.currency=EUR"],
      "data.X.currency=EUR: data.X.currency was EUR, an unknown currency: USD or GBP is needed, or "
        + "its rate in execution.rates"
    ),
    (
      ["data.X.currency=euro"],
      "data.X.currency=euro: data.X.currency was euro, three capital letters, as in USD, is needed"
    ),
    (
      [
        "execution.currency=USD", "execution.rates={ GBP: Y, EUR: X }", "data.X.currency=GBP",
      ],
      "execution.rates={ GBP: Y, EUR: X }: execution.rates.EUR was X, whose prices are in GBP; an "
        + "instrument in the account's currency is needed"
    ),
    (
      ["execution.currency=USD", "execution.rates={ GBP: Y }", "data.Y.prices=signed"],
      "execution.rates={ GBP: Y }: execution.rates.GBP was Y, an instrument with prices above 0 is "
        + "needed: it has prices: signed"
    ),
    (
      ["execution.account=cash", "data.Y.prices=signed"],
      "execution.account=cash: execution.account was cash, margin is needed: Y has prices: signed"
    ),
    (
      ["data.X.adjust=total"],
      "data.X.adjust=total: data.X.adjust was total, none, or a file of actions beside it, is needed"
    ),
    (
      ["data.X.adjust=all", "data.X.actions=a.csv"],
      "data.X.adjust=all: data.X.adjust was all, one of none, splits, total is needed"
    ),
    (
      ["data.X.actions=a.csv", "data.X.prices=signed"],
      "data.X.actions=a.csv: data.X.actions was given beside prices: signed, one of the two is needed"
    ),
    (
      ["data.X.actions=a.csv", "data.X.rescale=[1, 2]", "training.allow_leaks=true"],
      "data.X.actions=a.csv: data.X.actions was given beside rescale, one of the two is needed"
    ),
    (
      ["data.X.calendar=[1]"],
      "data.X.calendar=[1]: data.X.calendar was [1], none, always, weekdays or a file is needed"
    ),
    (
      ["data.X.fill_missing=next"],
      "data.X.fill_missing=next: data.X.fill_missing was next, none or last is needed"
    ),
    (
      ["data.X.detail={ format: pawl }"],
      "data.X.detail={ format: pawl }: data.X.detail.file was missing, a file is needed"
    ),
    (
      ["data.X.detail={ file: a.csv, format: pawl, interval: 1h }"],
      "data.X.detail={ file: a.csv, format: pawl, interval: 1h }: data.X.detail.interval is not a key "
        + "of data.X.detail; its keys are file, format, symbol"
    ),
    (
      ["execution.path=detail"],
      "execution.path=detail: execution.path was detail, a detail file of some instrument is needed"
    ),
  ])
func aWrongInstrumentIsNamedByPlaceFoundAndNeeded(set: [String], message: String) {
  #expect(SpecFixture.message(SpecFixture.model, set: set) == "--set " + message)
}

@Test(arguments: [
  (["generate.tick=0"], "generate.tick was 0, above 0 is needed"),
  (["generate.multiplier=0"], "generate.multiplier was 0, above 0 is needed"),
  (["calendar=weekdays"], "calendar was given beside generate, none is needed: it is of bar files"),
  (
    ["execution.path=detail"],
    "execution.path was detail, a detail file of some instrument is needed"
  ),
  (
    ["execution.slippage_ticks=0.5"],
    "execution.slippage_ticks was 0.5, a tick of every traded instrument is needed: X has none"
  ),
])
func wrongKeysOfAGeneratorAreNamed(set: [String], message: String) {
  #expect(
    SpecFixture.message(SpecFixture.rule, set: set).hasSuffix(": " + message),
    "\(SpecFixture.message(SpecFixture.rule, set: set))")
}

@Test func instrumentsCarryWhatTheSpecSays() throws {
  let spec = try SpecFixture.read(
    SpecFixture.model,
    set: [
      "execution.currency=USD", "execution.rates={ EUR: Y }", "data.X.currency=EUR",
      "data.X.tick=0.25", "data.X.lot=1", "data.X.multiplier=50", "data.Y.currency=USD",
    ])
  let (x, y) = (spec.instruments[0], spec.instruments[1])
  #expect(x.tick == 0.25 && x.lot == 1 && x.multiplier == 50 && x.rate == 1)
  #expect(y.tick == nil && y.lot == nil && y.multiplier == 1 && y.rate == nil)

  let generated = try SpecFixture.read(
    SpecFixture.rule,
    set: ["generate.tick=0.5", "generate.lot=none", "execution.slippage_ticks=1"])
  #expect(generated.instruments.map(\.tick) == [0.5, 0.5])
}

@Test func theCalendarOfTheSpecIsThatOfEachInstrumentWithoutOne() throws {
  let spec = try SpecFixture.read(
    SpecFixture.model, set: ["calendar=nyse.yaml", "data.Y.calendar=none"])
  guard case .files(let files) = spec.source else { preconditionFailure("bars come from files") }
  guard case .file(let calendar) = files[0].calendar else {
    Issue.record("\(files[0].calendar)")
    return
  }
  #expect(calendar.written == "nyse.yaml" && calendar.path == "strategies/nyse.yaml")
  #expect(files[1].calendar == .none)
  // The session says when a date closes; where there is none, the end of the day.
  #expect(files[0].closeTimeMs == nil)
  #expect(spec.files.map(\.written) == ["x.csv", "nyse.yaml", "sub/y.csv"])
  #expect(
    try SpecFixture.read(SpecFixture.model, set: ["calendar=weekdays"]).resolvedText
      .components(separatedBy: "calendar: weekdays").count == 3)
}

@Test func actionsAdjustBySplitsByDefault() throws {
  let spec = try SpecFixture.read(SpecFixture.model, set: ["data.X.actions=a.csv"])
  guard case .files(let files) = spec.source else { preconditionFailure("bars come from files") }
  #expect(files.map(\.adjust) == [.splits, .none])
  #expect(spec.hasActions)
  #expect(!(try SpecFixture.read(SpecFixture.model).hasActions))
}

@Test(arguments: ["actions=a.csv", "calendar=a.yaml", "detail={ file: a.csv, format: pawl }"])
func aMissingFileOfAnInstrumentIsNamed(set: String) throws {
  let spec = try SpecFixture.read(SpecFixture.model, set: ["data.X.\(set)"])
  let key = set.hasPrefix("detail") ? "detail.file" : String(set.prefix { $0 != "=" })
  let error = #expect(throws: SpecError.self) {
    try spec.checkFiles { $0.hasSuffix("x.csv") || $0.hasSuffix("y.csv") }
  }
  #expect(error?.message.hasPrefix("data.X.\(key) was a.") == true, "\(String(describing: error))")
}
