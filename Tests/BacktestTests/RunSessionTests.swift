import Bytes
import Foundation
import Journal
import Synthetic
import Testing

@testable import Backtest

private let small = [
  "generate.bars=260", "walk_forward.first=60", "walk_forward.window=60", "model.hidden=[5]",
  "model.lookback=8", "model.dropout=0.2", "training.shuffle=true",
  "positions.X=0.5 * clip(forecast / std(forecast, 20), -1, 1)",
  "positions.Y=-0.5 * clip(forecast / std(forecast, 20), -1, 1)",
]

private func prepared(_ more: String...) throws -> PreparedRun {
  try PreparedRun(strategy("coint-lstm", settings: small + more), variant: .detected)
}

@Test func aRunResumedAtAnyBarEndsWithTheSameDigest() throws {
  let scratch = try ScratchFolder()
  let whole = try RunSession(
    starting: prepared(), options: RunOptions(folder: scratch.path + "/whole")
  ).run()
  #expect(whole.status == .complete)
  #expect(whole.tables["scores"]?.rows ?? 0 > 100)
  #expect(whole.tables["fills"]?.rows ?? 0 > 50)

  var random = SystemRandomNumberGenerator()
  for _ in 0..<6 {
    let stop = Int.random(in: 1..<259, using: &random)
    let options = RunOptions(folder: scratch.path + "/stopped-\(stop)")
    var asked = 0
    let interrupted = try RunSession(starting: prepared(), options: options).run(
      stopRequested: {
        asked += 1
        return asked == stop
      })
    #expect(interrupted.status == .interrupted)
    let session = try #require(
      try RunSession.resume(options.folder, variant: .detected, options: options))
    let resumed = try session.run()
    #expect(resumed.status == .complete)
    #expect(resumed.digest == whole.digest, "stopped after bar \(stop)")
    #expect(resumed.metrics == whole.metrics, "stopped after bar \(stop)")
    #expect(
      try FileIO.readAll(options.folder + "/model.safetensors")
        == FileIO.readAll(scratch.path + "/whole/model.safetensors"))
    try? FileManager.default.removeItem(atPath: options.folder)
  }
}

@Test func oneAndTwoThreadsGiveTheSameBytes() throws {
  let scratch = try ScratchFolder()
  var manifests: [Manifest] = []
  for threads in [1, 2] {
    manifests.append(
      try RunSession(
        starting: prepared(),
        options: RunOptions(folder: scratch.path + "/\(threads)", threads: threads)
      ).run())
  }
  #expect(manifests[0].digest == manifests[1].digest)
  for name in manifests[0].tables.keys {
    #expect(
      try FileIO.readAll(scratch.path + "/1/\(name).csv.zst")
        == FileIO.readAll(scratch.path + "/2/\(name).csv.zst"))
  }
}

@Test func everySeedGivesAnotherRun() throws {
  let scratch = try ScratchFolder()
  var digests: Set<String> = []
  for seed in 1...3 {
    digests.insert(
      try RunSession(
        starting: prepared("seed=\(seed)"), options: RunOptions(folder: scratch.path + "/\(seed)")
      ).run().digest)
  }
  #expect(digests.count == 3)
}

@Test func aRunThatDivergesIsLeftAsFailedWithItsPlaceNamed() throws {
  let scratch = try ScratchFolder()
  let folder = scratch.path + "/run"
  let session = try RunSession(
    starting: prepared("training.learning_rate=1e30", "training.epochs=5"),
    options: RunOptions(folder: folder))
  do {
    _ = try session.run()
    Issue.record("the run was complete")
  } catch {
    guard case .training = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.description.contains("refit 1"), "\(error)")
    #expect(error.description.hasPrefix("bar "), "\(error)")
  }
  let manifest = try Manifest(readingFrom: folder)
  #expect(manifest.status == .failed)
  #expect(manifest.warnings.contains { $0.hasPrefix("failed: bar ") })
}

@Test func aRunWithTooFewBarsSaysHowManyItNeeds() throws {
  let scratch = try ScratchFolder()
  let manifest = try RunSession(
    starting: prepared("generate.bars=40"), options: RunOptions(folder: scratch.path + "/run")
  ).run()
  #expect(manifest.status == .complete)
  #expect(
    manifest.warnings == [
      "no forecast was made: at least 70 bars are needed for the first, 40 were there"
    ])
  #expect(manifest.tables["forecasts"]?.rows == 0)
}

@Test func theFirstForecastComesWhereTheTimelineSaysSo() throws {
  // The first change exists at bar 1, so the first window of 8 ends at bar 8; the 60th sample is bar
  // 67, and its label two bars ahead is known at bar 69.
  for bars in [69, 70] {
    let prepared = try prepared("generate.bars=\(bars)")
    var engine = try prepared.makeEngine()
    var first: Int?
    while try engine.step({ event in
      if case .forecast(let forecast, _, _) = event, first == nil { first = forecast.bar }
    }) {}
    #expect(prepared.timeline?.firstForecast == 69)
    #expect(first == (bars == 70 ? 69 : nil))
  }
}

@Test func aFractionOfTheSpanIsResolvedIntoTheSpec() throws {
  let prepared = try prepared("walk_forward.first=0.25")
  #expect(prepared.spec.learning?.walk.first == 65)
  #expect(prepared.spec.resolvedText.contains("first: 65"))
}

@Test func theOracleIsScoredBesideTheModelFromAGeneratorOrATruthFile() throws {
  let scratch = try ScratchFolder()
  let generated = try RunSession(
    starting: prepared(), options: RunOptions(folder: scratch.path + "/generated")
  ).run()
  let skill = try #require(generated.metrics["oracle_skill"]?.doubleValue)
  #expect(skill > 0 && skill < 0.3)
  guard case .generate(let generate) = try strategy("coint-lstm", settings: small).source else {
    Issue.record("the strategy generates its bars")
    return
  }
  let series = SyntheticSeries(try generate.settings())
  try FileIO.writeAtomically(series.csv(instrument: 0), to: scratch.path + "/X.csv")
  try FileIO.writeAtomically(series.csv(instrument: 1), to: scratch.path + "/Y.csv")
  try FileIO.writeAtomically(Array(series.truthText().utf8), to: scratch.path + "/truth.json")
  let text = try String(
    decoding: FileIO.readAll(repository + "strategies/coint-lstm.yaml"), as: UTF8.self
  ).split(separator: "\n", omittingEmptySubsequences: false).map { line in
    line.hasPrefix("generate:")
      ? "data: { X: { file: X.csv, format: pawl }, Y: { file: Y.csv, format: pawl } }" : line
  }.joined(separator: "\n")
  let spec = try RunSpec(
    yaml: Array(text.utf8), file: "spec.yaml", folder: scratch.path + "/",
    overrides: try small.dropFirst().map { try SpecOverride(set: $0) })
  let fromFiles = try RunSession(
    starting: PreparedRun(spec, variant: .detected),
    options: RunOptions(folder: scratch.path + "/files")
  ).run()
  #expect(fromFiles.digest == generated.digest)
  #expect(fromFiles.metrics == generated.metrics)
}
