import Bytes
import Foundation
import Journal
import Recurrent
import Testing

/// Same bars, same spec: the same bytes, whatever carries the run out.
@Suite(.serialized) struct DeterminismTests {
  private let scratch = Scratch()

  private func digest(
    _ arguments: [String], environment: [String: String] = [:], spec: String? = nil
  ) throws -> String {
    let written = try scratch.write(SampleSpec.network(bars: 60), to: "spec.yaml")
    let out = scratch.file("run")
    let result = try Tool.run(
      ["run", spec ?? written, "--out", out, "--quiet", "--force"] + arguments,
      environment: environment)
    try #require(result.status == 0, "\(result.err)")
    return try manifest(out).digest
  }

  @Test func twoRunsGiveTheSameBytes() throws {
    #expect(try digest([]) == digest([]))
  }

  @Test func theDefaultFolderIsNamedAfterTheSpecAsResolved() throws {
    let spec = try scratch.write(SampleSpec.network(bars: 60), to: "spec.yaml")
    for first in ["10", "0.4"] {
      let result = try Tool.run(
        ["run", spec, "--json", "--set", "walk_forward.first=\(first)"], in: scratch.file(""))
      try #require(result.status == 0, "\(result.err)")
      let document = try JSONValue(parsing: Array(result.out.utf8), place: "manifest")
      let hash = try #require(document["spec_sha256"]?.stringValue)
      let name = try #require(document["name"]?.stringValue)
      #expect(FileIO.exists(scratch.file("runs/\(name)-\(hash.prefix(8))/manifest.json")))
    }
  }

  @Test func threadsDoNotChangeTheResult() throws {
    let one = try digest(["--threads", "1"])
    #expect(try digest(["--threads", "2"]) == one)
    #expect(try digest(["--threads", "5"]) == one)
  }

  @Test func theInstructionSetDoesNotChangeTheResult() throws {
    let detected = try digest([])
    for variant in KernelVariant.allCases where variant.isSupported {
      #expect(
        try digest([], environment: ["PAWL_ISA": variant.rawValue]) == detected,
        "\(variant.rawValue)")
      #expect(
        try manifest(scratch.file("run")).environment["isa"] == .string(variant.rawValue))
    }
  }

  @Test func anInstructionSetThatIsNoneIsRefused() throws {
    let spec = try scratch.write(SampleSpec.network(), to: "spec.yaml")
    let result = try Tool.run(
      ["run", spec, "--out", scratch.file("r")], environment: ["PAWL_ISA": "mmx"])
    #expect(result.status == 2)
    #expect(
      result.err.contains("PAWL_ISA was 'mmx', one of baseline, avx2, avx512, neon is needed"))
    #expect(!FileIO.exists(scratch.file("r")))
  }

  @Test func seedAndKeysChangeTheResult() throws {
    let digests = [
      try digest([]), try digest(["--seed", "4"]), try digest(["--set", "training.epochs=2"]),
      try digest(["--set", "execution.fee_bps=0"]), try digest(["--set", "model.lookback=7"]),
    ]
    #expect(Set(digests).count == digests.count)
    #expect(try digest(["--set", "seed=4"]) == digests[1])
  }

  @Test func theFolderOfASpecDoesNotChangeTheRun() throws {
    let bars = try FileIO.readAll("\(Tool.root)/fixtures/market/sp500.csv")
    let strategy = String(
      decoding: try FileIO.readAll("\(Tool.root)/fixtures/golden/sma-cross/spec.yaml"),
      as: UTF8.self)
    var seen: [[String]] = []
    for place in ["one/place", "quite/another/one"] {
      let spec = try scratch.write(strategy, to: "\(place)/a/b/spec.yaml")
      _ = try FileIO.makeDirectories(scratch.file("\(place)/market"))
      try FileIO.writeAtomically(bars, to: scratch.file("\(place)/market/sp500.csv"))
      let digest = try digest([], spec: spec)
      let manifest = try manifest(scratch.file("run"))
      seen.append([digest, manifest.specSHA256, manifest.inputs.map(\.file).joined()])
    }
    #expect(seen[0] == seen[1])
  }
}
