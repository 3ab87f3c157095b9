import ArgumentParser
import Backtest
import Bytes
import Recurrent

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Look into a file of weights, or turn it into another format.",
    subcommands: [ModelInspectCommand.self, ModelConvertCommand.self])
}

extension Weights {
  /// Reads a file, naming it where it is not a network's weights.
  init(path: String) throws {
    let bytes = try FileIO.readAll(path)
    do throws(WeightsError) {
      try self.init(safetensors: bytes)
    } catch {
      throw RunFailure.usage("\(path): \(error)")
    }
  }
}
