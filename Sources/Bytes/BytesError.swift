import Glibc

/// Reading, writing or decoding bytes failed.
public struct BytesError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was being done, e.g. `write`.
  public var operation: String
  /// The file, with a byte offset where one is known; empty where there is none.
  public var path: String
  /// What the system or the library said.
  public var reason: String
  /// The system's error number; 0 where the system reported none, as with damaged content.
  public var errorNumber: Int32

  public init(operation: String, path: String, reason: String, errorNumber: Int32 = 0) {
    self.operation = operation
    self.path = path
    self.reason = reason
    self.errorNumber = errorNumber
  }

  /// The error of a system call that has just failed.
  public static func system(
    _ operation: String, path: String, errorNumber: Int32 = errno
  ) -> BytesError {
    // SAFETY: strerror returns a C string that lives until the next call on this thread, and it is
    // copied here.
    let reason = String(cString: strerror(errorNumber))
    return BytesError(
      operation: operation, path: path, reason: reason, errorNumber: errorNumber)
  }

  /// Whether the file or folder does not exist.
  public var isMissingFile: Bool { errorNumber == ENOENT || errorNumber == ENOTDIR }

  public var description: String {
    path.isEmpty ? "\(operation) failed: \(reason)" : "\(path): \(operation) failed: \(reason)"
  }
}
