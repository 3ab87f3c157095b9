import Bytes
import Journal

/// The forecasts of a run, so that another run on the same bars can act on them without a model.
///
/// A forecast does not depend on how orders fill. So whoever asks what a run would have earned under
/// other fills trains the model once, and hands what it said to the engines of all the others.
public struct RecordedForecasts: Equatable, Sendable {
  private let horizons: [Int]
  /// Row-major, horizons a bar; NaN where none was made.
  private var values: [Double] = []
  /// The step last taken, from 0.
  private var bar = -1

  /// - Parameter horizons: in the order of the spec.
  init(horizons: [Int]) { self.horizons = horizons }

  /// Reads the forecasts of a run from its logs; an engine without a model needs none.
  ///
  /// - Throws: `journal` where the table is missing or is not what a run writes.
  public init(readingFrom directory: String, spec: RunSpec) throws(RunFailure) {
    self.init(horizons: spec.learning?.target.horizons ?? [])
    guard !horizons.isEmpty else { return }
    do throws(JournalError) {
      let rows = try TableReader("\(directory)/\(LogTable.forecasts.table.fileName)")
      while try rows.next() {
        let horizon = try rows.whole(ForecastColumns.horizon)
        let bar = try rows.whole(ForecastColumns.bar)
        guard let index = horizons.firstIndex(of: horizon), bar >= 0 else {
          throw .damaged(
            rows.finding(ForecastColumns.horizon, needed: "a horizon of the run"))
        }
        record(try rows.double(ForecastColumns.forecast), bar: bar, horizonIndex: index)
      }
    } catch {
      throw .journal(error)
    }
  }

  /// Takes a forecast made at a bar.
  mutating func record(_ value: Double, bar: Int, horizonIndex: Int) {
    let missing = (bar + 1) * horizons.count - values.count
    if missing > 0 { values.append(contentsOf: repeatElement(.nan, count: missing)) }
    values[bar * horizons.count + horizonIndex] = value
  }

  /// Goes on to the next bar.
  mutating func advance() { bar += 1 }

  /// The forecast for a horizon of the step last taken, NaN where none was made.
  func forecast(horizon: Int) -> Double {
    guard let index = horizons.firstIndex(of: horizon), bar >= 0,
      values.indices.contains(bar * horizons.count + index)
    else { return .nan }
    return values[bar * horizons.count + index]
  }
}

extension RecordedForecasts: Restorable {
  public func save(to writer: inout StateWriter) {
    writer.write(bar)
    writer.write(values)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    bar = try reader.readInt()
    values = try reader.readDoubles()
    guard bar >= -1, horizons.isEmpty ? values.isEmpty : values.count % horizons.count == 0 else {
      throw StateError(
        "\(values.count) recorded forecasts do not fit \(horizons.count) horizons at bar \(bar)")
    }
  }
}
