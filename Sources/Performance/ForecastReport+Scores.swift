extension ForecastReport {
  private static let noForecast = "no forecast was scored"

  /// Works out the metrics of the rows so far.
  public init(_ scores: HorizonScores) {
    horizon = scores.horizon
    count = scores.count
    lags = scores.lags
    let n = Double(scores.count)
    let squaredError = scores.squaredError(of: scores.forecasts)
    var absoluteError = WideSum()
    for row in 0..<scores.count {
      absoluteError.add(abs(scores.actuals[row] - scores.forecasts[row]))
    }
    rmse = Figure((squaredError / n).squareRoot(), orUndefined: Self.noForecast)
    mae = Figure(absoluteError.value / n, orUndefined: Self.noForecast)

    let baselineErrors = Baseline.allCases.map(scores.squaredError)
    skills = Baseline.allCases.map {
      Self.skill(squaredError, against: baselineErrors[$0.rawValue], $0, count: scores.count)
    }
    clarkWestPs = Baseline.allCases.map { Self.clarkWestP(scores, against: $0) }
    clarkWestP = Self.largest(clarkWestPs)

    // `min` keeps the first of equals: naive, mean, zero.
    let best = Baseline.allCases.min {
      baselineErrors[$0.rawValue] < baselineErrors[$1.rawValue]
    }
    guard let best, scores.count > 0 else {
      reference = nil
      skill = .undefined(Self.noForecast)
      (hitRate, moveRatio) = (skill, skill)
      (informationCoefficient, rankInformationCoefficient) = (skill, skill)
      (oracleSkill, skillShareOfOracle) = (skill, skill)
      (mase, smape, echo, repeatsLastValue) = (skill, skill, skill, skill)
      (dieboldMariano, dieboldMarianoP, dieboldMarianoTwoSidedP) = (skill, skill, skill)
      (pesaranTimmermann, pesaranTimmermannP) = (skill, skill)
      (intervalCoverage, intervalNominal, pinballLoss) = (skill, skill, skill)
      return
    }
    reference = best
    skill = skills[best.rawValue]
    let moves = Moves(scores, from: best)
    hitRate = moves.hitRate
    informationCoefficient = moves.correlation
    rankInformationCoefficient = moves.rankCorrelation
    moveRatio = moves.ratio
    mase = RelativeErrors.mase(scores)
    smape = RelativeErrors.smape(scores)
    let dieboldMariano = DieboldMariano(scores, against: best)
    self.dieboldMariano = dieboldMariano.statistic
    dieboldMarianoP = dieboldMariano.p
    dieboldMarianoTwoSidedP = dieboldMariano.twoSidedP
    let signs = moves.signTest(lags: scores.lags, isNowcast: scores.horizon == 0)
    pesaranTimmermann = signs.statistic
    pesaranTimmermannP = signs.p
    let echo =
      best == .naive
      ? Echo.lag(scores)
      : .undefined("the reference is the \(best.name) baseline, not the naive one")
    self.echo = echo
    repeatsLastValue = Echo.repeatsLastValue(
      echo: echo, moveRatio: moveRatio, horizon: scores.horizon)
    let intervals = IntervalScores(scores)
    intervalCoverage = intervals.coverage
    intervalNominal = intervals.nominal
    pinballLoss = intervals.pinballLoss
    oracleSkill = Self.oracleSkill(
      scores, against: best, baselineError: baselineErrors[best.rawValue])
    let (skill, oracleSkill) = (skill, oracleSkill)
    skillShareOfOracle = skill.then { skill in
      oracleSkill.then {
        $0 > 0 ? .value(skill / $0) : .undefined("the oracle has no skill to share")
      }
    }
  }

  private static func skill(
    _ squaredError: Double, against baselineError: Double, _ baseline: Baseline, count: Int
  ) -> Figure {
    guard count > 0 else { return .undefined(noForecast) }
    guard baselineError > 0 else {
      return .undefined("the \(baseline.name) baseline makes no error")
    }
    return Figure(
      1 - squaredError / baselineError, orUndefined: "errors are beyond the largest number")
  }

  private static func clarkWestP(_ scores: HorizonScores, against baseline: Baseline) -> Figure {
    guard scores.horizon > 0 else { return .undefined(HorizonScores.nowcast) }
    guard scores.count > 0 else { return .undefined(noForecast) }
    let terms = (0..<scores.count).map {
      ClarkWest.term(
        forecast: scores.forecasts[$0], baseline: scores.value(of: baseline, at: $0),
        actual: scores.actuals[$0])
    }
    return ClarkWest.p(
      terms: terms, lags: scores.lags,
      sameAsBaseline: "the forecast never adds to the \(baseline.name) baseline")
  }

  /// The first that is undefined, else the largest.
  private static func largest(_ figures: [Figure]) -> Figure {
    var largest = 0.0
    for figure in figures {
      guard case .value(let value) = figure else { return figure }
      largest = max(largest, value)
    }
    return .value(largest)
  }

  private static func oracleSkill(
    _ scores: HorizonScores, against baseline: Baseline, baselineError: Double
  ) -> Figure {
    let missing = scores.oracles.count { !$0.isFinite }
    guard missing < scores.count else { return .undefined("the truth is not known") }
    guard missing == 0 else {
      return .undefined("the truth is not known at \(missing) of \(scores.count) forecasts")
    }
    return skill(
      scores.squaredError(of: scores.oracles), against: baselineError, baseline,
      count: scores.count)
  }
}
