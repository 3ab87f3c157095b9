import Bytes
import Testing

@Test func numbersForPeopleAreRounded() {
  let cases: [(String, String)] = [
    (DecimalText.fixed(0.05, places: 1), "0.1"), (DecimalText.fixed(-0.04, places: 1), "0.0"),
    (DecimalText.fixed(-12.345, places: 2), "-12.35"),
    (DecimalText.fixed(99.96, places: 1), "100.0"),
    (DecimalText.fixed(0.5, places: 0), "1"), (DecimalText.percent(0.0812), "8.1 %"),
    (DecimalText.fixed(.nan, places: 2), "n/a"), (DecimalText.fixed(.infinity, places: 2), "n/a"),
    (DecimalText.fixed(1e20, places: 2), "1e+20"),
    (DecimalText.probability(0.00099), "p < 0.001"),
    (DecimalText.probability(0.0414), "p = 0.041"), (DecimalText.probability(0.412), "p = 0.41"),
    (DecimalText.probability(1), "p = 1.00"),
  ]
  for (found, expected) in cases { #expect(found == expected) }
}

@Test(
  arguments: [
    (12345.678, 2, "12,345.68"), (999.999, 2, "1,000.00"), (999, 0, "999"), (-1e6, 0, "-1,000,000"),
    (-0.001, 2, "0.00"), (0.5, 2, "0.50"), (100_000, 1, "100,000.0"),
  ] as [(Double, Int, String)])
func thousandsStandApart(value: Double, places: Int, text: String) {
  #expect(DecimalText.fixed(value, places: places) == text)
}

@Test(
  arguments: [
    (0, "0"), (0.000123, "0.000123"), (12.3, "12.30"), (-0.5, "-0.500"), (1234.56, "1,234.6"),
    (1e-20, "0.000000000000"),
  ] as [(Double, String)])
func threeOrSoDigitsAreShown(value: Double, text: String) {
  #expect(DecimalText.significant(value) == text)
}
