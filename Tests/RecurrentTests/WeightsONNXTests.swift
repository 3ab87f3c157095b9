import Bytes
import Testing

@testable import Recurrent

/// That onnxruntime makes Keras's forecast of these models is shown by Reference/weights_parity.py,
/// which prints their hashes; here the bytes are held as they were then.
struct WeightsONNXTests {
  @Test func theModelIsTheBytesThatOnnxruntimeRan() throws {
    let hashes = [
      "lstm": "616bdd68e6aa765270e2c7e079f5012141504da8af1bd44194713917d4c7708b",
      "gru_after": "dd6ebae41722092a31d3de7489fe85c6be41568f8a51df73848489e4a8667b88",
      "gru_before": "0d86cf272defbbd8d960d5b9142606d18db5c8d1a22a9e78d6315187000652f8",
      "rnn": "daf8337380fd9e9576f5551fa33bac9aaf06815c73f13c0cb3fe98a83ee3ef43",
      "lstm_hard": "6d6fc0ee4191c690a725df4fbebe3da323791a85171adafb07d897192f989509",
      "gru_hard": "db4be1731e37eb3247dde61c042add142cc7d311767214b7f7df0085eb29e34a",
      "gru_before_sigmoid": "9db7066bf1c8fbc64f98c40aa74d80ef8a65e2c51735dfa683845ecbfbfc129f",
    ]
    for reference in try WeightsCase.all() {
      let onnx = try Weights(safetensors: reference.bytes).onnx
      #expect(SHA256.hex(of: onnx) == hashes[reference.name], "\(reference.name)")
    }
  }

  @Test func aLookbackThatIsKnownIsFixed() throws {
    let reference = try #require(try WeightsCase.all().first)
    let free = try Weights(safetensors: reference.bytes)
    let fixed = Weights(
      free.configuration, layout: .keras, lookback: 9, tensors: free.tensors)
    // {dim_param: "lookback"} and {dim_value: 9} as dimensions of x.
    #expect(free.onnx.contains([0x0A, 0x0A, 0x12, 0x08] + Array("lookback".utf8)))
    #expect(fixed.onnx.contains([0x0A, 0x02, 0x08, 0x09]))
    #expect(!free.onnx.contains([0x0A, 0x02, 0x08, 0x09]))
  }
}
