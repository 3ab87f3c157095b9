/// A target whose best forecast is known. The index counts `Truth.instruments`.
///
/// A target is asked for at the close of bar t and evaluated at t + h.
public enum OracleTarget: Hashable, Sendable {
  /// `I.close`: the close at t + h.
  case close(Int)
  /// `diff(I.close)`: the close at t + h less the one at t + h - 1.
  case change(Int)
  /// `I.close - at_origin(I.close)`: the close at t + h less the one at t.
  case changeFromOrigin(Int)

  public var instrument: Int {
    switch self {
    case .close(let index), .change(let index), .changeFromOrigin(let index): index
    }
  }
}

extension Truth {
  /// The expected value of `target` in `horizon` bars, given the closes now.
  ///
  /// With a_h = (1 - φ^h)/(1 - φ), a price is expected at I + g S a_h, and its last change to be
  /// g S φ^(h-1). Nothing better can be had from the closes up to now.
  ///
  /// `closes` has one a series, in the order of `instruments`.
  ///
  /// - Precondition: horizon ≥ 1, as many closes as instruments.
  public func forecast(
    of target: OracleTarget, horizon: Int, closes: [Double]
  ) -> Double {
    precondition(horizon >= 1, "an oracle's horizon is at least 1")
    precondition(closes.count == instruments.count, "an oracle needs one close an instrument")
    let gain = gain(of: target.instrument)
    let pull = gain == 0 ? 0 : gain * spread(closes)
    switch target {
    case .close(let index): return closes[index] + pull * accumulated(horizon)
    case .change: return pull * remaining(horizon - 1)
    case .changeFromOrigin: return pull * accumulated(horizon)
    }
  }

  /// The mean squared error of `forecast(of:horizon:closes:)` in the long run.
  ///
  /// - Precondition: horizon ≥ 1.
  public func meanSquaredError(of target: OracleTarget, horizon: Int) -> Double {
    precondition(horizon >= 1, "an oracle's horizon is at least 1")
    if case .change(let index) = target {
      return baselineMeanSquaredError(of: target, horizon: horizon)
        - explained(gain(of: index) * remaining(horizon - 1))
    }
    let loss = 1 - sigma
    var sum = 0.0
    for step in 0..<horizon {
      // What a shock to X and one to Y, `step` bars before the end, have come to by then.
      let a = accumulated(step)
      let fromX: Double
      let fromY: Double
      if target.instrument == 0 {
        fromX = 1 - delta * loss * a
        fromY = settings.kind == .ar1 ? 0 : delta * a
      } else {
        fromX = sigma + sigma * (1 - delta) * loss * a
        fromY = 1 - sigma * (1 - delta) * a
      }
      sum += fromX * fromX + fromY * fromY
    }
    return sum
  }

  /// The mean squared error, in the long run, of forecasting that the close stays: the last close
  /// for `.close`, 0 for a change.
  ///
  /// - Precondition: horizon ≥ 1.
  public func baselineMeanSquaredError(of target: OracleTarget, horizon: Int) -> Double {
    precondition(horizon >= 1, "an oracle's horizon is at least 1")
    let gain = gain(of: target.instrument)
    if case .change(let index) = target {
      return (index == 0 ? 1 : 1 + sigma * sigma) + explained(gain)
    }
    return meanSquaredError(of: target, horizon: horizon) + explained(gain * accumulated(horizon))
  }

  /// The oracle's skill against the forecast that the close stays: 1 - MSE / baseline MSE.
  public func skill(of target: OracleTarget, horizon: Int) -> Double {
    1 - meanSquaredError(of: target, horizon: horizon)
      / baselineMeanSquaredError(of: target, horizon: horizon)
  }

  /// How far a price moves in a bar for each unit of spread before it.
  private func gain(of index: Int) -> Double {
    precondition(instruments.indices.contains(index), "a target's instrument has a truth")
    return index == 0 ? delta : -sigma * (1 - delta)
  }

  /// S: what pulls at the prices.
  private func spread(_ closes: [Double]) -> Double {
    (settings.kind == .ar1 ? settings["start"] : closes[1]) - closes[0]
  }

  /// The variance of `factor` · S.
  private func explained(_ factor: Double) -> Double { factor * factor * (spreadVariance ?? 0) }

  /// φ^k.
  private func remaining(_ k: Int) -> Double {
    var power = 1.0
    let phi = phi
    for _ in 0..<k { power *= phi }
    return power
  }

  /// (1 - φ^k)/(1 - φ) = 1 + φ + … + φ^(k-1).
  private func accumulated(_ k: Int) -> Double {
    var sum = 0.0
    let phi = phi
    for _ in 0..<k { sum = 1 + phi * sum }
    return sum
  }
}
