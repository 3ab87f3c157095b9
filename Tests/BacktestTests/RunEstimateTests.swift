import Journal
import Testing

@testable import Backtest

private func prepared(_ set: [String]) throws -> PreparedRun {
  var overrides: [SpecOverride] = []
  for setting in set { overrides.append(try SpecOverride(set: setting)) }
  return try PreparedRun(
    RunSpec(
      yaml: Array(SampleSpec.network().utf8), file: "a.yaml", folder: "", overrides: overrides),
    variant: .detected)
}

/// A dry run counts what a run then does, whatever its schedule.
@Test(arguments: [
  [],
  ["walk_forward.train=rolling", "walk_forward.window=30", "training.epochs=3"],
  ["walk_forward.refit_every=weekly"],
  ["walk_forward.refit_every=monthly", "training.batch=all"],
  ["walk_forward.refit_every=never", "walk_forward.first=0.5"],
  ["walk_forward.train=incremental", "walk_forward.replay=5"],
  ["walk_forward.max_updates=2", "training.epochs=4"],
  ["target={ value: diff(X.close), horizons: [1, 3] }"],
  ["model.stateful=true", "training.batch=1", "walk_forward.refit_every=20"],
  ["features.z=where(X.close > 100, X.close, log(-1))"],
  ["model={ forecaster: ridge, lookback: 4 }", "training={}"],
])
func aDryRunCountsWhatARunDoes(set: [String]) throws {
  let prepared = try prepared(set)
  let estimate = try RunEstimate(prepared)
  var engine = try prepared.makeEngine()
  var (refits, updates, forecasts) = (0, 0, 0)
  while try engine.step({ event in
    switch event {
    case .refit(let refit, _, _):
      refits += 1
      updates += refit.updates
    case .forecast: forecasts += 1
    default: break
    }
  }) {}
  #expect(refits > 0)
  #expect(estimate.bars == engine.bar + 1)
  #expect(estimate.refits == refits)
  #expect(estimate.updates == updates)
  #expect(estimate.forecasts == forecasts)
  #expect(!estimate.isBound)
}

@Test func earlyStoppingMakesADryRunAnUpperEnd() throws {
  let prepared = try prepared([
    "training.validation=0.2", "training.early_stopping={ patience: 1 }", "training.epochs=8",
  ])
  let estimate = try RunEstimate(prepared)
  #expect(estimate.isBound)
  #expect(estimate.updates > 0 && estimate.microsecondsPerUpdate > 0)
}
