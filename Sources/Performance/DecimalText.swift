/// Numbers as people read them in a sentence.
enum DecimalText {
  /// `value` with so many decimals, half away from zero; without a sign where it rounds to zero.
  static func fixed(_ value: Double, places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value * scale).rounded()
    guard abs(scaled) < 9e15 else { return "\(value)" }
    let digits = String(Int(abs(scaled)))
    let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
    let sign = scaled < 0 ? "-" : ""
    return places == 0
      ? sign + padded : sign + padded.dropLast(places) + "." + padded.suffix(places)
  }

  /// `8.1 %`; the value is a fraction.
  static func percent(_ fraction: Double, places: Int = 1) -> String {
    fixed(fraction * 100, places: places) + " %"
  }

  /// `p < 0.001`, `p = 0.041`, `p = 0.41`.
  static func probability(_ p: Double) -> String {
    if p < 0.001 { return "p < 0.001" }
    return "p = " + fixed(p, places: p < 0.1 ? 3 : 2)
  }
}
