import Bytes
import Market
import Performance

/// Figures as people read them, by their units.
enum MetricText {
  static func show(_ metric: Metric) -> String {
    metric.value.map { show($0, metric.unit) } ?? "n/a"
  }

  static func show(_ value: Double, _ unit: MetricUnit) -> String {
    switch unit {
    case .fraction, .fractionPerYear: DecimalText.percent(value, places: 2)
    case .ratio: DecimalText.fixed(value, places: 3)
    case .money, .basisPoints, .years: DecimalText.fixed(value, places: 2)
    case .bars, .count: DecimalText.fixed(value, places: value == value.rounded() ? 0 : 1)
    case .probability: value < 0.0005 ? "< 0.001" : DecimalText.fixed(value, places: 3)
    case .flag: value == 1 ? "yes" : "no"
    case .target: DecimalText.significant(value)
    }
  }

  /// The day, and where it is not its end or its beginning, the minute: UTC.
  static func time(_ time: Timestamp) -> String {
    let text = time.iso8601
    let clock = text.dropFirst(11).prefix(12)
    let day = String(text.prefix(10))
    return clock == "23:59:59.999" || clock == "00:00:00.000" ? day : "\(day) \(clock.prefix(5))"
  }
}
