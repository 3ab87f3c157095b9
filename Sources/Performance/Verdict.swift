import Bytes

/// What a run shows, in plain words.
///
/// A forecast is judged first, and only then what was earned with it: profit without skill is luck
/// or drift. In this order, the first that holds:
///
/// 1. The run leaks: no evidence of anything.
/// 2. A nowcast (horizon 0): no skill is claimed.
/// 3. Fewer than 50 forecasts, or than 50 without overlap (count / (lags + 1)): too few.
/// 4. The largest Clark–West p is 5 % or more, or undefined: no evidence of skill; a forecast that only
///    repeats the last value is named as such.
/// 5. p is below 5 %, but the truth is known and leaves nothing to forecast: a false alarm.
/// 6. p is below 5 %, but the squared error is no less than the best baseline's: not usable.
/// 7. Skill, and then what the positions made of it after costs.
///
/// A profit counts as shown where the one-sided p of the mean return above the risk-free rate is
/// below 5 %. With several horizons the first one is judged: it is the one that `forecast` means in
/// positions, and choosing the best afterwards would be self-deception.
public struct Verdict: Equatable, Sendable {
  public enum Kind: String, Sendable {
    case leaks
    case nowcast
    case tooFew = "too_few"
    case noSkill = "no_skill"
    case falseAlarm = "false_alarm"
    case noisySkill = "noisy_skill"
    /// Skill, but nothing was traded.
    case skill
    /// Skill, and a profit beyond luck.
    case skillEarns = "skill_earns"
    /// Skill, and a profit that luck explains as well.
    case skillUncertain = "skill_uncertain"
    /// Skill, and a profit only before costs.
    case skillEatenByCosts = "skill_eaten_by_costs"
    /// Skill, but the positions lose before costs.
    case skillLoses = "skill_loses"
    /// No forecast is made.
    case rule
    /// Equity was zero or less.
    case ruined
  }

  /// p below this is evidence.
  public static let significance = 0.05
  /// Fewer forecasts that do not overlap are not judged.
  public static let leastForecasts = 50

  public var kind: Kind
  /// One or more whole sentences.
  public var text: String

  /// - Parameters:
  ///   - leaks: what the run saw of the future, as the manifest lists it; empty for an honest run.
  ///   - forecasts: one report a horizon, in the order of the spec; empty for a rule strategy.
  ///   - returns: of the same run.
  public init(leaks: [String], forecasts: [ForecastReport], returns: ReturnReport) {
    if !leaks.isEmpty {
      kind = .leaks
      text = "The run leaks (\(leaks.joined(separator: ", "))): its figures are not evidence."
      if forecasts.first?.horizon == 0 { text += " " + Self.nowcast }
      return
    }
    guard let forecast = forecasts.first else {
      (kind, text) = Self.rule(returns)
      return
    }
    (kind, text) = Self.judge(forecast, returns)
    if forecasts.count > 1 {
      text += " Judged on horizon \(forecast.horizon), the first of \(forecasts.count)."
    }
  }

  private static let nowcast =
    "A nowcast: the target is known when forecast, no skill is claimed."

  private static func judge(
    _ forecast: ForecastReport, _ returns: ReturnReport
  ) -> (Kind, String) {
    if forecast.horizon == 0 { return (.nowcast, nowcast) }
    if let text = tooFew(forecast) { return (.tooFew, text) }
    let baseline = forecast.reference?.name ?? Baseline.zero.name
    let repeats =
      forecast.repeatsLastValue.value == 1 ? "the forecast only repeats the last value" : nil
    guard case .value(let p) = forecast.clarkWestP, case .value(let skill) = forecast.skill else {
      let reason = repeats ?? forecast.clarkWestP.reason ?? forecast.skill.reason ?? ""
      return (.noSkill, "No evidence of skill: \(reason); do not trade." + luck(returns))
    }
    let odds = DecimalText.probability(p)
    guard p < significance else {
      let because = repeats.map { ": " + $0 } ?? ""
      return (.noSkill, "No evidence of skill (\(odds))\(because); do not trade." + luck(returns))
    }
    if let oracle = forecast.oracleSkill.value, oracle <= 0 {
      return (
        .falseAlarm,
        "A false alarm (\(odds)): the truth is known and leaves nothing to forecast; do not trade."
      )
    }
    guard skill > 0 else {
      return (
        .noisySkill,
        "The forecast holds information (\(odds)), but has \(DecimalText.percent(-skill)) more "
          + "squared error than the \(baseline) baseline: no skill to use; do not trade."
          + luck(returns)
      )
    }
    var found =
      "Skill found (\(odds)): \(DecimalText.percent(skill)) less squared error than the "
      + "\(baseline) baseline"
    if let share = forecast.skillShareOfOracle.value {
      found += ", \(DecimalText.percent(share, places: 0)) of what the oracle has"
    }
    let (kind, trading) = trading(returns)
    return (kind, found + ". " + trading)
  }

  private static func tooFew(_ forecast: ForecastReport) -> String? {
    let apart = forecast.count / (forecast.lags + 1)
    if forecast.count == 0 { return "No forecast was scored: nothing to judge." }
    if apart >= leastForecasts { return nil }
    let worth = forecast.lags > 0 ? ", worth \(apart) without overlap" : ""
    return "Too few forecasts (\(forecast.count)\(worth)) to judge; \(leastForecasts) are needed."
  }

  /// What to make of a profit for which no skill was found.
  private static func luck(_ returns: ReturnReport) -> String {
    if let bar = returns.ruinedAtBar { return " " + ruined(bar) }
    return (returns.tested.netProfit.value ?? 0) > 0
      ? " The profit may be luck or drift; it is not evidence." : ""
  }

  private static func ruined(_ bar: Int) -> String {
    "Ruined: equity was zero or less at bar \(bar)."
  }
}
