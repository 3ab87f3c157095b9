import Bytes
import Foundation
import Journal
import Testing

@Suite(.serialized) struct GoldenTests {
  private let scratch = Scratch()

  @Test(arguments: ["1", "2"]) func everyScenarioGivesItsRecording(threads: String) throws {
    let names = try FileIO.names(in: "\(Tool.root)/fixtures/golden")
    #expect(names.count >= 7)
    let result = try Tool.run(["golden", "check", "--threads", threads])
    #expect(result.status == 0, "\(result.out)\(result.err)")
    #expect(result.out == names.map { "\($0): ok\n" }.joined())
  }

  /// Every strategy has a scenario.
  @Test func everyStrategyHasAScenario() throws {
    let strategies = try FileIO.names(in: "\(Tool.root)/strategies")
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    #expect(strategies.count >= 7)
    for name in strategies {
      #expect(FileIO.exists("\(Tool.root)/fixtures/golden/\(name)/golden.json"), "\(name)")
    }
  }

  @Test func aRecordingFailsAndThenHoldsUntilTheAnswerChanges() throws {
    let folder = scratch.file("golden")
    try scratch.write(SampleSpec.network(), to: "golden/pair/spec.yaml")
    func golden(_ arguments: String...) throws -> Tool.Result {
      try Tool.run(["golden"] + arguments + ["--golden", folder])
    }
    let before = try golden("check")
    #expect(before.status == 5)
    #expect(before.out == "pair: differs: there is no recording\n")

    let first = try golden("record", "pair", "--reason", "the first answer")
    #expect(first.status == 5)
    #expect(
      first.out == "pair: recorded; commit it with its reason\nthere was no recording before\n")
    let check = try golden("check", "pair")
    #expect(check.status == 0)
    #expect(check.out == "pair: ok\n")
    let again = try golden("record", "pair", "--reason", "nothing")
    #expect(again.status == 0)
    #expect(again.out == "pair: ok, nothing to record\n")

    let other = SampleSpec.network().replacingOccurrences(of: "fee_bps: 1,", with: "fee_bps: 3,")
    try scratch.write(other, to: "golden/pair/spec.yaml")
    let differs = try golden("check")
    #expect(differs.status == 5)
    #expect(
      differs.out.hasPrefix(
        "pair: differs\nA: this replay of pair\nB: \(folder)/pair\n"
          + "the first difference is in orders:\n"))
    #expect(differs.err.hasPrefix("1 of 1 scenarios differ; "))

    let second = try golden("record", "pair", "--reason", "fees have trebled")
    #expect(second.status == 5)
    #expect(second.out.contains("the first difference is in orders:"))
    #expect(try golden("check").status == 0)
    let history = try Golden(readingFrom: "\(folder)/pair").history
    #expect(history.map(\.reason) == ["the first answer", "fees have trebled"])
    #expect(try FileIO.names(in: folder) == ["pair"])
  }

  @Test func anUnknownScenarioIsAnError() throws {
    let result = try Tool.run(["golden", "check", "coint-lst"])
    #expect(result.status == 2)
    #expect(
      result.err.hasPrefix(
        "error: the scenario was 'coint-lst', one of bracket-breakout, buy-and-hold, ")
    )
    #expect(result.err.hasSuffix("did you mean coint-lstm?\n"), "\(result.err)")
    #expect(try Tool.run(["golden", "check", "--golden", scratch.path]).status == 2)
    #expect(try Tool.run(["golden", "record", "coint-lstm", "--reason", " "]).status == 2)
    #expect(try Tool.run(["golden", "record", "coint-lstm"]).status == 2)
  }
}
