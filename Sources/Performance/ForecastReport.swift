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
  /// mean |y − f| / scale, scale the naive forecast's mean |error| on the labels trained on.
  public var mase: Figure
  /// mean 2|y − f| / (|y| + |f|), 0...2; undefined where signs mix.
  public var smape: Figure
  /// 1 − Σ(y − f)²/Σ(y − b)², in the order of `Baseline`.
  public var skills: [Figure]
  /// The least of `skills`, which is the one against r.
  public var skill: Figure
  /// One-sided p of Clark and West, in the order of `Baseline`.
  public var clarkWestPs: [Figure]
  /// The largest of `clarkWestPs`; undefined if one of them is.
  public var clarkWestP: Figure
  /// The statistic of Diebold and Mariano against r with the small-sample factor of Harvey, Leybourne
  /// and Newbold; positive where the forecast errs by less.
  public var dieboldMariano: Figure
  /// One-sided p of it: small where the forecast errs by less than r.
  public var dieboldMarianoP: Figure
  /// Two-sided p of it.
  public var dieboldMarianoTwoSidedP: Figure
  /// The statistic of Pesaran and Timmermann on the signs of f − r and y − r.
  public var pesaranTimmermann: Figure
  /// One-sided p of it: small where signs agree more often than by chance.
  public var pesaranTimmermannP: Figure
  /// Share of rows in which f − r and y − r have one sign; rows in which either is 0 do not count.
  public var hitRate: Figure
  /// Pearson's correlation of f − r and y − r.
  public var informationCoefficient: Figure
  /// Spearman's correlation of f − r and y − r.
  public var rankInformationCoefficient: Figure
  /// std(f − r)/std(y − r).
  public var moveRatio: Figure
  /// The lag k that maximises corr(f_t, y_{t+h−k}), steps; only where r is naive.
  public var echo: Figure
  /// 1 where the forecast only repeats the last value: an echo of max(h, 1), a move ratio below 0.1.
  public var repeatsLastValue: Figure
  /// The share of y within the forecast interval.
  public var intervalCoverage: Figure
  /// The share that should lie within.
  public var intervalNominal: Figure
  /// Mean quantile loss of both ends of the interval, in the unit of the target.
  public var pinballLoss: Figure
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
      Metric("mase", .ratio, mase),
      Metric("smape", .fraction, smape),
      Metric("skill", .fraction, skill),
      Metric("skill_naive", .fraction, skill(against: .naive)),
      Metric("skill_mean", .fraction, skill(against: .mean)),
      Metric("skill_zero", .fraction, skill(against: .zero)),
      Metric("r2_oos", .fraction, skill(against: .mean)),
      Metric("clark_west_p", .probability, clarkWestP),
      Metric("clark_west_p_naive", .probability, clarkWestP(against: .naive)),
      Metric("clark_west_p_mean", .probability, clarkWestP(against: .mean)),
      Metric("clark_west_p_zero", .probability, clarkWestP(against: .zero)),
      Metric("diebold_mariano", .ratio, dieboldMariano),
      Metric("diebold_mariano_p", .probability, dieboldMarianoP),
      Metric("diebold_mariano_two_sided_p", .probability, dieboldMarianoTwoSidedP),
      Metric("pesaran_timmermann", .ratio, pesaranTimmermann),
      Metric("pesaran_timmermann_p", .probability, pesaranTimmermannP),
      Metric("hit_rate", .fraction, hitRate),
      Metric("information_coefficient", .ratio, informationCoefficient),
      Metric("rank_information_coefficient", .ratio, rankInformationCoefficient),
      Metric("move_ratio", .ratio, moveRatio),
      Metric("echo", .bars, echo),
      Metric("repeats_last_value", .flag, repeatsLastValue),
      Metric("interval_coverage", .fraction, intervalCoverage),
      Metric("interval_nominal", .fraction, intervalNominal),
      Metric("pinball_loss", .target, pinballLoss),
      Metric("oracle_skill", .fraction, oracleSkill),
      Metric("skill_share_of_oracle", .fraction, skillShareOfOracle),
    ]
  }
}
