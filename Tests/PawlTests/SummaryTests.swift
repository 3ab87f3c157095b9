import Journal
import Testing

@testable import pawl

@Suite struct SummaryTests {
  private func line(_ metrics: [String: JSONValue]) -> String? {
    var manifest = Manifest(status: .complete, name: "a", seed: 0, specSHA256: "")
    manifest.metrics = metrics
    return RunSummary([manifest], folders: ["runs/a"]).text.split(separator: "\n")
      .first { $0.contains("ambiguous") }.map(String.init)
  }

  @Test func aSummarySaysHowMuchOfTheProfitRestsOnThePathWithinABar() {
    #expect(line(["ambiguous_fills": 0, "ambiguous_profit": 0.0]) == nil)
    #expect(line([:]) == nil, "a run of an older version has no such figure")
    #expect(
      line(["ambiguous_fills": 12, "ambiguous_profit": 1234.5, "ambiguous_profit_share": 0.4])
        == "  ambiguous: 12 fills depend on the path within their bar; the trades that rest on them made "
        + "1,234.50, 40.0 % of the net profit of all closed trades")
    #expect(
      line([
        "ambiguous_fills": 1, "ambiguous_profit": -3.0, "ambiguous_profit_share": .null,
        "undefined": ["ambiguous_profit_share": "the closed trades made no net profit"],
      ])
        == "  ambiguous: 1 fill depends on the path within its bar; the trades that rest on it made "
        + "-3.00 (the closed trades made no net profit)")
  }
}
