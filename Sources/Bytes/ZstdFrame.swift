import CZstd

/// Independent zstd frames (RFC 8878), each with its content size and a checksum.
public enum ZstdFrame {
  /// The level of every frame. Its windows are at most 2^21 bytes, and no longer than the content.
  public static let level: Int32 = 3
  /// Bits of the tables in which the level's search keeps the places of long and of short matches.
  ///
  /// For so short a content level 3 has 16 and 15. Rows of a table are like the rows just before them,
  /// and small tables, which forget the rest, find those: on the tables of a run frames are a tenth
  /// smaller, and are made in half the time, as the tables stay in the nearest cache.
  static let longMatchBits: Int32 = 10
  static let shortMatchBits: Int32 = 9

  /// The content size that a frame's header states; nil where it states none or is no header.
  public static func contentSize(_ frame: [UInt8]) -> Int? {
    frame.withUnsafeBytes { bytes in
      // SAFETY: zstd reads at most the given count.
      let size = ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count)
      return size > UInt64(Int32.max) ? nil : Int(size)
    }
  }
}

/// Makes frames one after the other, with memory that is used again.
///
/// What a frame holds depends on its content alone, not on the frames made before.
public final class ZstdCompressor {
  private let context: OpaquePointer
  private var output: [UInt8] = []

  public init() {
    guard let context = ZSTD_createCCtx() else {
      preconditionFailure("memory for a compressor ran out")
    }
    self.context = context
    set(ZSTD_c_compressionLevel, ZstdFrame.level)
    set(ZSTD_c_hashLog, ZstdFrame.longMatchBits)
    set(ZSTD_c_chainLog, ZstdFrame.shortMatchBits)
    set(ZSTD_c_contentSizeFlag, 1)
    set(ZSTD_c_checksumFlag, 1)
  }

  deinit { ZSTD_freeCCtx(context) }

  private func set(_ parameter: ZSTD_cParameter, _ value: Int32) {
    let code = ZSTD_CCtx_setParameter(context, parameter, value)
    precondition(ZSTD_isError(code) == 0, "zstd knows the parameters of a frame")
  }

  /// Compresses `content` into one frame and hands its bytes to `use`; they live that long only.
  public func compress(
    _ content: UnsafeRawBufferPointer,
    use: (UnsafeRawBufferPointer) throws(BytesError) -> Void
  ) throws(BytesError) {
    let bound = ZSTD_compressBound(content.count)
    if output.count < bound { output = [UInt8](repeating: 0, count: bound) }
    var failure: BytesError?
    output.withUnsafeMutableBytes { buffer in
      // SAFETY: both pointers come with the counts of their buffers; the output holds the bound,
      // so zstd has room for content that does not compress.
      let size = ZSTD_compress2(
        context, buffer.baseAddress, buffer.count, content.baseAddress, content.count)
      precondition(ZSTD_isError(size) == 0, "a frame fits into its bound")
      do throws(BytesError) {
        try use(UnsafeRawBufferPointer(rebasing: buffer[..<size]))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// One frame that holds `content`.
  public func compress(_ content: [UInt8]) -> [UInt8] {
    var frame: [UInt8] = []
    content.withUnsafeBytes { bytes in
      // Copying does not throw.
      do throws(BytesError) { try compress(bytes) { frame = Array($0) } } catch {}
    }
    return frame
  }
}
