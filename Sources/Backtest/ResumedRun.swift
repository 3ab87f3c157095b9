import Bytes
import Glibc
import Journal
import Recurrent

extension RunSession {
  /// Goes on with the run in a directory, from its last checkpoint.
  ///
  /// - Returns: nil where the run is complete already.
  /// - Throws: `RunFailure`: the folder holds no run, is in use, or the bars are not those that the
  ///   run began with.
  public static func resume(
    _ path: String, variant: KernelVariant, options: RunOptions
  ) throws(RunFailure) -> RunSession? {
    guard FileIO.exists(path) else {
      throw .journal(.file(.system("open", path: path, errorNumber: ENOENT)))
    }
    guard FileIO.exists(path + "/" + Manifest.fileName) else {
      throw .usage("\(path) holds no \(Manifest.fileName), the directory of a run is needed")
    }
    let folder: RunFolder
    let before: Manifest
    let text: [UInt8]
    do throws(JournalError) {
      folder = try RunFolder(claiming: path, tables: LogTable.allCases.map(\.name))
      before = try Manifest(readingFrom: path)
      text = try RunFolder.read(folder.file("spec.yaml"))
    } catch {
      throw .journal(error)
    }
    guard before.status != .complete else { return nil }
    let spec: RunSpec
    do throws(SpecError) {
      spec = try RunSpec(
        yaml: text, file: folder.file("spec.yaml"), folder: before.specFolder)
    } catch {
      throw .spec(error)
    }
    var options = options
    // Where paths start from is the run's own affair, wherever it is resumed from.
    options.environment["folder"] = .string(before.specFolder)
    return try RunSession(
      resuming: folder, prepared: PreparedRun(spec, variant: variant), before: before,
      options: options)
  }
}

extension Manifest {
  /// The folder that relative paths of the run's spec start from.
  public var specFolder: String { environment["folder"]?.stringValue ?? "" }
}

extension RunFolder {
  static func read(_ path: String) throws(JournalError) -> [UInt8] {
    do throws(BytesError) {
      return try FileIO.readAll(path)
    } catch {
      throw .file(error)
    }
  }
}
