import Bytes
import Journal
import Testing

struct ManifestTests {
  @Test func aManifestIsReadBackAsItWasWritten() throws {
    let scratch = Scratch()
    let run = try SampleRun(at: scratch.file("run"))
    #expect(try Manifest(readingFrom: run.path) == run.manifest)
    let document = run.manifest.json
    #expect(
      document.objectValue?.keys.sorted() == [
        "caveats", "digest", "environment", "format", "inputs", "leaks", "metrics", "name",
        "omitted", "open_orders", "seed", "spec_sha256", "status", "tables", "warnings",
      ])
    #expect(document["metrics"]?["equity"]?["sharpe"] == .null)
    #expect(
      document["tables"]?["equity"]?["columns"]?.arrayValue?[2] == [
        "name": "cash", "type": "float", "unit": "money", "nullable": false,
      ])
    // Sizes of compressed files differ between versions of zstd.
    #expect(document["tables"]?["equity"]?["frames"] == nil)
    #expect(document["environment"]?["tables"]?["equity"]?["frames"] == 3)
  }

  @Test func theDigestIsOfTheNamesAndHashesInByteOrder() {
    let a = TableRecord(file: "b.csv.zst", rows: 0, sha256: "11", columns: [])
    let b = TableRecord(file: "B.csv.zst", rows: 0, sha256: "22", columns: [])
    #expect(
      Manifest.digest(of: ["b": a, "B": b]) == SHA256.hex(of: Array("B 22\nb 11\n".utf8)))
    #expect(Manifest.digest(of: [:]) == SHA256.hex(of: []))
  }

  @Test func aDocumentIsWrittenWithKeysInByteOrderAndNumbersAsInTheLogs() throws {
    let value: JSONValue = [
      "b": [1, 1.0, 1e-5, nil, true, "a\"\\\n\u{1}ü"], "B": [:], "a": [], "c": ["d": 1e300],
    ]
    let text = """
      {
        "B": {},
        "a": [],
        "b": [
          1,
          1.0,
          1e-05,
          null,
          true,
          "a\\"\\\\\\n\\u0001ü"
        ],
        "c": {
          "d": 1e+300
        }
      }

      """
    #expect(value.text == text)
    #expect(try JSONValue(parsing: Array(text.utf8), place: "t") == value)
    #expect(try JSONValue(parsing: Array(#""\u00e9\ud83d\ude00\/""#.utf8), place: "t") == "é😀/")
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,\"a\":2}", "nul", "1 2", "\"a", "\"\\x\"", "[1 2]", "{\"a\" 1}",
    "NaN", "\"\u{1}\"", "\"\\ud800\"", "--1",
  ])
  func textThatIsNoJSONIsRefused(text: String) {
    #expect(throws: JournalError.self) { try JSONValue(parsing: Array(text.utf8), place: "t") }
  }

  @Test(arguments: [
    ("\"pawl-run/1\"", "\"pawl-run/9\"", "format: was pawl-run/9, pawl-run/1 is needed"),
    (
      "\"complete\"", "\"done\"",
      "status: was done, running, complete, failed or interrupted is needed"
    ),
    ("\"seed\": 7", "\"seed\": \"7\"", "seed: was \"7\", a whole number is needed"),
    ("\"seed\": 7", "\"sead\": 7", "seed: was missing, a whole number is needed"),
    (
      "\"equity.csv.zst\"", "\"../x.csv.zst\"",
      "tables.equity.file: was ../x.csv.zst, equity.csv.zst is needed"
    ),
    (
      "\"nullable\": false", "\"nullable\": 0",
      "tables.equity: columns[0]: nullable: was 0, true or false is needed"
    ),
  ])
  func aManifestThatIsNoneIsRefusedWithThePlace(
    old: String, new: String, message: String
  ) throws {
    let scratch = Scratch()
    let run = try SampleRun(at: scratch.file("run"), rows: 1)
    let path = "\(run.path)/manifest.json"
    var text = run.manifest.json.text
    let range = try #require(text.firstRange(of: old))
    text.replaceSubrange(range, with: new)
    try FileIO.writeAtomically(Array(text.utf8), to: path)
    #expect {
      try Manifest(readingFrom: run.path)
    } throws: { error in
      "\(error)" == "\(path): \(message)"
    }
  }
}
