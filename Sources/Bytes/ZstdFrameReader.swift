import CZstd

/// Reads a file of independent frames, one whole frame at a time.
///
/// Memory is bounded by the largest frame: one above `maximumContent` bytes is refused. A frame
/// that the file's end cuts is never handed out, not even in part.
public final class ZstdFrameReader {
  /// What lies behind the last frame that was read.
  public enum End: Equatable, Sendable {
    /// Nothing: the file ends with a whole frame.
    case clean
    /// The beginning of a frame, from this byte on.
    case torn(offset: Int, bytes: Int)
  }

  /// Bytes of content that a frame may have.
  public static let maximumContent = 1 << 24

  public let path: String
  /// Bytes of the file in the frames read so far.
  public private(set) var offset = 0
  /// Frames read so far.
  public private(set) var frameCount = 0
  /// Set once `next` returned false.
  public private(set) var end: End?
  /// The uncompressed bytes of the frame read last.
  public private(set) var content: [UInt8] = []

  private let file: InputFile
  private let context: OpaquePointer
  private var buffer: [UInt8]
  private var start = 0
  private var filled = 0
  private var fileIsAtEnd = false

  public init(_ path: String) throws(BytesError) {
    self.path = path
    file = try InputFile(path)
    guard let context = ZSTD_createDCtx() else {
      preconditionFailure("memory for a decompressor ran out")
    }
    self.context = context
    buffer = [UInt8](repeating: 0, count: 1 << 18)
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Reads the next frame into `content`.
  ///
  /// - Returns: false at the end of the file; `end` then says whether a torn frame is left.
  /// - Throws: where the bytes are no frame or fail its checksum; the error's path names the offset.
  public func next() throws(BytesError) -> Bool {
    while true {
      let size = start == filled ? nil : try frameSize()
      if let size {
        try decode(size)
        start += size
        offset += size
        frameCount += 1
        return true
      }
      if fileIsAtEnd {
        content = []
        end = start == filled ? .clean : .torn(offset: offset, bytes: filled - start)
        return false
      }
      try fill()
    }
  }

  /// The compressed size of the frame at `start`; nil where the buffer does not hold all of it.
  private func frameSize() throws(BytesError) -> Int? {
    let size = buffer.withUnsafeBytes { bytes in
      // SAFETY: start < filled <= count: the range lies within the buffer.
      ZSTD_findFrameCompressedSize(bytes.baseAddress?.advanced(by: start), filled - start)
    }
    if ZSTD_isError(size) == 0 { return size }
    guard ZSTD_getErrorCode(size) == ZSTD_error_srcSize_wrong else { throw damaged(size) }
    return nil
  }

  private func decode(_ size: Int) throws(BytesError) {
    let stated = buffer.withUnsafeBytes { bytes in
      // SAFETY: `frameSize` found a whole frame of this size at `start`.
      ZSTD_getFrameContentSize(bytes.baseAddress?.advanced(by: start), size)
    }
    guard stated <= UInt64(ZstdFrameReader.maximumContent) else {
      throw BytesError(
        operation: "decompress", path: "\(path): byte \(offset)",
        reason: "a frame states no content size, or one above "
          + "\(ZstdFrameReader.maximumContent) bytes")
    }
    let room = Int(stated)
    if content.count != room { content = [UInt8](repeating: 0, count: room) }
    let written = buffer.withUnsafeBytes { source in
      content.withUnsafeMutableBytes { target in
        // SAFETY: the frame lies within the buffer, and the target's count is given.
        ZSTD_decompressDCtx(
          context, target.baseAddress, target.count, source.baseAddress?.advanced(by: start), size)
      }
    }
    guard ZSTD_isError(written) == 0 else { throw damaged(written) }
    // A skippable frame states 0 and holds nothing.
    if written < content.count { content.removeLast(content.count - written) }
  }

  private func fill() throws(BytesError) {
    if start > 0 {
      buffer.withUnsafeMutableBytes { bytes in
        // SAFETY: both ranges lie within the buffer; memmove allows them to overlap.
        bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<filled]))
      }
      filled -= start
      start = 0
    }
    if filled == buffer.count {
      guard buffer.count <= 2 * ZstdFrameReader.maximumContent else {
        throw BytesError(
          operation: "decompress", path: "\(path): byte \(offset)",
          reason: "a frame is longer than \(buffer.count) bytes")
      }
      buffer.append(contentsOf: repeatElement(0, count: buffer.count))
    }
    var failure: BytesError?
    let count = buffer.withUnsafeMutableBytes { bytes -> Int in
      do throws(BytesError) {
        return try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[filled...]))
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    fileIsAtEnd = count < buffer.count - filled
    filled += count
  }

  private func damaged(_ code: Int) -> BytesError {
    // SAFETY: zstd's error names are constants.
    BytesError(
      operation: "decompress", path: "\(path): byte \(offset)",
      reason: String(cString: ZSTD_getErrorName(code)))
  }
}
