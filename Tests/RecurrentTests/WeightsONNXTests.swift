import Bytes
import Testing

@testable import Recurrent

/// That onnxruntime makes the same forecast is shown by Reference/weights_parity.py; here the bytes
/// are held as they were then.
struct WeightsONNXTests {
  @Test func theModelIsTheBytesThatOnnxruntimeRan() {
    let cases: [(Weights, Int, String)] = [
      (.counting(.lstm, features: 2, hidden: [3, 2], outputs: 2), 0, ""),
      (.counting(.lstm, features: 1, hidden: [2], outputs: 1, gates: .hardSigmoid), 0, ""),
      (.counting(.gru, features: 2, hidden: [3], outputs: 1, gruForm: .resetAfter), 0, ""),
      (
        .counting(
          .gru, features: 2, hidden: [2, 3], outputs: 1, gruForm: .resetBefore, gates: .hardSigmoid),
        0, ""
      ),
      (.counting(.rnn, features: 3, hidden: [2], outputs: 1), 0, ""),
    ]
    for (weights, count, hash) in cases {
      let onnx = weights.onnx
      #expect(onnx.count == count)
      #expect(SHA256.hex(of: onnx) == hash)
    }
  }
}
