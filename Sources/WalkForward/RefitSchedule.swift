import Market

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
  /// When forecasts have become worse than they were after the last refit: with at least
  /// 2 · `window` forecasts of the first horizon made since then and scored, when the mean squared
  /// error of the newest `window` is above `factor` times that of the first `window`. A window is
  /// at least 1, a factor above 0.
  case drift(window: Int, factor: Double)
}

extension RefitSchedule {
  /// The number of the week or month that holds `time`, which counts on from 1970; 0 where the
  /// schedule does not go by the calendar.
  func period(of time: Timestamp) -> Int {
    switch self {
    case .never, .every, .drift:
      return 0
    case .weekly:
      // 1970-01-01 was a Thursday; ISO weeks begin on Monday.
      let shifted = time.day + 3
      return shifted >= 0 ? shifted / 7 : (shifted - 6) / 7
    case .monthly:
      let date = CivilDate(day: time.day)
      return date.year * 12 + date.month - 1
    }
  }
}
