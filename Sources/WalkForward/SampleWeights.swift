import Numerics

/// Weights that halve with every so many bars of a sample's age, their mean 1.
struct SampleWeights: Sendable {
  /// In bars, above 0; nil weighs all samples alike.
  let halfLife: Double?

  /// One weight a sample of a training set in time order; none where all weigh alike.
  func of(_ samples: [Int]) -> [Double] {
    guard let halfLife, let newest = samples.last else { return [] }
    var weights = samples.map { Elementary.power(2, -Double(newest - $0) / halfLife) }
    var sum = 0.0
    for weight in weights { sum += weight }
    let mean = sum / Double(weights.count)
    for index in weights.indices { weights[index] /= mean }
    return weights
  }
}
