import Bytes
import Recurrent

/// Forecasts from past labels alone: what any other model must beat.
///
/// The newest labels are inputs, like features: a forecast uses all that are known at its bar. The
/// slope of `drift` and the mean of `mean` are parameters: a refit fits them to its training samples.
public struct LabelForecaster: Forecaster {
  /// How labels become a forecast.
  public enum Rule: Equatable, Sendable {
    /// The newest known label.
    case naive
    /// The newest known label, moved on by the mean change a bar over the training samples.
    case drift
    /// The mean label of the training samples.
    case mean
    /// The newest known label that lies a whole number of seasons before the bar that is forecast.
    /// A season is in bars, at least 1.
    case seasonalNaive(season: Int)
  }

  public let rule: Rule
  public let horizons: [Int]
  let featureCount: Int
  let lookback: Int
  /// For each horizon the slope or the mean; 0 where the rule has none.
  private var parameters: [Double]

  /// - Parameters:
  ///   - rule: how labels become a forecast.
  ///   - horizons: in bars.
  ///   - features: numbers a row; they decide only, by being missing, what is a sample.
  ///   - lookback: bars of the window that must miss no feature.
  /// - Precondition: a season is at least 1.
  public init(_ rule: Rule, horizons: [Int], features: Int, lookback: Int = 1) {
    if case .seasonalNaive(let season) = rule { precondition(season >= 1, "a season has a bar") }
    self.rule = rule
    self.horizons = horizons
    featureCount = features
    self.lookback = lookback
    parameters = Array(repeating: 0, count: horizons.count)
  }

  public func makeLedger() -> SampleLedger {
    SampleLedger(featureCount: featureCount, lookback: lookback, horizons: horizons)
  }

  public mutating func fit(
    _ lesson: Lesson, from ledger: SampleLedger, observe: ((UpdateRecord) -> Void)?
  ) -> Refit {
    let samples = lesson.samples
    let (first, last) = (samples[0], samples[samples.count - 1])
    for index in horizons.indices {
      switch rule {
      case .naive, .seasonalNaive:
        break
      case .drift:
        // Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 5.2.
        let change =
          ledger.label(of: last, horizonIndex: index) - ledger.label(of: first, horizonIndex: index)
        parameters[index] = last > first ? change / Double(last - first) : 0
      case .mean:
        var sum = 0.0
        for sample in samples { sum += ledger.label(of: sample, horizonIndex: index) }
        parameters[index] = sum / Double(samples.count)
      }
    }
    return Refit(solvedBy: lesson, samples: samples.count, loss: .nan)
  }

  public func forecast(at bar: Int, from ledger: SampleLedger) -> [Prediction]? {
    var predictions: [Prediction] = []
    for index in horizons.indices {
      guard let value = forecast(at: bar, from: ledger, index) else { return nil }
      predictions.append(Prediction(value))
    }
    return predictions
  }

  private func forecast(at bar: Int, from ledger: SampleLedger, _ index: Int) -> Double? {
    let forecastBar = bar + horizons[index]
    switch rule {
    case .mean:
      return parameters[index]
    case .naive, .drift:
      guard
        let newest = ledger.newestLabel(at: bar, horizonIndex: index, before: forecastBar, step: 1)
      else { return nil }
      return newest.label + parameters[index] * Double(forecastBar - newest.bar)
    case .seasonalNaive(let season):
      return ledger.newestLabel(
        at: bar, horizonIndex: index, before: forecastBar, step: season)?.label
    }
  }

  public func save(to writer: inout StateWriter) { writer.write(parameters) }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    parameters = try reader.readDoubles(count: horizons.count, "the parameters of the labels' rule")
  }
}

extension Refit {
  /// A refit that solves for its parameters: no epochs, one mean squared error.
  init(solvedBy lesson: Lesson, samples: Int, loss: Double) {
    self.init(
      index: lesson.refit, samples: samples, epochs: 0, updates: 0, lossFirst: loss,
      lossLast: loss, start: .cold)
  }
}

extension SampleLedger {
  /// The last bar at which a label of a horizon may lie that is known at `bar` and is not the one
  /// forecast there.
  func newestLabelBar(at bar: Int, horizonIndex: Int) -> Int {
    horizons[horizonIndex] == 0 ? bar - 1 : bar
  }

  /// The newest known label that lies a whole number of steps before `end`, and its bar.
  func newestLabel(at bar: Int, horizonIndex: Int, before end: Int, step: Int) -> (
    bar: Int, label: Double
  )? {
    // A target at the first bars lies before any sample could have forecast it.
    let first = horizons[horizonIndex]
    let newest = newestLabelBar(at: bar, horizonIndex: horizonIndex)
    var candidate = end - (end - newest + step - 1) / step * step
    while candidate >= first {
      let label = labelsAtBar[candidate * horizons.count + horizonIndex]
      if !label.isNaN { return (candidate, label) }
      candidate -= step
    }
    return nil
  }
}
