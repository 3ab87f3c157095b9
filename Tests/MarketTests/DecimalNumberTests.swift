import Testing

@testable import Market

private func parse(_ text: String) -> Double? {
  var text = text
  return text.withUTF8 { DecimalNumber.parse($0) }
}

/// Equal as bits, so that -0 and 0 differ.
private func isSame(_ left: Double?, _ right: Double?) -> Bool {
  left?.bitPattern == right?.bitPattern
}

@Test(arguments: [
  "0", "-0", "+0", "0.0", "-0.000", "1", "-1", "+1.5", "10.", ".5", "-.5", "007", "1e0", "1E+2",
  "1e-2", "123456789012345678", "1234567890123456789", "12345678901234567890",
  "9007199254740993", "9007199254740992", "9007199254740991", "900719925474099.3",
  "9007199254740993.0000000000000000000001", "1e22", "1e23", "1e-22", "1e-23", "1e-27", "1e-28",
  "9999999999999999999e-27", "9999999999999999999", "0.1", "0.3", "2.2250738585072011e-308",
  "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324",
  "1.7976931348623157e308", "1.7976931348623159e308", "1e400", "-1e400", "1e-400",
  "1e99999999999999999999", "0e99999999999999999999", "1e-99999999999999999999",
  "0.000000000000000000000000000000000001", "100000000000000000000000000000000000000000",
  "8.988465674311580e307", "1.00000000000000011102230246251565404236316680908203125",
  "1.00000000000000011102230246251565404236316680908203124", "3.9196750983419",
])
func aNumberReadsAsTheNearestDouble(text: String) throws {
  let expected = try #require(Double(text))
  #expect(isSame(parse(text), expected), "\(text)")
}

@Test(arguments: [
  "", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1e5.5", "1.2.3", "1,5", " 1", "1 ", "0x10",
  "1_000", "--1", "1-", "abc", "null", "na", "nano", "infinite", "1.5f", "½", "\u{0}",
])
func whatIsNoNumberIsNone(text: String) {
  #expect(parse(text) == nil, "\(text)")
}

@Test func nanAndInfinityAreReadSoThatAMessageCanNameThem() {
  for text in ["nan", "NaN", "-nan", "+NAN"] { #expect(parse(text)?.isNaN == true) }
  for text in ["inf", "Inf", "+infinity", "INFINITY"] { #expect(parse(text) == .infinity) }
  #expect(parse("-inf") == -.infinity)
}

/// Against the standard library, which rounds correctly: random digits with a point anywhere, the
/// shortest text of random doubles, and numbers next to a tie.
@Test(arguments: [1, 2, 3, 4] as [UInt64])
func randomNumbersReadAsTheStandardLibraryReadsThem(seed: UInt64) throws {
  var random = TestRandom(state: seed)
  for round in 0..<20_000 {
    let text: String
    switch round % 4 {
    case 0:
      let count = Int.random(in: 1...24, using: &random)
      var digits = (0..<count).map { _ in String(Int.random(in: 0...9, using: &random)) }
      digits.insert(".", at: Int.random(in: 0...count, using: &random))
      text = (Bool.random(using: &random) ? "-" : "") + digits.joined()
    case 1:
      let value = Double(bitPattern: random.next())
      text = value.isFinite ? "\(value)" : "1.5"
    case 2:
      // A price with all its digits, as generated series have.
      text = "\(Double.random(in: 0...1e5, using: &random))"
    default:
      // The decimal halfway between two doubles of 2^53...2^54, exactly, and one unit beside it.
      let tie = (UInt64(1) << 53) + UInt64.random(in: 0..<(1 << 52), using: &random) * 2 + 1
      let beside = Int.random(in: -1...1, using: &random)
      text = "\(Int(tie) + beside)\(Bool.random(using: &random) ? ".0" : "")"
    }
    let expected = try #require(Double(text))
    if !isSame(parse(text), expected) { Issue.record("seed \(seed), round \(round): \(text)") }
  }
}

/// Ties that only the remainder of the long division decides: odd multiples of half a unit in the
/// last place, written out to their last digit.
@Test func exactTiesGoToTheEvenDouble() throws {
  var random = TestRandom(state: 5)
  for round in 0..<20_000 {
    // (2m + 1) / 2^k with 2m + 1 of 54 bits, k up to 5: at most 17 + 5 digits, often within 19.
    let odd = (UInt64(1) << 53) + UInt64.random(in: 0..<(1 << 52), using: &random) * 2 + 1
    let halvings = Int.random(in: 1...3, using: &random)
    var scaled = odd
    for _ in 0..<halvings { scaled = scaled &* 5 }
    let digits = String(scaled)
    let split = digits.index(digits.endIndex, offsetBy: -halvings)
    let text = digits[..<split] + "." + digits[split...]
    let expected = try #require(Double(String(text)))
    if !isSame(parse(String(text)), expected) { Issue.record("round \(round): \(text)") }
  }
}

/// The two numbers of 19 digits on either side of a tie, nearer to it than a quotient of 64 bits
/// shows: only the remainder tells on which side they lie.
@Test func numbersBesideATieGoToTheirOwnSide() throws {
  var random = TestRandom(state: 6)
  for round in 0..<5000 {
    // odd / 2^51 lies in 4..<8, halfway between two doubles; times 10^18 it has 19 digits.
    let odd = (UInt64(1) << 53) + UInt64.random(in: 0..<(1 << 52), using: &random) * 2 + 1
    let product = odd.multipliedFullWidth(by: 1_000_000_000_000_000_000)
    let below = product.high << 13 | product.low >> 51
    for whole in [below, below + 1] {
      let digits = String(whole)
      #expect(digits.count == 19)
      let text = digits.prefix(1) + "." + digits.dropFirst()
      let expected = try #require(Double(String(text)))
      if !isSame(parse(String(text)), expected) { Issue.record("round \(round): \(text)") }
    }
  }
}
