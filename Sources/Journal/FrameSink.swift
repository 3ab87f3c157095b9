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
    hash.update(text)
    try compressor.compress(text) { (frame) throws(BytesError) in
      try file.write(frame)
      fileOffset += frame.count
    }
    frames += 1
    textBytes += text.count
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
