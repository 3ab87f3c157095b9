extension EquityMetrics {
  /// The Sharpe ratio of the last `window` returns at each bar of the tested span.
  ///
  /// - Parameter window: bars, at least 2; the bars of a year, say.
  /// - Returns: one a bar, NaN at the first window − 1 and where returns do not vary. Empty where returns
  ///   were not kept, the run was ruined or the bars of a year are not known.
  public func rollingSharpe(window: Int) -> [Double] {
    precondition(window >= 2, "a window has at least two returns")
    let all = settled
    guard let returns = all.kept.tested(isTesting: isTesting), ruinedAtBar < 0,
      let perYear = annualisation.barsPerYear.figure.value
    else { return [] }
    let values = Array(returns)
    var ratios = [Double](repeating: .nan, count: values.count)
    var (sum, squares) = (WideSum(), WideSum())
    let n = Double(window)
    for index in values.indices {
      sum.add(values[index])
      squares.addProduct(values[index], values[index])
      if index >= window {
        let oldest = values[index - window]
        sum.add(-oldest)
        squares.addProduct(-oldest, oldest)
      }
      guard index >= window - 1 else { continue }
      let mean = sum.value / n
      let deviation = max((squares.value - n * mean * mean) / (n - 1), 0).squareRoot()
      // What cancels leaves a rounding of this order.
      guard deviation > max(Span.roundingOfReturns, 1e-7 * abs(mean)) else { continue }
      ratios[index] = (mean - riskFreePerYear / perYear) / deviation * perYear.squareRoot()
    }
    return ratios
  }
}
