import ArgumentParser
import Backtest
import Bytes
import Journal
import Recurrent

struct ModelInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show a network: its sizes, its tensors, and how far back its gradients reach.",
    discussion: """
      Cell and sizes follow from the shapes of the tensors. The last table is the norm of the \
      derivative of the forecast by the hidden state so many bars before its end: where it falls \
      fast, the network cannot learn from bars that lie further back.
      """)

  @Argument(help: "A safetensors file, or the directory of a run.")
  var path: String

  @Option(help: "Bars of a window, for the gradients of a file that does not say it.")
  var lookback: Int?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let lookback, !(1...4096).contains(lookback) {
      throw ValidationError("--lookback was \(lookback), at least 1 and at most 4096 is needed")
    }
  }

  func run() throws {
    let weights = try Weights(path: path)
    let inspection = ModelInspection(path: path, weights: weights, lookback: lookback)
    print(json ? inspection.json.text : inspection.text, terminator: "")
  }
}
