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

  @Option(
    help: "Bars of a window for the gradients, which are then those of random numbers.")
  var lookback: Int?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let lookback, !(1...4096).contains(lookback) {
      throw ValidationError("--lookback was \(lookback), at least 1 and at most 4096 is needed")
    }
  }

  func run() throws {
    let isRun = FileIO.exists("\(path)/\(Manifest.fileName)")
    let file = isRun ? "\(path)/model.safetensors" : path
    if isRun, !FileIO.exists(file) {
      throw RunFailure.usage(
        "\(path) holds no model.safetensors, a complete run of a network is needed")
    }
    let weights = try Weights(path: file)
    let windows = try isRun && lookback == nil ? trainingWindows(of: weights) : nil
    let inspection = ModelInspection(
      path: file, weights: weights,
      windows: windows ?? .random(weights, lookback: lookback ?? weights.lookback ?? 20),
      isLookbackKnown: lookback != nil || weights.lookback != nil)
    print(json ? inspection.json.text : inspection.text, terminator: "")
  }

  /// The newest windows that the run's last refit trained on; nil where there are none.
  private func trainingWindows(of weights: Weights) throws -> ModelInspection.Windows? {
    let prepared = try PreparedRun(runDirectory: path, variant: RunEnvironment.variant())
    let (rows, ends) = try prepared.trainingWindows(most: ModelInspection.windowCount)
    guard let lookback = weights.lookback, !ends.isEmpty else { return nil }
    return ModelInspection.Windows(
      what: "the last \(ends.count) samples that the run trained on", lookback: lookback,
      gradient: weights.stateGradient(rows: rows, ends: ends, lookback: lookback))
  }
}
