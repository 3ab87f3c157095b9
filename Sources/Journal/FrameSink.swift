import Bytes

/// The file of one table: hashes text, compresses it and writes the frame.
///
/// It is used by one thread at a time: by its writer, or by the `FrameThread` while frames of it
/// wait there.
final class FrameSink {
  let file: OutputFile
  private let hash: SHA256
  private(set) var fileOffset: Int
  private(set) var frames: Int
  private(set) var textBytes: Int
  /// The first failure. Nothing is written after it, as a frame would be missing before.
  private var failure: BytesError?

  init(_ file: consuming OutputFile, hash: SHA256, from position: TablePosition) {
    self.file = file
    self.hash = hash
    fileOffset = position.fileOffset
    frames = position.frames
    textBytes = position.textBytes
  }

  func write(
    _ text: UnsafeRawBufferPointer, with compressor: ZstdCompressor
  ) throws(BytesError) {
    try check()
    do throws(BytesError) {
      try compressor.compress(text) { (frame) throws(BytesError) in
        try file.write(frame)
        fileOffset += frame.count
      }
    } catch {
      failure = error
      // Half a frame must not stay; where it cannot be cut, readers find it torn.
      do throws(BytesError) { try file.cut(after: fileOffset) } catch {}
      throw error
    }
    hash.update(text)
    frames += 1
    textBytes += text.count
  }

  /// Throws the first failure, if there was one.
  func check() throws(BytesError) {
    if let failure { throw failure }
  }

  func position(rows: Int) -> TablePosition {
    TablePosition(
      fileOffset: fileOffset, rows: rows, frames: frames, textBytes: textBytes,
      sha256: hash.hexSoFar())
  }
}

/// Room for the text of a frame and of the row that turns out to be too much for it.
final class TextBuffer {
  static let capacity = 2 * FrameRule.maximumTextBytes + 256
  let bytes: UnsafeMutablePointer<UInt8>

  init() {
    bytes = .allocate(capacity: TextBuffer.capacity)
    bytes.initialize(repeating: 0, count: TextBuffer.capacity)
  }

  deinit { bytes.deallocate() }
}
