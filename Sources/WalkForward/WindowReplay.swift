import Bytes
import Recurrent

/// Goes the way of a network's walk without its training: scalers are fitted at each refit, and in the
/// network's place a single unit is, which costs next to nothing. So what the last refit trained on
/// can be looked at after the walk.
///
/// It makes no forecasts, so refits that wait for a drift of forecasts do not come.
public struct WindowReplay: Forecaster {
  private var forecaster: RecurrentForecaster
  private let lookback: Int
  private var samples: [Int] = []

  /// - Parameters:
  ///   - configuration: of the walk.
  ///   - network: whose windows are wanted.
  ///   - loss: of its training.
  ///   - leakedScalers: with `scalerFit` `all`, the scalers of the whole series.
  public init(
    configuration: WalkConfiguration, network: NetworkConfiguration, loss: Loss,
    leakedScalers: ScalerSet? = nil
  ) {
    var small = network
    small.cell = .rnn
    small.hidden = [1]
    (small.dropout, small.inputDropout, small.recurrentDropout) = (0, 0, 0)
    forecaster = RecurrentForecaster(
      configuration: configuration,
      ensemble: Ensemble(
        Network(
          small,
          training: TrainingConfiguration(
            loss: loss, optimizer: Optimizer(.sgd, dialect: .torch), learningRate: 1e-9, epochs: 1,
            batch: .all))),
      leakedScalers: leakedScalers)
    lookback = network.lookback
  }

  public func makeLedger() -> SampleLedger { forecaster.makeLedger() }

  public mutating func fit(
    _ lesson: Lesson, from ledger: SampleLedger, observe: ((UpdateRecord) -> Void)?
  ) throws(TrainingError) -> Refit {
    samples = lesson.samples
    return try forecaster.fit(lesson, from: ledger, observe: nil)
  }

  public mutating func forecast(at bar: Int, from ledger: SampleLedger) -> [Prediction]? { nil }

  /// The newest windows that the last refit trained on, scaled, one behind the other.
  ///
  /// - Parameters:
  ///   - most: there are at most so many, and none before the first refit.
  ///   - ledger: of the walk.
  /// - Returns: rows, row-major, and the last row of each window.
  public func newestWindows(
    most: Int, of ledger: SampleLedger
  ) -> (rows: [Float], ends: [Int]) {
    var forecaster = forecaster
    let width = ledger.featureCount
    var rows: [Float] = []
    var ends: [Int] = []
    for sample in samples.suffix(most) where sample >= lookback - 1 {
      let window = ledger.rows[(sample - lookback + 1) * width..<(sample + 1) * width]
      // The samples of a stateful network are single rows: before them may lie a gap.
      guard window.allSatisfy(\.isFinite) else { continue }
      if forecaster.configuration.scalerFit == .window {
        // It leaves the scalers of the window that it forecast from.
        _ = forecaster.forecast(at: sample, from: ledger)
      }
      for (index, value) in window.enumerated() {
        rows.append(Float(forecaster.scalers.features[index % width].scaled(value)))
      }
      ends.append(rows.count / width - 1)
    }
    return (rows, ends)
  }

  public func save(to writer: inout StateWriter) {
    forecaster.save(to: &writer)
    writer.write(samples)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    try forecaster.restore(from: &reader)
    samples = try reader.readInts()
  }
}
