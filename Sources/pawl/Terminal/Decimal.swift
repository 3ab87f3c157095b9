/// Numbers as people read them.
enum Decimal {
  /// `places` digits behind the point, thousands apart: `12,345.68`.
  static func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return "n/a" }
    guard value.magnitude < 1e15 else { return value.description }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e15 else { return grouped(Int(value.magnitude), isNegative: value < 0) }
    let units = Int(scaled)
    let isNegative = value < 0 && units > 0
    let whole = grouped(units / Int(scale), isNegative: isNegative)
    guard places > 0 else { return whole }
    let fraction = String(units % Int(scale))
    return whole + "." + String(repeating: "0", count: places - fraction.count) + fraction
  }

  /// Three or so digits that matter, whatever the size: `0.000123`, `12.3`.
  static func significant(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "n/a" }
    var places = 2
    var limit = 1.0
    while value.magnitude < limit, places < 12 {
      limit /= 10
      places += 1
    }
    return fixed(value, value.magnitude >= 100 ? 1 : places)
  }

  static func percent(_ fraction: Double) -> String { fixed(fraction * 100, 2) + " %" }

  private static func grouped(_ value: Int, isNegative: Bool) -> String {
    var text = ""
    for (index, digit) in String(value).reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (isNegative ? "-" : "") + String(text.reversed())
  }
}
