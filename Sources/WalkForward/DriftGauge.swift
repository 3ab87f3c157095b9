import Bytes

/// Tells when forecasts have become worse than they were just after the last refit.
///
/// It counts the first horizon's forecasts that were made since the last refit, at its bar or later,
/// in the order of their bars, once their label has scored them. With 2 · `window` of them or more, a
/// refit is due when the mean squared error of the newest `window` is above `factor` times that of
/// the first `window`. Forecasts not scored yet are never looked at.
struct DriftGauge: Restorable, Sendable {
  let window: Int
  let factor: Double
  private var count = 0
  /// The sum of the first `window` squared errors.
  private var firstSum = 0.0
  /// The newest `window` squared errors; number i at i % window.
  private var newest: [Double] = []

  init(window: Int, factor: Double) {
    precondition(window >= 1, "a window of forecasts has one")
    precondition(factor > 0, "a factor is above 0")
    self.window = window
    self.factor = factor
  }

  /// Takes in the error of the next forecast.
  mutating func add(error: Double) {
    let square = error * error
    if count < window {
      firstSum += square
      newest.append(square)
    } else {
      newest[count % window] = square
    }
    count += 1
  }

  /// Starts anew, since the model has been refitted.
  mutating func reset() {
    count = 0
    firstSum = 0
    newest.removeAll(keepingCapacity: true)
  }

  var refitIsDue: Bool {
    guard count >= 2 * window else { return false }
    var sum = 0.0
    for index in count - window..<count { sum += newest[index % window] }
    return sum > factor * firstSum
  }

  func save(to writer: inout StateWriter) {
    writer.write(count)
    writer.write(firstSum)
    writer.write(newest)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    count = try reader.readInt()
    firstSum = try reader.readDouble()
    newest = try reader.readDoubles()
    guard count >= 0, newest.count == min(count, window) else {
      throw StateError("a drift had \(newest.count) errors of \(count), \(window) are needed")
    }
  }
}
