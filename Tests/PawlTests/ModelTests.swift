import Bytes
import Journal
import Testing

/// `pawl model`, as users run it.
struct ModelTests {
  let reference = "\(Tool.root)/Tests/RecurrentTests/Reference"

  @Test func aNetworkIsShown() throws {
    let result = try Tool.run(["model", "inspect", "\(reference)/keras_lstm.safetensors"])
    #expect(result.status == 0)
    let lines = result.out.split(separator: "\n").map(String.init)
    #expect(
      lines[0]
        == "\(reference)/keras_lstm.safetensors: lstm, 2 features, hidden 4, 3, 2 outputs, "
        + "lookback not known, gates sigmoid, dialect keras3")
    #expect(lines[1] == "216 numbers in Keras's layout")
    #expect(lines[3].hasPrefix("lstm/lstm_cell/kernel              [2, 16]  "))
    #expect(lines.contains("root mean square over 32 windows of normal random numbers"))
    #expect(lines.contains { $0.hasPrefix("19    0.0") })
    #expect(!lines.contains { $0.hasPrefix("20 ") })
  }

  @Test func whatIsShownCanBeHadAsJSON() throws {
    let path = "\(reference)/keras_gru_before.safetensors"
    let result = try Tool.run(["model", "inspect", path, "--lookback", "6", "--json"])
    let json = try JSONValue(parsing: Array(result.out.utf8), place: "inspect")
    #expect(json["cell"] == "gru")
    #expect(json["gru_form"] == "reset_before")
    #expect(json["gates"] == "hard_sigmoid")
    #expect(json["hidden"] == [4, 3])
    #expect(json["lookback"] == 6)
    #expect(json["parameters"] == 164)
    #expect(json["tensors"]?.arrayValue?.count == 8)
    let layers = try #require(json["gradient"]?["layers"]?.arrayValue)
    #expect(layers.count == 2)
    #expect(layers[0]["hidden"]?.arrayValue?.count == 6)
    #expect(layers[0]["cell"] == JSONValue.null)
  }

  @Test func weightsThatWentToPyTorchAndBackAreTheSameBytes() throws {
    let scratch = Scratch()
    func convert(_ format: String, _ from: String, _ to: String) throws -> Tool.Result {
      try Tool.run(["model", "convert", "--to", format, from, to])
    }
    let torch = scratch.file("torch")
    let there = try convert("torch", "\(reference)/keras_gru_before.safetensors", torch)
    #expect(there.status == 0)
    #expect(there.out.isEmpty)
    #expect(
      there.err
        == "note: PyTorch has no cell with hard sigmoid gates: its own make another forecast "
        + "of these weights\n")
    let keras = scratch.file("keras")
    #expect(try convert("keras", torch, keras).err.hasPrefix("note: hard_sigmoid of Keras 3"))
    #expect(try convert("torch", keras, scratch.file("again")).status == 0)
    #expect(try FileIO.readAll(torch) == FileIO.readAll(scratch.file("again")))
    let onnx = try convert("onnx", keras, scratch.file("onnx"))
    #expect(onnx.status == 0)
    #expect(onnx.err.isEmpty)
    #expect(try FileIO.readAll(scratch.file("onnx")).contains(Array("HardSigmoid".utf8)))
  }

  @Test func whatIsWrongIsSaidAndToldByTheExitCode() throws {
    let scratch = Scratch()
    let text = try scratch.write("no weights at all", to: "text")
    let good = "\(reference)/keras_rnn.safetensors"
    let cases: [([String], Int32, String)] = [
      (
        ["inspect", text], 2,
        "error: \(text): the header was 7523097587056930670 bytes long, at most 9 is needed\n"
      ),
      (
        ["inspect", scratch.file("none")], 4,
        "error: \(scratch.file("none")): open failed: No such file or directory\n"
      ),
      (
        ["convert", "--to", "onnx", good, scratch.file("no/such/folder")], 4,
        "error: \(scratch.file("no/such/folder")).partial: create failed: "
          + "No such file or directory\n"
      ),
      (
        ["convert", "--to", "onnx", text, scratch.file("x")], 2,
        "error: \(text): the header was 7523097587056930670 bytes long, at most 9 is needed\n"
      ),
    ]
    for (arguments, status, message) in cases {
      let result = try Tool.run(["model"] + arguments)
      #expect(result.status == status)
      #expect(result.err == message)
    }
    let usage = try Tool.run(["model", "inspect", good, "--lookback", "0"])
    #expect(usage.status == 2)
    #expect(usage.err.hasPrefix("Error: --lookback was 0, at least 1 and at most 4096 is needed"))
  }
}
