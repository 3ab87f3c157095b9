import Bytes
import Glibc

/// A folder that is removed, with all that is in it, when nobody has it any more.
final class TemporaryFolder {
  let path: String

  init() throws(BytesError) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/pawl-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw .system("make a temporary folder", path: parent)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    for name in (try? FileIO.names(in: path)) ?? [] {
      let inner = "\(path)/\(name)"
      // A folder refuses to be unlinked.
      if unlink(inner) != 0 { remove(inner) }
    }
    rmdir(path)
  }
}
