import Glibc

/// A file open for writing, closed when it goes away.
public struct OutputFile: ~Copyable {
  public let path: String
  private let descriptor: Int32

  /// Makes a file, or empties one that is there.
  public init(creating path: String) throws(BytesError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system("create", path: path) }
  }

  /// Opens a file that is there, cuts it after `length` bytes and goes on from its end.
  public init(continuing path: String, at length: Int) throws(BytesError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("open", path: path) }
    try cut(after: length)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes all the bytes, or throws: with a full disk for one.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(BytesError) {
    var written = 0
    while written < bytes.count {
      // SAFETY: written < count, so the address lies within the buffer and the rest of it follows.
      let count = Glibc.write(
        descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count > 0 {
        written += count
      } else if count == 0 || errno != EINTR {
        throw .system("write", path: path, errorNumber: count == 0 ? ENOSPC : errno)
      }
    }
  }

  /// Writes all the bytes, or throws: with a full disk for one.
  public func write(_ bytes: [UInt8]) throws(BytesError) {
    var failure: BytesError?
    bytes.withUnsafeBytes { buffer in
      do throws(BytesError) { try write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Cuts the file after `length` bytes and goes on from there.
  public func cut(after length: Int) throws(BytesError) {
    guard ftruncate(descriptor, length) == 0 else { throw .system("truncate", path: path) }
    guard lseek(descriptor, length, SEEK_SET) == length else { throw .system("seek", path: path) }
  }

  /// Waits until what was written is on the disk.
  public func synchronize() throws(BytesError) {
    while fsync(descriptor) != 0 {
      // A device or pipe has nothing to flush.
      if errno == EINVAL || errno == EROFS { return }
      if errno != EINTR { throw .system("flush", path: path) }
    }
  }
}
