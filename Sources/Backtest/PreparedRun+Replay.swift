import Journal
import WalkForward

extension PreparedRun {
  /// What the model of this run said, read from its logs, to be said again in other runs on its bars.
  ///
  /// - Returns: nil for a rule strategy.
  /// - Throws: `journal` where a table is missing or is not what a run writes.
  func forecastReplay(readingFrom directory: String) throws(RunFailure) -> ForecastReplay? {
    guard let learning = spec.learning else { return nil }
    let forecaster = try makeForecaster(learning, walkConfiguration(learning), 1)
    let steps = try countSteps()
    var replay = ForecastReplay(ledger: forecaster.makeLedger())
    do throws(JournalError) {
      let refits = try TableReader("\(directory)/\(LogTable.training.table.fileName)")
      while try refits.next() {
        guard refits.text(TrainingColumns.start) == Refit.Start.kept.rawValue else { continue }
        replay.recordKept(refit: try refits.whole(TrainingColumns.refit))
      }
      let rows = try TableReader("\(directory)/\(LogTable.forecasts.table.fileName)")
      while try rows.next() {
        let forecast = try rows.forecast()
        guard learning.target.horizons.contains(forecast.horizon) else {
          throw .damaged(rows.finding(ForecastColumns.horizon, needed: "a horizon of the run"))
        }
        guard (0..<steps).contains(forecast.bar) else {
          throw .damaged(
            rows.finding(ForecastColumns.bar, needed: "a bar of the run, which has \(steps),"))
        }
        replay.record(forecast)
      }
    } catch {
      throw .journal(error)
    }
    return replay
  }
}

extension TableReader {
  /// The row of `forecasts` that is at hand.
  fileprivate func forecast() throws(JournalError) -> Forecast {
    Forecast(
      bar: try whole(ForecastColumns.bar), horizon: try whole(ForecastColumns.horizon),
      trainedThroughBar: try whole(ForecastColumns.trainedThroughBar),
      refit: try whole(ForecastColumns.refit), value: try double(ForecastColumns.forecast),
      naive: try double(ForecastColumns.naive), mean: try double(ForecastColumns.mean),
      lower: try double(ForecastColumns.lower), upper: try double(ForecastColumns.upper),
      spread: try double(ForecastColumns.spread))
  }
}
