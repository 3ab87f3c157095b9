/// When a walk refits after the first time.
public enum RefitSchedule: Equatable, Sendable {
  /// One fit.
  case never
  /// At every bar that is a multiple of `bars` after the first refit; at least 1.
  case every(bars: Int)
  /// At the first bar whose ISO week, in UTC, is another than the last refit's.
  case weekly
  /// At the first bar whose month, in UTC, is another than the last refit's.
  case monthly
  /// When forecasts have become worse: see `DriftGauge`. A window is at least 1, a factor above 0.
  case drift(window: Int, factor: Double)
}
