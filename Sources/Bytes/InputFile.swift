import Glibc

/// A file open for reading, closed when it goes away.
public struct InputFile: ~Copyable {
  public let path: String
  private let descriptor: Int32

  public init(_ path: String) throws(BytesError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", path: path) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Bytes in the file now.
  public func size() throws(BytesError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("look at", path: path) }
    return Int(status.st_size)
  }

  /// Reads into the buffer.
  ///
  /// - Returns: the bytes read: the buffer's count except at the end of the file, 0 there.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(BytesError) -> Int {
    var total = 0
    while total < buffer.count {
      // SAFETY: total < count, so the address lies within the buffer and the rest of it follows.
      let count = Glibc.read(
        descriptor, buffer.baseAddress?.advanced(by: total), buffer.count - total)
      if count == 0 { break }
      if count > 0 {
        total += count
      } else if errno != EINTR {
        throw .system("read", path: path)
      }
    }
    return total
  }
}
