/// Metrics of the forecasts of one horizon.
///
/// f is the forecast, y what came, b a baseline; all figures are over the same rows. r is the
/// baseline with the least Σ(y − b)² (ties: naive, mean, zero): hit rate, correlations and move
/// ratio are of f − r and y − r, so that they mean the same for levels and for changes.
public struct ForecastReport: Equatable, Sendable {
  public var horizon: Int
  /// Rows scored.
  public var count: Int
  /// Autocovariances counted in the tests: max(horizon, overlap, 1) − 1.
  public var lags: Int
  /// r, nil without rows.
  public var reference: Baseline?
  /// √(mean (y − f)²), in the unit of the target.
  public var rmse: Figure
  /// mean |y − f|, in the unit of the target.
  public var mae: Figure
  /// 1 − Σ(y − f)²/Σ(y − b)², in the order of `Baseline`.
  public var skills: [Figure]
  /// The least of `skills`, which is the one against r.
  public var skill: Figure
  /// One-sided p of Clark and West, in the order of `Baseline`.
  public var clarkWestPs: [Figure]
  /// The largest of `clarkWestPs`; undefined if one of them is.
  public var clarkWestP: Figure
  /// Share of rows in which f − r and y − r have one sign; rows in which either is 0 do not count.
  public var hitRate: Figure
  /// Pearson's correlation of f − r and y − r.
  public var informationCoefficient: Figure
  /// Spearman's correlation of f − r and y − r.
  public var rankInformationCoefficient: Figure
  /// std(f − r)/std(y − r).
  public var moveRatio: Figure
  /// Skill against r of the best forecast that the known truth allows.
  public var oracleSkill: Figure
  /// `skill` / `oracleSkill`, where the oracle has any.
  public var skillShareOfOracle: Figure

  public func skill(against baseline: Baseline) -> Figure { skills[baseline.rawValue] }
  public func clarkWestP(against baseline: Baseline) -> Figure { clarkWestPs[baseline.rawValue] }

  /// All of them, in a fixed order. `r2_oos`, R² out of sample, is the skill against the mean.
  public var metrics: [Metric] {
    [
      Metric("count", .count, .value(Double(count))),
      Metric("rmse", .target, rmse),
      Metric("mae", .target, mae),
      Metric("skill", .fraction, skill),
      Metric("skill_naive", .fraction, skill(against: .naive)),
      Metric("skill_mean", .fraction, skill(against: .mean)),
      Metric("skill_zero", .fraction, skill(against: .zero)),
      Metric("r2_oos", .fraction, skill(against: .mean)),
      Metric("clark_west_p", .probability, clarkWestP),
      Metric("clark_west_p_naive", .probability, clarkWestP(against: .naive)),
      Metric("clark_west_p_mean", .probability, clarkWestP(against: .mean)),
      Metric("clark_west_p_zero", .probability, clarkWestP(against: .zero)),
      Metric("hit_rate", .fraction, hitRate),
      Metric("information_coefficient", .ratio, informationCoefficient),
      Metric("rank_information_coefficient", .ratio, rankInformationCoefficient),
      Metric("move_ratio", .ratio, moveRatio),
      Metric("oracle_skill", .fraction, oracleSkill),
      Metric("skill_share_of_oracle", .fraction, skillShareOfOracle),
    ]
  }
}
