/// Moments and correlations of a sample kept in memory.
enum Sample {
  static func mean(_ values: [Double]) -> Double {
    var sum = WideSum()
    for value in values { sum.add(value) }
    return sum.value / Double(values.count)
  }

  /// Whether the values differ by more than the rounding of numbers of size `scale`.
  static func varies(_ values: [Double], scale: Double) -> Bool {
    guard let low = values.min(), let high = values.max() else { return false }
    return high - low > 8 * scale * Double.ulpOfOne
  }

  /// Whether the values differ by more than their own rounding.
  static func varies(_ values: [Double]) -> Bool {
    varies(values, scale: values.reduce(0) { max($0, abs($1)) })
  }

  /// Σ(x − mean x)(y − mean y).
  static func crossDeviation(_ x: [Double], _ y: [Double]) -> Double {
    let meanX = mean(x)
    let meanY = mean(y)
    var sum = WideSum()
    for index in x.indices { sum.addProduct(x[index] - meanX, y[index] - meanY) }
    return sum.value
  }

  /// Pearson's correlation of two samples that vary, in −1...1.
  static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let value =
      crossDeviation(x, y)
      / (crossDeviation(x, x).squareRoot() * crossDeviation(y, y).squareRoot())
    return min(max(value, -1), 1)
  }

  /// Ranks from 1; equal values share the mean of theirs.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      // Places start + 1 ... end.
      let shared = Double(start + 1 + end) / 2
      for place in start..<end { ranks[order[place]] = shared }
      start = end
    }
    return ranks
  }
}
