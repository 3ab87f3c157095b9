import Bytes
import Recurrent

/// Goes the way of another walk on the same bars, with the forecasts that it made in the place of a model.
///
/// A forecast does not depend on how orders fill. So whoever asks what a run would have earned under
/// other fills trains its model once, and hands what it said to the walks of all the others: their
/// samples, refits and scores are the same, and nothing is trained.
public struct ForecastReplay: Forecaster {
  private let ledger: SampleLedger
  /// Row-major, horizons a bar; the value is NaN where none was made.
  private var predictions: [Prediction] = []
  /// Refits that were kept from taking hold.
  private var keptRefits: Set<Int> = []

  /// - Parameter ledger: an empty one, as the model of the other walk makes it.
  public init(ledger: SampleLedger) { self.ledger = ledger }

  /// Takes a forecast of the other walk.
  ///
  /// - Precondition: it is of one of the ledger's horizons.
  public mutating func record(_ forecast: Forecast) {
    let width = ledger.horizons.count
    guard let index = ledger.horizons.firstIndex(of: forecast.horizon) else {
      preconditionFailure("horizon \(forecast.horizon) is not one of this walk")
    }
    let missing = (forecast.bar + 1) * width - predictions.count
    if missing > 0 {
      predictions.append(contentsOf: repeatElement(Prediction(.nan), count: missing))
    }
    var prediction = Prediction(forecast.value)
    (prediction.lower, prediction.upper) = (forecast.lower, forecast.upper)
    prediction.spread = forecast.spread
    predictions[forecast.bar * width + index] = prediction
  }

  /// Takes note of a refit of the other walk that came to nothing.
  public mutating func recordKept(refit: Int) { keptRefits.insert(refit) }

  public func makeLedger() -> SampleLedger { ledger }

  public mutating func fit(
    _ lesson: Lesson, from ledger: SampleLedger, observe: ((UpdateRecord) -> Void)?
  ) throws(TrainingError) -> Refit {
    if keptRefits.contains(lesson.refit) {
      throw TrainingError(refit: lesson.refit, epoch: 0, update: 0, found: .weights)
    }
    return Refit(
      index: lesson.refit, samples: lesson.samples.count, epochs: 0, updates: 0, lossFirst: .nan,
      lossLast: .nan, start: .warm)
  }

  public mutating func forecast(at bar: Int, from ledger: SampleLedger) -> [Prediction]? {
    let width = ledger.horizons.count
    guard (bar + 1) * width <= predictions.count else { return nil }
    let row = predictions[bar * width..<(bar + 1) * width]
    return row.contains { $0.value.isNaN } ? nil : Array(row)
  }

  // What was recorded is the same for the whole walk, and no state of it.
  public func save(to writer: inout StateWriter) {}
  public mutating func restore(from reader: inout StateReader) throws(StateError) {}
}
