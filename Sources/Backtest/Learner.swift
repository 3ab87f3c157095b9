import Bytes
import Expressions
import Journal
import Market
import Recurrent
import Synthetic
import WalkForward

/// Phase 4 of a bar: features and targets are evaluated, the walk learns and forecasts, and where the
/// truth of the series is known the oracle forecasts beside it.
struct Learner: Restorable {
  let horizons: [Int]
  /// Whether each update of a network is told; the norm of its gradient takes time.
  var tellsUpdates = false
  private(set) var features: BoundExpressions
  /// One target for each horizon, since `h` and `at_origin` depend on it.
  private(set) var targets: [BoundExpressions]
  private(set) var walk: Walk
  private var oracle: OracleForecasts?
  private var scales: NaiveScales

  /// The forecasts of the step last taken, one a horizon; NaN where none was made.
  private(set) var forecasts: [Double]
  private var featureRow: [Double]
  private var labelRow: [Double]
  /// Bars at which each feature was null.
  private(set) var nullCounts: [Int]
  /// When each bar closed, for the rows that name an earlier one.
  private var times: [Int] = []

  init(
    features: ExpressionProgram, targets: [ExpressionProgram], walk: Walk,
    oracle: OracleForecasts?
  ) {
    horizons = walk.configuration.horizons
    self.features = BoundExpressions(features)
    self.targets = targets.map { BoundExpressions($0) }
    self.walk = walk
    self.oracle = oracle
    scales = NaiveScales(horizons: horizons)
    forecasts = Array(repeating: .nan, count: horizons.count)
    featureRow = Array(repeating: .nan, count: features.outputs.count)
    labelRow = Array(repeating: .nan, count: horizons.count)
    nullCounts = Array(repeating: 0, count: features.outputs.count)
  }

  var refitCount: Int { walk.refitCount }

  /// The last bar that a refit so far was trained through; -1 before the first.
  var trainedThroughBar: Int { walk.trainedThroughBar }

  /// The forecast for a horizon of the step last taken, NaN where none was made.
  func forecast(horizon: Int) -> Double {
    horizons.firstIndex(of: horizon).map { forecasts[$0] } ?? .nan
  }

  mutating func step(_ panel: borrowing Panel, _ emit: (Event) -> Void) throws(RunFailure) {
    let time = panel.time
    evaluate(panel)
    oracle?.observe(panel)
    scales.add(labels: labelRow)
    do throws(TrainingError) {
      if tellsUpdates {
        try withoutActuallyEscaping(emit) { emit throws(TrainingError) in
          try walk.step(time: time, features: featureRow, labels: labelRow) { emit(.update($0)) }
        }
      } else {
        try walk.step(time: time, features: featureRow, labels: labelRow)
      }
    } catch {
      throw .training(error, bar: panel.step, time: time)
    }
    if let refit = walk.refit {
      scales.addRefit()
      emit(.refit(refit, bar: panel.step, time: time))
    }
    for index in forecasts.indices { forecasts[index] = .nan }
    for (index, forecast) in walk.forecasts.enumerated() {
      forecasts[index] = forecast.value
      oracle?.remember(forecast)
      emit(
        .forecast(forecast, time: time, trainedThrough: self.time(of: forecast.trainedThroughBar)))
    }
    for score in walk.scores {
      let horizonIndex = horizons.firstIndex(of: score.forecast.horizon) ?? 0
      emit(
        .score(
          score, time: time, oracle: oracle?.value(for: score),
          scale: scales.scale(refit: score.forecast.refit, horizonIndex: horizonIndex)))
    }
    oracle?.forget(through: panel.step)
  }

  /// Evaluates features and targets at this bar.
  private mutating func evaluate(_ panel: borrowing Panel) {
    times.append(Int(panel.time.milliseconds))
    features.stepFeatures(panel)
    for index in featureRow.indices {
      featureRow[index] = features.output(index)
      if featureRow[index].isNaN { nullCounts[index] += 1 }
    }
    for index in targets.indices {
      targets[index].step(panel)
      labelRow[index] = targets[index].output(0)
    }
  }

  /// How far the last forecasts of a stateful network move when its history is cut; nil for any other
  /// model.
  var washoutJSON: JSONValue? {
    let rows = walk.washout()
    guard !rows.isEmpty else { return nil }
    return .array(
      rows.map { row in
        [
          "bars": .int(row.bars), "horizon": .int(row.horizon), "change": JSONValue(row.change),
          "relative_change": JSONValue(row.relativeChange),
        ]
      })
  }

  /// The model's forecasts on the samples of its last refit.
  func fitted() -> [(forecast: FittedForecast, time: Timestamp)] {
    walk.fitted().map { ($0, time(of: $0.bar)) }
  }

  private func time(of bar: Int) -> Timestamp {
    Timestamp(milliseconds: Int64(times[bar]))
  }

  func save(to writer: inout StateWriter) {
    features.save(to: &writer)
    for target in targets { target.save(to: &writer) }
    walk.save(to: &writer)
    oracle?.save(to: &writer)
    scales.save(to: &writer)
    writer.write(nullCounts)
    writer.write(times)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    try features.restore(from: &reader)
    for index in targets.indices { try targets[index].restore(from: &reader) }
    try walk.restore(from: &reader)
    try oracle?.restore(from: &reader)
    try scales.restore(from: &reader)
    nullCounts = try reader.readInts()
    times = try reader.readInts()
    guard nullCounts.count == featureRow.count else {
      throw StateError(
        "the features had \(nullCounts.count) counts, \(featureRow.count) are needed")
    }
  }
}
