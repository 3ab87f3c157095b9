import Numerics
import Recurrent

@testable import WalkForward

/// The rules of a walk told again, slowly: everything is found anew at each bar from all bars so
/// far. Only the network, `Scaler` and the drawing of a replay are shared.
struct PlainWalk {
  let plan: RandomWalk
  var network: Network
  var features: [[Double]] = []
  var labels: [[Double]] = []
  var refits = 0
  var firstRefitBar = 0
  var used: [Int] = []
  var frozen: ScalerSet?
  var lastTrained = -1
  var made: [Forecast] = []

  var refit: Refit?
  var forecasts: [Forecast] = []
  var scores: [Score] = []

  init(_ plan: RandomWalk) {
    self.plan = plan
    network = plan.network
  }

  var configuration: WalkConfiguration { plan.configuration }
  var lookback: Int { network.configuration.lookback }
  var now: Int { features.count - 1 }

  func label(_ sample: Int, _ output: Int) -> Double {
    labels[sample + configuration.horizons[output]][output]
  }

  func isComplete(_ end: Int) -> Bool {
    end >= lookback - 1 && features[(end - lookback + 1)...end].joined().allSatisfy { !$0.isNaN }
  }

  /// Labels of one output that lie in a window and were known when it ended.
  func ownLabels(_ end: Int, _ output: Int) -> [Double] {
    let h = configuration.horizons[output]
    return ((end - lookback + 1)...end).filter { $0 >= h && (h > 0 || $0 < end) }
      .map { labels[$0][output] }.filter { !$0.isNaN }
  }

  func scalesItself(_ end: Int) -> Bool {
    configuration.targetScaler == .none
      || configuration.horizons.indices.allSatisfy { !ownLabels(end, $0).isEmpty }
  }

  var mature: [Int] {
    let newest = now - max(configuration.horizons.max() ?? 0, 1)
    return (0..<max(newest + 1, 0)).filter { sample in
      isComplete(sample) && configuration.horizons.indices.allSatisfy { !label(sample, $0).isNaN }
        && (configuration.scalerFit != .window || scalesItself(sample))
    }
  }

  func scalers(rows: [Int], labels: [[Double]]) -> ScalerSet {
    func statistics(_ values: [Double], _ kind: ScalerKind) -> ScalerStatistics {
      var statistics = ScalerStatistics(for: kind)
      for value in values { statistics.add(value) }
      return statistics
    }
    return ScalerSet(
      features: (0..<network.configuration.features).map { column in
        statistics(rows.map { features[$0][column] }, configuration.scaler)
      }, outputs: labels.map { statistics($0, configuration.targetScaler) },
      kind: configuration.scaler,
      outputKind: configuration.targetScaler)
  }

  func scalers(of samples: [Int]) -> ScalerSet {
    scalers(
      rows: Set(samples.flatMap { $0 - lookback + 1...$0 }).sorted(),
      labels: configuration.horizons.indices.map { output in samples.map { label($0, output) } })
  }

  func scalers(window end: Int) -> ScalerSet {
    scalers(
      rows: Array(end - lookback + 1...end),
      labels: configuration.horizons.indices.map { ownLabels(end, $0) })
  }

  func scaledRow(_ row: Int, _ scalers: ScalerSet) -> [Float] {
    features[row].enumerated().map { Float(scalers.features[$0].scaled($1)) }
  }

  mutating func step(features row: [Double], labels values: [Double]) throws {
    features.append(row)
    labels.append(values)
    (refit, forecasts, scores) = (nil, [], [])
    let mature = mature
    let isDue =
      refits == 0
      ? mature.count >= configuration.first
      : isDueAgain
    if isDue { try fit(mature) }
    if refits > 0, isComplete(now), configuration.scalerFit != .window || scalesItself(now) {
      forecast()
    }
    for forecast in made where forecast.bar + forecast.horizon == now {
      let output = configuration.horizons.firstIndex(of: forecast.horizon) ?? 0
      let actual = label(forecast.bar, output)
      if !actual.isNaN { scores.append(Score(bar: now, forecast: forecast, actual: actual)) }
    }
  }

  private var isDueAgain: Bool {
    guard case .every(let bars) = configuration.refits else { return false }
    return (now - firstRefitBar) % bars == 0
  }

  mutating func fit(_ mature: [Int]) throws {
    let samples: [Int]
    switch configuration.trainingSet {
    case .expanding: samples = mature
    case .rolling(let window): samples = mature.suffix(window)
    case .incremental(let replay):
      let draw = PhiloxStream(
        seed: configuration.seed, purpose: .replay, refit: UInt32(refits + 1))
      var sequence = PhiloxSequence(draw)
      let older = sequence.sample(min(replay, used.count), of: used.count).map { used[$0] }
      samples = older + mature.filter { !used.contains($0) }
    }
    if samples.isEmpty { return }
    refits += 1
    if refits == 1 { firstRefitBar = now }
    var fitted = samples
    if case .incremental = configuration.trainingSet { fitted = mature }
    if refits == 1 || configuration.scalerFit == .train { frozen = scalers(of: fitted) }
    let data = trainingData(samples)
    var start = refits == 1 ? Refit.Start.cold : .warm
    switch configuration.start {
    case .warm: break
    case .warmResetMoments:
      if refits > 1 { start = .warmResetMoments }
      network.resetMoments()
    case .cold:
      start = .cold
      if plan.isGiven { network = plan.network } else { network.redraw(refit: refits) }
    }
    let report = try network.fit(data, refit: refits)
    used = mature
    let reached = (samples.last ?? 0) + (configuration.horizons.max() ?? 0)
    lastTrained = max(lastTrained, reached)
    refit = Refit(
      index: refits, samples: samples.count, epochs: report.epochs, updates: report.updates,
      lossFirst: report.lossFirst, lossLast: report.lossLast, start: start)
  }

  /// Rows that windows share are there once, since sums over shared rows are taken row by row; a
  /// window with scalers of its own shares none.
  func trainingData(_ samples: [Int]) -> TrainingData {
    var data = TrainingData(rows: [], ends: [], labels: [])
    var held: [Int] = []
    for sample in samples {
      let itself = configuration.scalerFit == .window
      guard let own = itself ? scalers(window: sample) : frozen else { continue }
      let window = Array(sample - lookback + 1...sample)
      let missing = itself ? window : window.filter { !held.contains($0) }
      held += missing
      data.rows += missing.flatMap { scaledRow($0, own) }
      data.ends.append(held.count - 1)
      data.labels += configuration.horizons.indices.map {
        Float(own.outputs[$0].scaled(label(sample, $0)))
      }
    }
    return data
  }

  mutating func forecast() {
    let own = configuration.scalerFit == .window ? scalers(window: now) : frozen
    guard let own else { return }
    var output = [Float](repeating: 0, count: configuration.horizons.count)
    var workspace = network.makeWorkspace()
    network.forecast(
      rows: (now - lookback + 1...now).flatMap { scaledRow($0, own) }, end: lookback - 1,
      into: &output, using: &workspace)
    for (index, horizon) in configuration.horizons.enumerated() {
      let newest = now - max(horizon, 1)
      let known = newest < 0 ? [] : (0...newest).map { label($0, index) }.filter { !$0.isNaN }
      forecasts.append(
        Forecast(
          bar: now, horizon: horizon, trainedThroughBar: lastTrained, refit: refits,
          value: own.outputs[index].restored(Double(output[index])), naive: known.last ?? .nan,
          mean: known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)))
    }
    made += forecasts
  }
}
