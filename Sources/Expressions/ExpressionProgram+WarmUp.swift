extension ExpressionProgram {
  /// The first step of the panel at which output `index` can have a value, were there bars at every
  /// step and forecasts from step `forecastsFrom` on.
  ///
  /// Of a `where`, the branch that is ready first counts.
  public func firstStep(ofOutput index: Int, forecastsFrom: Int) -> Int {
    let steps = Self.firstSteps(
      inputs: inputs, constants: constants, instructions: instructions,
      forecastsFrom: forecastsFrom)
    guard let step = steps[outputs[index].register] else {
      preconditionFailure("an expression that is always null was compiled")
    }
    return step
  }

  /// The first step at which each register can have a value; nil for never.
  static func firstSteps(
    inputs: [InputSlot], constants: [Double], instructions: [Instruction], forecastsFrom: Int
  ) -> [Int?] {
    var steps: [Int?] = inputs.map { slot in
      switch slot {
      case .forecast, .hedgeRatio: forecastsFrom
      case .field, .position, .equity: 0
      }
    }
    steps += constants.map { $0.isNaN ? nil : 0 }
    for instruction in instructions {
      let a = steps[Int(instruction.a)]
      let b = steps[Int(instruction.b)]
      let c = steps[Int(instruction.c)]
      let window = Int(instruction.window)
      switch instruction.code {
      case .push: steps.append(nil)
      case .select: steps.append(latest(a, earliest(b, c)))
      case .delay: steps.append(a.map { $0 + window })
      case .lag, .sum, .average, .deviation, .zscore, .highest, .lowest, .slope, .intercept,
        .correlation, .exponentialAverage:
        steps.append(latest(a, b).map { $0 + window - 1 })
      default: steps.append(latest(latest(a, b), c))
      }
    }
    return steps
  }

  private static func latest(_ a: Int?, _ b: Int?) -> Int? {
    guard let a, let b else { return nil }
    return max(a, b)
  }
  private static func earliest(_ a: Int?, _ b: Int?) -> Int? {
    guard let a, let b else { return a ?? b }
    return min(a, b)
  }
}
