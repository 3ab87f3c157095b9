import Bytes
import Journal
import Testing

@testable import pawl

struct RunOptionsTests {
  @Test func seedsRunSideBySideAsEachWouldAlone() throws {
    let scratch = Scratch()
    let spec = try scratch.write(SampleSpec.network(), to: "a.yaml")
    let result = try Tool.run(
      ["run", spec, "--seeds", "3", "--out", scratch.file("s"), "--json", "--quiet"])
    #expect(result.status == 0, "\(result.err)")
    let document = try JSONValue(parsing: Array(result.out.utf8), place: "out")
    #expect(document["seeds"]?.arrayValue?.compactMap(\.intValue) == [3, 4, 5])
    let alone = scratch.file("alone")
    try Tool.run(["run", spec, "--seed", "4", "--out", alone, "--quiet"])
    let digest = try manifest(alone).digest
    #expect(document["runs"]?.arrayValue?[1]["digest"]?.stringValue == digest)
    #expect(try manifest(scratch.file("s/seed-4")).digest == digest)
    let skills = try [3, 4, 5].map {
      try #require(manifest(scratch.file("s/seed-\($0)")).metrics["rmse"]?.doubleValue)
    }.sorted()
    let rmse = document["metrics"]?["rmse"]
    #expect(rmse?["median"]?.doubleValue == skills[1])
    #expect(rmse?["least"]?.doubleValue == skills[0])
    #expect(rmse?["most"]?.doubleValue == skills[2])
    #expect(rmse?["count"]?.intValue == 3)
  }

  @Test func quartilesLieBetweenValues() throws {
    let quartiles = try #require(Quartiles([4, 1, 3, 2]))
    #expect(quartiles.median == 2.5)
    #expect(quartiles.lower == 1.75)
    #expect(quartiles.upper == 3.25)
    #expect((quartiles.least, quartiles.most) == (1, 4))
    #expect(Quartiles([]) == nil)
  }

  @Test func aDryRunWritesNothing() throws {
    let scratch = Scratch()
    let spec = try scratch.write(SampleSpec.network(), to: "a.yaml")
    let out = scratch.file("r")
    let result = try Tool.run(["run", spec, "--dry-run", "--out", out, "--json"])
    #expect(result.status == 0, "\(result.err)")
    #expect(!FileIO.exists(out))
    let document = try JSONValue(parsing: Array(result.out.utf8), place: "out")
    try Tool.run(["run", spec, "--out", out, "--quiet"])
    #expect(document["refits"]?.intValue == (try manifest(out).tables["training"]?.rows))
    #expect(document["forecasts"]?.intValue == (try manifest(out).tables["forecasts"]?.rows))
    #expect(document["folder"]?.stringValue == out)
    let again = try Tool.run(["run", spec, "--dry-run", "--out", out])
    #expect(again.out.contains("holds a run already; --force replaces it"))
  }

  @Test func tensorBoardGetsAFileARunAndTheLogsStayTheSame() throws {
    let scratch = Scratch()
    let spec = try scratch.write(SampleSpec.network(), to: "a.yaml")
    try Tool.run(["run", spec, "--out", scratch.file("a"), "--quiet"])
    let result = try Tool.run([
      "run", spec, "--out", scratch.file("b"), "--quiet", "--tensorboard", scratch.file("tb"),
    ])
    #expect(result.status == 0, "\(result.err)")
    #expect(try manifest(scratch.file("a")).digest == manifest(scratch.file("b")).digest)
    let files = try FileIO.names(in: scratch.file("tb/b"))
    #expect(files.count == 1)
    let bytes = try FileIO.readAll(scratch.file("tb/b/\(files[0])"))
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    for tag in ["loss/batch", "loss/epoch", "gradient_norm", "score/absolute_error_h2"] {
      #expect(text.contains(tag))
    }
  }

  @Test(arguments: [
    (["--seeds", "0"], "--seeds was 0, at least 1 and at most 10000 is needed"),
    (["--seeds", "2", "--seed", "4294967295"], "--seeds was 2, at most 1 is needed from seed"),
    (["--tensorboard", ""], "--tensorboard was empty, a folder is needed"),
  ])
  func aWrongOptionIsNamed(options: [String], message: String) throws {
    let scratch = Scratch()
    let spec = try scratch.write(SampleSpec.network(), to: "a.yaml")
    let result = try Tool.run(["run", spec] + options)
    #expect(result.status == 2)
    #expect(result.err.contains(message), "\(result.err)")
  }

  @Test func benchRefitTimesAnyNetwork() throws {
    let result = try Tool.run([
      "bench", "refit", "--cell", "gru", "--hidden", "4,3", "--lookback", "3", "--features", "2",
      "--batch", "1", "--optimizer", "nadam", "--stateful", "--ensemble", "2", "--threads", "2",
      "--json",
    ])
    #expect(result.status == 0, "\(result.err)")
    let document = try JSONValue(parsing: Array(result.out.utf8), place: "out")
    #expect((document["us_per_update"]?.doubleValue ?? 0) > 0)
    #expect(document["hidden"]?.arrayValue?.compactMap(\.intValue) == [4, 3])
    let wrong = try Tool.run(["bench", "refit", "--cell", "gruu"])
    #expect(wrong.status == 2)
    #expect(wrong.err.contains("--cell was 'gruu', one of rnn, gru, lstm is needed"))
  }
}
