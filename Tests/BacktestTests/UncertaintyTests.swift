import Backtest
import Bytes
import Journal
import Testing

private func run(_ set: [String], in directory: String) throws -> Manifest {
  var overrides: [SpecOverride] = []
  for setting in set { overrides.append(try SpecOverride(set: setting)) }
  let spec = try RunSpec(
    yaml: Array(SampleSpec.network().utf8), file: "test.yaml", folder: "", overrides: overrides)
  let session = try RunSession(
    starting: PreparedRun(spec, variant: .detected), options: RunOptions(folder: directory))
  return try session.run()
}

private let quantiles = ["training.loss=quantile", "training.quantiles=[0.1, 0.5, 0.9]"]

struct UncertaintyTests {
  @Test func quantilesFillLowerAndUpperAndAreCounted() throws {
    let scratch = Scratch()
    let manifest = try run(quantiles, in: scratch.file("a"))
    let forecasts = try TableText("forecasts", of: scratch.file("a"))
    #expect(!forecasts.rows.isEmpty)
    for row in 1...forecasts.rows.count {
      let lower = try #require(Double(forecasts[row, "lower"]))
      let middle = try #require(Double(forecasts[row, "forecast"]))
      let upper = try #require(Double(forecasts[row, "upper"]))
      #expect(lower <= middle && middle <= upper)
      #expect(forecasts[row, "spread"].isEmpty)
    }
    // Counted again from the table.
    let scores = try TableText("scores", of: scratch.file("a"))
    var within = 0
    for row in 1...scores.rows.count {
      let actual = try #require(Double(scores[row, "actual"]))
      let lower = try #require(Double(scores[row, "lower"]))
      let upper = try #require(Double(scores[row, "upper"]))
      if lower <= actual && actual <= upper { within += 1 }
    }
    #expect(
      manifest.metrics["interval_coverage"]?.doubleValue
        == Double(within) / Double(scores.rows.count))
    #expect(abs((manifest.metrics["interval_nominal"]?.doubleValue ?? 0) - 0.8) < 1e-15)
    #expect(try RunInvariants(checking: scratch.file("a")).findings.isEmpty)
  }

  @Test func anEnsembleFillsSpreadAndKeepsTheWeightsOfAll() throws {
    let scratch = Scratch()
    let manifest = try run(["model.ensemble=3"], in: scratch.file("a"))
    let forecasts = try TableText("forecasts", of: scratch.file("a"))
    var sum = 0.0
    for row in 1...forecasts.rows.count {
      let spread = try #require(Double(forecasts[row, "spread"]))
      #expect(spread > 0)
      #expect(forecasts[row, "lower"].isEmpty && forecasts[row, "upper"].isEmpty)
      sum += spread
    }
    #expect(
      manifest.metrics["ensemble_spread"]?.doubleValue == sum / Double(forecasts.rows.count))
    #expect(
      manifest.files.keys.sorted()
        == ["model-2.safetensors", "model-3.safetensors", "model.safetensors"])
    #expect(try RunInvariants(checking: scratch.file("a")).findings.isEmpty)
    // A run of one network in its place takes the others' weights away.
    let session = try RunSession(
      starting: PreparedRun(
        RunSpec(yaml: Array(SampleSpec.network().utf8), file: "test.yaml", folder: ""),
        variant: .detected),
      options: RunOptions(folder: scratch.file("a"), replacesRun: true))
    _ = try session.run()
    #expect(!FileIO.exists(scratch.file("a/model-2.safetensors")))
  }

  @Test func tablesThatAreAskedForAreWrittenAndTrue() throws {
    let scratch = Scratch()
    let manifest = try run(
      ["logs={ losses: true, fitted: true }", "training.validation=0.25", "training.epochs=3"],
      in: scratch.file("a"))
    let losses = try TableText("losses", of: scratch.file("a"))
    let training = try TableText("training", of: scratch.file("a"))
    // Three epochs of at least two batches at each refit.
    #expect(losses.rows.count >= 6 * training.rows.count)
    for row in 1...training.rows.count {
      #expect(Double(training[row, "validation_loss"]) != nil)
      let best = try #require(Int(training[row, "best_epoch"]))
      #expect((1...3).contains(best))
    }
    #expect(training[1, "start"] == "cold")
    #expect(training[2, "start"] == "warm")
    let fitted = try TableText("fitted", of: scratch.file("a"))
    #expect(fitted.rows.count == Int(training[training.rows.count, "samples"]))
    #expect(manifest.tables.count == 11)
    #expect(try RunInvariants(checking: scratch.file("a")).findings.isEmpty)
  }

  @Test func tablesThatAreNotAskedForAreNotThere() throws {
    let scratch = Scratch()
    let manifest = try run([], in: scratch.file("a"))
    #expect(manifest.tables.count == 9)
    #expect(!FileIO.exists(scratch.file("a/losses.csv.zst")))
  }

  @Test func aTouchedWeightIsFound() throws {
    let scratch = Scratch()
    _ = try run([], in: scratch.file("a"))
    var weights = try FileIO.readAll(scratch.file("a/model.safetensors"))
    weights[weights.count - 1] ^= 1
    try FileIO.writeAtomically(weights, to: scratch.file("a/model.safetensors"))
    let findings = try RunInvariants(checking: scratch.file("a")).findings
    #expect(findings.map(\.place) == ["model.safetensors"])
  }

  @Test func aSpreadThatNoEnsembleMadeIsFound() throws {
    let scratch = Scratch()
    _ = try run(quantiles, in: scratch.file("a"))
    var forecasts = try TableText("forecasts", of: scratch.file("a"))
    forecasts[2, "spread"] = "0.5"
    forecasts[3, "upper"] = "-1000.0"
    forecasts[4, "lower"] = ""
    try forecasts.write()
    let findings = try RunInvariants(checking: scratch.file("a")).findings.map(\.description)
    #expect(findings.count == 4)
    #expect(findings.contains { $0.contains("forecasts.csv.zst:2:spread") })
    #expect(findings.contains { $0.contains("forecasts.csv.zst:3:upper") })
    #expect(findings.contains { $0.contains("forecasts.csv.zst:4:lower") })
  }

  @Test func aStatefulRunSaysHowMuchHistoryItNeeds() throws {
    let scratch = Scratch()
    let manifest = try run(["model.stateful=true", "training.batch=1"], in: scratch.file("a"))
    let washout = try #require(manifest.metrics["washout"]?.arrayValue)
    #expect(washout.first?["bars"]?.intValue == 1)
    #expect(washout.allSatisfy { $0["horizon"]?.intValue == 2 })
    let caveats = try run(
      ["model.stateful=keras"], in: scratch.file("b")
    ).caveats
    #expect(caveats.contains { $0.hasPrefix("keras_state: ") })
  }

  @Test func theScaleOfMASEIsTheNaiveErrorOnLabelsKnownAtTheRefit() throws {
    let scratch = Scratch()
    let manifest = try run(["walk_forward.refit_every=never"], in: scratch.file("a"))
    let scores = try TableText("scores", of: scratch.file("a"))
    let training = try TableText("training", of: scratch.file("a"))
    let fittedAt = try #require(Int(training[1, "bar"]))
    // The label at a bar is the change of X; its naive forecast the change two bars before.
    // A nowcast begins at bar 1; the start is 100.
    let closes = [100.0] + (try SampleCloses.x(count: fittedAt))
    let changes = [Double.nan] + zip(closes.dropFirst(), closes).map { $0 - $1 }
    var (sum, count) = (0.0, 0)
    for bar in 3...fittedAt {
      sum += abs(changes[bar] - changes[bar - 2])
      count += 1
    }
    var errors = 0.0
    for row in 1...scores.rows.count {
      let actual = try #require(Double(scores[row, "actual"]))
      let forecast = try #require(Double(scores[row, "forecast"]))
      errors += abs(actual - forecast)
    }
    let mase = errors / Double(scores.rows.count) / (sum / Double(count))
    #expect(abs((manifest.metrics["mase"]?.doubleValue ?? 0) - mase) < 1e-12 * mase)
  }
}

/// The closes of X in `SampleSpec.pair`.
private enum SampleCloses {
  static func x(count: Int) throws -> [Double] {
    let spec = try RunSpec(
      yaml: Array(
        """
        name: closes
        generate: \(SampleSpec.pair)
        features: { x: X.close }
        target: { value: X.close, horizon: 0 }
        model: { forecaster: naive }
        walk_forward: { first: 1 }
        positions: {}
        execution: { cash: 1 }
        """.utf8), file: "closes.yaml", folder: "")
    var engine = try PreparedRun(spec, variant: .detected).makeEngine()
    var closes: [Double] = []
    while closes.count < count,
      try engine.step({ event in
        if case .score(let score, _, _, _) = event { closes.append(score.actual) }
      })
    {}
    return closes
  }
}
