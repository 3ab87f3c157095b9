import Bytes
import Journal

extension RunSpec {
  /// Reads the manifest and the resolved spec of a run.
  ///
  /// - Parameter directory: of the run.
  /// - Returns: both.
  /// - Throws: `RunFailure` where one of the two is missing or cannot be read.
  static func ofRun(
    _ directory: String
  ) throws(RunFailure) -> (manifest: Manifest, spec: RunSpec) {
    let manifest: Manifest
    let text: [UInt8]
    do throws(JournalError) {
      manifest = try Manifest(readingFrom: directory)
      text = try RunFolder.read("\(directory)/spec.yaml")
    } catch {
      throw .journal(error)
    }
    do throws(SpecError) {
      let spec = try RunSpec(
        yaml: text, file: "\(directory)/spec.yaml", folder: manifest.specFolder)
      return (manifest, spec)
    } catch {
      throw .spec(error)
    }
  }
}
