import Bytes
import Expressions
import Market
import WalkForward

/// The hedge ratios that position expressions read: least-squares slopes of one close on another, over
/// the bars that the latest refit knew, frozen until the next.
struct HedgeRatios: Restorable, Sendable {
  private var pairs: [HedgePair] = []

  /// - Parameters:
  ///   - inputs: of expressions; those that are no hedge ratio are passed over.
  ///   - trainingSet: of the walk; a rolling one bounds the bars that a slope is made of.
  init(of inputs: [InputSlot], trainingSet: TrainingSet) {
    var window: Int?
    if case .rolling(let size) = trainingSet { window = size }
    for case .hedgeRatio(let y, let x) in inputs
    where !pairs.contains(where: { $0.y == y && $0.x == x }) {
      pairs.append(HedgePair(y: y, x: x, window: window))
    }
  }

  var isEmpty: Bool { pairs.isEmpty }

  /// The ratio of Y to X, NaN before the first refit.
  func value(of y: Int, on x: Int) -> Double {
    for pair in pairs where pair.y == y && pair.x == x { return pair.slope }
    return .nan
  }

  /// Takes note of a step.
  ///
  /// - Parameters:
  ///   - panel: at the step.
  ///   - trainedThroughBar: the last bar that a refit so far was trained through, -1 before the first.
  mutating func step(_ panel: borrowing Panel, trainedThroughBar: Int) {
    for index in pairs.indices {
      let y = panel.value(of: .close, pairs[index].y)
      let x = panel.value(of: .close, pairs[index].x)
      pairs[index].add(bar: panel.step, y: y, x: x)
      // Refits move this bar, and with it the ratio; between them both stand still.
      if trainedThroughBar > pairs[index].trainedThroughBar {
        pairs[index].refit(through: trainedThroughBar)
      }
    }
  }

  func save(to writer: inout StateWriter) {
    for pair in pairs { pair.save(to: &writer) }
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    for index in pairs.indices { try pairs[index].restore(from: &reader) }
  }
}

/// One pair of closes.
///
/// Bars wait until a refit has been trained through them. Then they go into the sums, or with a window
/// into the rows that the slope is made of anew. Both are summed from the oldest bar to the newest,
/// after the first values were taken off, so that the result depends on the closes alone.
private struct HedgePair: Restorable, Sendable {
  let y: Int
  let x: Int
  /// Rows that count, nil for all.
  let window: Int?
  private(set) var slope = Double.nan
  private(set) var trainedThroughBar = -1

  /// Rows with both closes: first those within the window, oldest first, then those not yet trained
  /// through.
  private var bars: [Int] = []
  private var ys: [Double] = []
  private var xs: [Double] = []
  /// Rows that a refit has been trained through.
  private var trained = 0
  /// Of all rows so far, less the first one: count, first y and x, sums of y, x, x·x and x·y.
  private var sums = Array(repeating: 0.0, count: 7)

  init(y: Int, x: Int, window: Int?) {
    self.y = y
    self.x = x
    self.window = window
  }

  mutating func add(bar: Int, y: Double, x: Double) {
    guard !y.isNaN, !x.isNaN else { return }
    bars.append(bar)
    ys.append(y)
    xs.append(x)
  }

  mutating func refit(through bar: Int) {
    trainedThroughBar = bar
    while trained < bars.count, bars[trained] <= bar { trained += 1 }
    if let window {
      drop(max(0, trained - window))
      trained = min(trained, window)
      sums = Array(repeating: 0.0, count: 7)
      for row in 0..<trained { sum(row) }
    } else {
      for row in 0..<trained { sum(row) }
      drop(trained)
      trained = 0
    }
    let (count, sumY, sumX, squares, products) = (sums[0], sums[3], sums[4], sums[5], sums[6])
    let spread = squares - sumX * sumX / count
    let value = (products - sumX * sumY / count) / spread
    slope = count >= 2 && spread > 0 && value.isFinite ? value : .nan
  }

  private mutating func drop(_ count: Int) {
    bars.removeFirst(count)
    ys.removeFirst(count)
    xs.removeFirst(count)
  }

  private mutating func sum(_ row: Int) {
    if sums[0] == 0 { (sums[1], sums[2]) = (ys[row], xs[row]) }
    let (y, x) = (ys[row] - sums[1], xs[row] - sums[2])
    sums[0] += 1
    sums[3] += y
    sums[4] += x
    sums[5] += x * x
    sums[6] += x * y
  }

  func save(to writer: inout StateWriter) {
    writer.write(slope)
    writer.write(trainedThroughBar)
    writer.write(bars)
    writer.write(ys)
    writer.write(xs)
    writer.write(trained)
    writer.write(sums)
  }

  mutating func restore(from reader: inout StateReader) throws(StateError) {
    slope = try reader.readDouble()
    trainedThroughBar = try reader.readInt()
    bars = try reader.readInts()
    ys = try reader.readDoubles(count: bars.count, "the closes of a hedge ratio")
    xs = try reader.readDoubles(count: bars.count, "the closes of a hedge ratio")
    trained = try reader.readInt()
    guard (0...bars.count).contains(trained) else {
      throw StateError(
        "the rows of a hedge ratio were \(trained), at most \(bars.count) are needed")
    }
    sums = try reader.readDoubles(count: 7, "the sums of a hedge ratio")
  }
}
