import Numerics

extension Schedule {
  /// The learning rate's multiple for the update that `updates` others came before.
  func factor(updates: Int) -> Double {
    let step = Double(updates)
    switch self {
    case .constant, .plateau:
      return 1
    case .exponential(let rate, let steps):
      return Elementary.exp(step / Double(steps) * Elementary.log(rate))
    case .inverseTime(let rate, let steps):
      return 1 / (1 + rate * (step / Double(steps)))
    case .cosine(let end, let steps):
      // (1 + cos πx)/2 = cos² πx/2
      let cosine = Schedule.cosine(min(step / Double(steps), 1) * (Double.pi / 2))
      return (1 - end) * (cosine * cosine) + end
    case .polynomial(let end, let power, let steps):
      let rest = 1 - min(step / Double(steps), 1)
      return (1 - end) * Elementary.exp(power * Elementary.log(rest)) + end
    }
  }

  /// By Taylor's series, for 0...π/2: the next term is below 1e-17.
  private static func cosine(_ x: Double) -> Double {
    let square = x * x
    var sum = 1.0
    for last in stride(from: 20.0, through: 2, by: -2) {
      sum = 1 - square / (last * (last - 1)) * sum
    }
    return sum
  }
}
