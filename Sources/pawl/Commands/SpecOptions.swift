import ArgumentParser
import Backtest
import Bytes

/// The values of a spec that the command line sets over those of the file.
struct SpecOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "The seed of weights, dropout and shuffling; it wins over --set seed=N.")
  var seed: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Set a key of the spec, as in training.epochs=5.", valueName: "key=value"))
  var settings: [String] = []

  /// Reads a spec with these values in it.
  func read(_ path: String) throws -> RunSpec {
    var overrides: [SpecOverride] = []
    for setting in settings { overrides.append(try SpecOverride(set: setting)) }
    if let seed { overrides.append(SpecOverride(seed: seed)) }
    guard FileIO.exists(path) else {
      throw RunFailure.usage("\(path): there is no such file, a spec is needed")
    }
    return try RunSpec(
      yaml: FileIO.readAll(path), file: path, folder: Self.folder(of: path), overrides: overrides)
  }

  /// Where relative paths of a spec start from.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return String(path[...slash])
  }
}
