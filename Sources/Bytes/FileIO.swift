import Glibc

/// Whole files and folders, over POSIX calls.
public enum FileIO {
  /// Whether something exists at the path, links followed.
  public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The bytes of a file.
  public static func readAll(_ path: String) throws(BytesError) -> [UInt8] {
    let file = try InputFile(path)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(try file.size() + 1)
    while true {
      let start = bytes.count
      let room = max(4096, bytes.capacity - start)
      bytes.append(contentsOf: repeatElement(0, count: room))
      var failure: BytesError?
      let count = bytes.withUnsafeMutableBytes { buffer -> Int in
        do throws(BytesError) {
          return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
        } catch {
          failure = error
          return 0
        }
      }
      if let failure { throw failure }
      bytes.removeLast(room - count)
      if count == 0 { return bytes }
    }
  }

  /// Puts a file in place whole: after a crash either the old or the new content is there.
  ///
  /// The bytes go to `path.partial`, which is flushed to the disk and renamed.
  public static func writeAtomically(_ bytes: [UInt8], to path: String) throws(BytesError) {
    let partial = path + ".partial"
    do throws(BytesError) {
      let file = try OutputFile(creating: partial)
      try file.write(bytes)
      try file.synchronize()
    } catch {
      unlink(partial)
      throw error
    }
    guard rename(partial, path) == 0 else {
      let error = BytesError.system("rename into place", path: path)
      unlink(partial)
      throw error
    }
    try synchronizeDirectory(parent(of: path))
  }

  /// Makes a folder and those above it that are missing.
  ///
  /// - Returns: the folders that were made, the outermost first.
  @discardableResult
  public static func makeDirectories(_ path: String) throws(BytesError) -> [String] {
    if exists(path) { return [] }
    let above = parent(of: path)
    var made = above == path ? [] : try makeDirectories(above)
    if mkdir(path, 0o777) == 0 {
      made.append(path)
    } else if errno != EEXIST {
      throw .system("make folder", path: path)
    }
    return made
  }

  /// Removes a file; one that is not there is no error.
  public static func remove(_ path: String) throws(BytesError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove", path: path) }
  }

  /// Removes a folder if it is empty.
  ///
  /// - Returns: whether it is gone.
  @discardableResult
  public static func removeEmptyDirectory(_ path: String) -> Bool {
    rmdir(path) == 0 || errno == ENOENT
  }

  /// The names in a folder in byte order; none where there is no such folder.
  public static func names(in directory: String) throws(BytesError) -> [String] {
    guard let handle = opendir(directory) else {
      if errno == ENOENT { return [] }
      throw .system("list", path: directory)
    }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      // SAFETY: d_name is a C string within the entry, which lives until the next readdir; it is
      // copied here.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The folder that holds `path`: `.` for a bare name.
  public static func parent(of path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// Makes names that were put into a folder outlast a crash of the machine.
  public static func synchronizeDirectory(_ path: String) throws(BytesError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open folder", path: path) }
    defer { close(descriptor) }
    // Some file systems cannot flush a folder and say EINVAL; nothing better is to be had there.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw .system("flush folder", path: path)
    }
  }
}
