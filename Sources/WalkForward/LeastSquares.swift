/// Weighted least squares with an intercept, ridge penalty where asked for.
///
/// Inputs are centred and scaled to unit variance by the weighted mean and standard deviation of
/// their rows (dividing by the sum of the weights), and b minimises
/// Σ w (y - ȳ - z·b)² + penalty · b·b. The normal equations are solved by Cholesky's decomposition
/// in Float64, all sums in the order of the rows. An input that is constant, or that the ones before
/// it explain but for 1e-10 of its variance, gets the coefficient 0 (unless a penalty tells them
/// apart).
struct LeastSquares: Equatable {
  /// What is forecast where every input is 0.
  private(set) var intercept: Double
  /// One an input, in its own unit.
  private(set) var coefficients: [Double]
  /// The weighted mean of the squared residuals.
  private(set) var meanSquaredError: Double

  private static let tolerance = 1e-10

  /// - Parameters:
  ///   - inputs: [row x width] row-major.
  ///   - width: inputs a row; may be 0.
  ///   - labels: one a row, at least one.
  ///   - weights: one a row, above 0; empty weighs all alike.
  ///   - penalty: at least 0.
  init(inputs: [Double], width: Int, labels: [Double], weights: [Double], penalty: Double) {
    let count = labels.count
    precondition(count >= 1 && inputs.count == count * width, "there is a row of inputs a label")
    precondition(weights.isEmpty || weights.count == count, "there is a weight a label")
    let weights = weights.isEmpty ? Array(repeating: 1, count: count) : weights
    var total = 0.0
    for weight in weights { total += weight }

    var labelMean = 0.0
    for row in 0..<count { labelMean += weights[row] * labels[row] }
    labelMean /= total

    let (means, scales) = Self.moments(of: inputs, width: width, weights: weights, total: total)
    var scaled = inputs
    for row in 0..<count {
      for column in 0..<width {
        let place = row * width + column
        scaled[place] = scales[column] == 0 ? 0 : (inputs[place] - means[column]) / scales[column]
      }
    }

    // The lower triangle of Z'WZ, and Z'Wy.
    var gram = [Double](repeating: 0, count: width * width)
    var right = [Double](repeating: 0, count: width)
    gram.withUnsafeMutableBufferPointer { gram in
      scaled.withUnsafeBufferPointer { scaled in
        for row in 0..<count {
          let residual = labels[row] - labelMean
          for column in 0..<width {
            let weighted = weights[row] * scaled[row * width + column]
            right[column] += weighted * residual
            for other in 0...column {
              gram[column * width + other] += weighted * scaled[row * width + other]
            }
          }
        }
      }
    }
    for column in 0..<width { gram[column * width + column] += penalty }

    let solution = Self.solve(gram, right, width: width)
    coefficients = Array(repeating: 0, count: width)
    intercept = labelMean
    for column in 0..<width where scales[column] != 0 {
      coefficients[column] = solution[column] / scales[column]
      intercept -= coefficients[column] * means[column]
    }
    meanSquaredError = 0
    for row in 0..<count {
      var residual = labels[row] - labelMean
      for column in 0..<width { residual -= solution[column] * scaled[row * width + column] }
      meanSquaredError += weights[row] * (residual * residual)
    }
    meanSquaredError /= total
  }

  /// The weighted mean and standard deviation of each column.
  private static func moments(
    of inputs: [Double], width: Int, weights: [Double], total: Double
  ) -> (means: [Double], scales: [Double]) {
    var means = [Double](repeating: 0, count: width)
    var scales = [Double](repeating: 0, count: width)
    var low = [Double](repeating: .infinity, count: width)
    var high = [Double](repeating: -.infinity, count: width)
    for row in weights.indices {
      for column in 0..<width {
        let value = inputs[row * width + column]
        means[column] += weights[row] * value
        low[column] = min(low[column], value)
        high[column] = max(high[column], value)
      }
    }
    for column in 0..<width { means[column] /= total }
    for row in weights.indices {
      for column in 0..<width {
        let distance = inputs[row * width + column] - means[column]
        scales[column] += weights[row] * (distance * distance)
      }
    }
    for column in 0..<width {
      // A constant's mean may be off by an ulp, which must not be blown up to unit size.
      scales[column] = high[column] > low[column] ? (scales[column] / total).squareRoot() : 0
    }
    return (means, scales)
  }

  /// Solves A x = b by A = L L', A's lower triangle given; x is 0 where the pivot vanishes.
  private static func solve(_ matrix: [Double], _ right: [Double], width: Int) -> [Double] {
    var lower = matrix
    var solution = right
    for column in 0..<width {
      let row = column * width
      let diagonal = matrix[row + column]
      for other in 0..<column {
        // L's element, from the columns before it.
        var sum = lower[row + other]
        for inner in 0..<other { sum -= lower[row + inner] * lower[other * width + inner] }
        let pivot = lower[other * width + other]
        lower[row + other] = pivot == 0 ? 0 : sum / pivot
      }
      var pivot = diagonal
      for inner in 0..<column { pivot -= lower[row + inner] * lower[row + inner] }
      let root = pivot > tolerance * diagonal ? pivot.squareRoot() : 0
      lower[row + column] = root
      var sum = right[column]
      for inner in 0..<column { sum -= lower[row + inner] * solution[inner] }
      solution[column] = root == 0 ? 0 : sum / root
    }
    for column in stride(from: width - 1, through: 0, by: -1) {
      let root = lower[column * width + column]
      var sum = solution[column]
      for below in column + 1..<max(width, column + 1) {
        sum -= lower[below * width + column] * solution[below]
      }
      solution[column] = root == 0 ? 0 : sum / root
    }
    return solution
  }
}
