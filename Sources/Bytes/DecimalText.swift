/// Numbers as people read them, in a sentence or a table. Files have `NumberText`.
public enum DecimalText {
  /// `value` with so many decimals, half away from zero, thousands apart: `12,345.68`; without a sign
  /// where it rounds to zero, `n/a` where it is not finite.
  public static func fixed(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "n/a" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
    let whole = String(padded.dropLast(places))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return sign + grouped(whole) + (places == 0 ? "" : "." + padded.suffix(places))
  }

  /// Three or so digits that matter, whatever the size: `0.000123`, `12.3`.
  public static func significant(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    var places = 2
    var limit = 1.0
    while value.magnitude < limit, places < 12 {
      limit /= 10
      places += 1
    }
    return fixed(value, places: value.magnitude >= 100 ? 1 : places)
  }

  /// `8.1 %`; the value is a fraction.
  public static func percent(_ fraction: Double, places: Int = 1) -> String {
    fixed(fraction * 100, places: places) + " %"
  }

  /// `p < 0.001`, `p = 0.041`, `p = 0.41`.
  public static func probability(_ p: Double) -> String {
    if p < 0.001 { return "p < 0.001" }
    return "p = " + fixed(p, places: p < 0.1 ? 3 : 2)
  }

  private static func grouped(_ digits: String) -> String {
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }
}
