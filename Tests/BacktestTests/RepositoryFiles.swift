import Bytes
import Foundation

@testable import Backtest

/// The folder of the repository, with a slash at its end.
let repository =
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().path + "/"

/// A strategy of the repository, with values set over those of its file.
func strategy(_ name: String, settings: [String] = []) throws -> RunSpec {
  let path = repository + "strategies/\(name).yaml"
  return try RunSpec(
    yaml: FileIO.readAll(path), file: path, folder: repository + "strategies/",
    overrides: try settings.map { try SpecOverride(set: $0) })
}

/// A new folder that is removed with this value.
final class ScratchFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/pawl-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
