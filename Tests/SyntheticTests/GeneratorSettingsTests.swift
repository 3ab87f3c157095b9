import Market
import Synthetic
import Testing

@Suite struct GeneratorSettingsTests {
  private func problem(
    _ kind: GeneratorKind, bars: Int = 10, seed: Int = 0, _ parameters: [String: Double] = [:]
  ) -> String? {
    do throws(SyntheticError) {
      _ = try GeneratorSettings(kind: kind, bars: bars, seed: seed, parameters: parameters)
      return nil
    } catch { return error.description }
  }

  @Test func defaultsAreTheStatedOnes() throws {
    let pair = try GeneratorSettings(kind: .cointPath)
    #expect(pair.bars == 1000 && pair.seed == 0 && pair.source == .philox)
    #expect(pair["start"] == 100 && pair["delta"] == 0.2 && pair["sigma"] == 0.05)
    #expect(try GeneratorSettings(kind: .randomWalk)["series"] == 2)
  }

  @Test func badValuesAreNamedWithWhatIsAllowed() {
    #expect(
      problem(.cointPath, ["delta": 3]) == "delta was 3, at least 0 and less than 2 is needed")
    #expect(
      problem(.cointPath, ["delta": 2]) == "delta was 2, at least 0 and less than 2 is needed")
    #expect(
      problem(.cointPath, ["sigma": -0.1])
        == "sigma was -0.1, at least 0 and less than 2 is needed")
    #expect(
      problem(.cointPath, ["delta": .nan])
        == "delta was nan, at least 0 and less than 2 is needed")
    #expect(
      problem(.cointPath, ["delta": 0, "sigma": 0])
        == "delta was 0 and sigma too, one of them above 0 is needed: nothing else ties X and Y "
        + "together; the kind without ties is random_walk")
    #expect(
      problem(.cointPath, ["detla": 0.1])
        == "detla is not a parameter of coint_path, which has start, delta, sigma")
    #expect(
      problem(.randomWalk, ["delta": 0.1])
        == "delta is not a parameter of random_walk, which has start, series")
    #expect(
      problem(.randomWalk, ["series": 2.5])
        == "series was 2.5, a whole number, at least 1 and at most 4096, is needed")
    #expect(
      problem(.randomWalk, bars: 1) == "bars was 1, at least 2 and at most 2921940 is needed")
    #expect(
      problem(.randomWalk, seed: -1)
        == "seed was -1, at least 0 and at most 4294967295 is needed")
    #expect(problem(.cointPath, ["delta": 0, "sigma": 0.1]) == nil)
    #expect(problem(.cointPath, ["delta": 1.9, "sigma": 1.9]) == nil)
  }

  @Test func theLongestSeriesEndsInTheLastYear() throws {
    let first = try #require(CivilDate(year: 2000, month: 1, day: 1)).dayCount
    let last = try #require(CivilDate(year: 9999, month: 12, day: 31)).dayCount
    #expect(GeneratorSettings.barsAllowed.upperBound == last - first + 1)
  }
}
