import Bytes
import Recurrent

/// Forecasts by a regression that each refit solves anew: one for each horizon, on its own label
/// directly (no forecast is fed back as an input).
public struct RegressionForecaster: Forecaster {
  /// What a label is regressed on.
  public enum Inputs: Equatable, Sendable {
    /// All features of the window, with a ridge penalty of at least 0 on the standardised inputs.
    case window(penalty: Double)
    /// The newest `order` labels of the same horizon that are known, an autoregression; at least 1.
    case labels(order: Int)
    /// Two features, the levels of a pair: how far the first lies from its long-run line on the
    /// second, and the last changes of both.
    ///
    /// Engle and Granger, "Co-integration and Error Correction", 1987, in two steps: the line is
    /// fitted by least squares over the bars of the training samples.
    case errorCorrection
  }

  public let inputs: Inputs
  public let horizons: [Int]
  public let features: Int
  public let lookback: Int
  private let weightHalfLife: Double?
  /// Of each horizon: the intercept, then the coefficients. Empty before the first refit.
  private var parameters: [[Double]] = []
  /// The long-run line of a pair: first = intercept + slope · second.
  private var line = (intercept: 0.0, slope: 0.0)

  /// - Parameters:
  ///   - inputs: what a label is regressed on.
  ///   - horizons: in bars.
  ///   - features: numbers a row.
  ///   - lookback: bars of the window that must miss no feature; a pair's changes take 2 at least.
  ///   - weightHalfLife: bars of age by which a sample's weight halves; nil weighs all alike.
  /// - Precondition: the penalty is not negative; an order is at least 1; a pair has 2 features.
  public init(
    _ inputs: Inputs, horizons: [Int], features: Int, lookback: Int, weightHalfLife: Double? = nil
  ) {
    switch inputs {
    case .window(let penalty):
      precondition(penalty >= 0 && penalty.isFinite, "a penalty is not negative")
      self.lookback = lookback
    case .labels(let order):
      precondition(order >= 1, "an autoregression has a label to go by")
      self.lookback = lookback
    case .errorCorrection:
      precondition(features == 2, "a pair has two features")
      self.lookback = max(lookback, 2)
    }
    self.inputs = inputs
    self.horizons = horizons
    self.features = features
    self.weightHalfLife = weightHalfLife
  }

  /// Inputs of one regression.
  private var width: Int {
    switch inputs {
    case .window: features * lookback
    case .labels(let order): order
    case .errorCorrection: 3
    }
  }

  public func makeLedger() -> SampleLedger {
    SampleLedger(featureCount: features, lookback: lookback, horizons: horizons)
  }

  /// The loss is the mean squared error over the training samples of all horizons, in the target's
  /// own unit.
  public mutating func fit(
    _ lesson: Lesson, from ledger: SampleLedger, observe: ((UpdateRecord) -> Void)?
  ) -> Refit {
    let weights = SampleWeights(halfLife: weightHalfLife)
    if inputs == .errorCorrection { fitLine(lesson.samples, weights, ledger) }
    var penalty = 0.0
    if case .window(let given) = inputs { penalty = given }
    parameters.removeAll(keepingCapacity: true)
    var loss = 0.0
    var most = 0
    for index in horizons.indices {
      var rows: [Double] = []
      var labels: [Double] = []
      var samples: [Int] = []
      for sample in lesson.samples {
        guard appendInputs(at: sample, from: ledger, index, to: &rows) else { continue }
        labels.append(ledger.label(of: sample, horizonIndex: index))
        samples.append(sample)
      }
      guard !samples.isEmpty else {
        parameters.append([])
        continue
      }
      let solved = LeastSquares(
        inputs: rows, width: width, labels: labels, weights: weights.of(samples),
        penalty: penalty)
      parameters.append([solved.intercept] + solved.coefficients)
      loss += solved.meanSquaredError
      most = max(most, samples.count)
    }
    return Refit(solvedBy: lesson, samples: most, loss: loss / Double(horizons.count))
  }

  public func forecast(at bar: Int, from ledger: SampleLedger) -> [Prediction]? {
    var predictions: [Prediction] = []
    for index in horizons.indices {
      var row: [Double] = []
      guard let parameters = parameters[index].isEmpty ? nil : parameters[index],
        appendInputs(at: bar, from: ledger, index, to: &row)
      else { return nil }
      var value = parameters[0]
      for column in row.indices { value += parameters[column + 1] * row[column] }
      predictions.append(Prediction(value))
    }
    return predictions
  }

  /// Appends the inputs of the regression of a horizon.
  ///
  /// - Returns: false, and nothing appended, where one is missing.
  private func appendInputs(
    at bar: Int, from ledger: SampleLedger, _ index: Int, to row: inout [Double]
  ) -> Bool {
    switch inputs {
    case .window:
      row += ledger.rows[(bar - lookback + 1) * features..<(bar + 1) * features]
    case .labels(let order):
      let newest = ledger.newestLabelBar(at: bar, horizonIndex: index)
      guard newest - order + 1 >= horizons[index] else { return false }
      let lags = (0..<order).map { ledger.labelsAtBar[(newest - $0) * horizons.count + index] }
      guard lags.allSatisfy({ !$0.isNaN }) else { return false }
      row += lags
    case .errorCorrection:
      let (first, second) = (ledger.rows[bar * 2], ledger.rows[bar * 2 + 1])
      row.append(first - (line.intercept + line.slope * second))
      row.append(first - ledger.rows[bar * 2 - 2])
      row.append(second - ledger.rows[bar * 2 - 1])
    }
    return true
  }

  private mutating func fitLine(
    _ samples: [Int], _ weights: SampleWeights, _ ledger: SampleLedger
  ) {
    let solved = LeastSquares(
      inputs: samples.map { ledger.rows[$0 * 2 + 1] }, width: 1,
      labels: samples.map { ledger.rows[$0 * 2] }, weights: weights.of(samples), penalty: 0)
    line = (solved.intercept, solved.coefficients[0])
  }

  public func save(to writer: inout StateWriter) {
    writer.write(parameters.count)
    for values in parameters { writer.write(values) }
    writer.write([line.intercept, line.slope])
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let count = try reader.readInt()
    guard count == 0 || count == horizons.count else {
      throw StateError("a regression had \(count) horizons, \(horizons.count) are needed")
    }
    parameters.removeAll()
    for _ in 0..<count {
      let values = try reader.readDoubles()
      guard values.isEmpty || values.count == width + 1 else {
        throw StateError("a regression had \(values.count) parameters, \(width + 1) are needed")
      }
      parameters.append(values)
    }
    let values = try reader.readDoubles(count: 2, "a pair's line")
    line = (values[0], values[1])
  }
}
