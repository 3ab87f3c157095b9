import ArgumentParser
import Backtest
import Bytes
import Recurrent

struct ModelConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turn weights into PyTorch's layout, Keras's, or an ONNX model.",
    discussion: """
      IN is a safetensors file in PyTorch's or Keras's layout: the model.safetensors of a run, for \
      one. torch and keras write safetensors again, onnx a model that onnxruntime runs. All make \
      the same forecast.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case torch, keras, onnx
  }

  @Option(help: "What to write: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
  var to: Format

  @Argument(help: "The file to read.")
  var input: String

  @Argument(help: "The file to write; one that is there is replaced.")
  var output: String

  func run() throws {
    let weights = try Weights(path: input)
    let bytes =
      switch to {
      case .torch: weights.safetensors(.torch)
      case .keras: weights.safetensors(.keras)
      case .onnx: weights.onnx
      }
    try FileIO.writeAtomically(bytes, to: output)
    if let caveat = caveat(weights.configuration) { printError("note: \(caveat)") }
  }

  /// What a framework's own layers would do otherwise.
  private func caveat(_ network: NetworkConfiguration) -> String? {
    if to == .onnx || network.cell == .rnn { return nil }
    if network.gates == .hardSigmoid {
      return to == .torch
        ? "PyTorch has no cell with hard sigmoid gates: its own make another forecast of these weights"
        : "hard_sigmoid of Keras 3 is another function: give the layers "
          + "recurrent_activation=lambda x: keras.ops.clip(0.2 * x + 0.5, 0, 1)"
    }
    if to == .torch, network.cell == .gru, network.gruForm == .resetBefore {
      return "PyTorch's GRU resets after the product: it makes another forecast of these weights, "
        + "which reset before it"
    }
    return nil
  }
}
