/// A file read from start to end in chunks, decompressed by its ending: `.gz` (any number of
/// members), `.zst` (any number of frames), everything else as it stands.
///
/// Memory stays at a chunk and the decompressor's window, whatever the file's length.
public final class ByteSource {
  public enum Compression: Equatable, Sendable {
    case none
    case gzip
    case zstd

    /// By the ending of a file's name.
    public init(path: String) {
      self = path.hasSuffix(".gz") ? .gzip : path.hasSuffix(".zst") ? .zstd : .none
    }
  }

  public let path: String
  public let compression: Compression
  private let file: InputFile
  private let hash: SHA256?
  private let decoder: Decoder
  // Bytes of the file that no decoder has taken yet: raw[rawStart..<rawEnd].
  private let raw: UnsafeMutableBufferPointer<UInt8>
  private var rawStart = 0
  private var rawEnd = 0
  private var fileEnded = false

  private enum Decoder {
    case plain
    case gzip(GzipDecoder)
    case zstd(ZstdDecoder)
  }

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: the file; its ending says how it is compressed.
  ///   - chunkSize: bytes read from the file at a time.
  ///   - hash: takes in every byte of the file as it lies on disk, while it is read.
  /// - Throws: `BytesError` where there is no such file or it cannot be opened.
  public init(path: String, chunkSize: Int = 1 << 16, hash: SHA256? = nil) throws(BytesError) {
    precondition(chunkSize > 0, "a chunk holds a byte at least")
    file = try InputFile(path)
    self.path = path
    self.hash = hash
    compression = Compression(path: path)
    raw = .allocate(capacity: chunkSize)
    switch compression {
    case .none: decoder = .plain
    case .gzip: decoder = .gzip(GzipDecoder())
    case .zstd: decoder = .zstd(ZstdDecoder())
    }
  }

  deinit { raw.deallocate() }

  /// Writes the bytes that come next to the start of `output`.
  ///
  /// - Returns: how many there were; 0 only at the end of the file.
  /// - Throws: `BytesError` where reading fails, the file ends within a frame or member, or its
  ///   bytes are not what its ending says. The error number is 0 in the last two cases.
  public func read(into output: UnsafeMutableBufferPointer<UInt8>) throws(BytesError) -> Int {
    precondition(!output.isEmpty, "there is room to read into")
    while true {
      if rawStart == rawEnd && !fileEnded { try readChunk() }
      let step = decode(into: output)
      rawStart += step.taken
      if let damage = step.damage { throw failure(damage) }
      if step.given > 0 { return step.given }
      if fileEnded && rawStart == rawEnd {
        guard step.mayEndHere else { throw failure("the file was cut off within a \(unit)") }
        return 0
      }
    }
  }

  private func decode(into output: UnsafeMutableBufferPointer<UInt8>) -> DecoderStep {
    // SAFETY: rawStart...rawEnd lie within `raw`, which slicing checks.
    let input = UnsafeBufferPointer(rebasing: raw[rawStart..<rawEnd])
    switch decoder {
    case .plain:
      let count = min(input.count, output.count)
      _ = output.update(fromContentsOf: input.prefix(count))
      return DecoderStep(taken: count, given: count)
    case .gzip(let gzip): return gzip.decode(input, into: output)
    case .zstd(let zstd): return zstd.decode(input, into: output)
    }
  }

  private func readChunk() throws(BytesError) {
    let bytes = UnsafeMutableRawBufferPointer(raw)
    let count = try file.read(into: bytes)
    hash?.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    rawStart = 0
    rawEnd = count
    fileEnded = count < bytes.count
  }

  private func failure(_ reason: String) -> BytesError {
    BytesError(operation: "read", path: path, reason: reason)
  }

  private var unit: String { compression == .gzip ? "gzip member" : "zstd frame" }
}

/// What one call of a decoder did.
struct DecoderStep {
  /// Bytes of input used.
  var taken: Int
  /// Bytes of output written.
  var given: Int
  /// Whether the input is complete if nothing follows.
  var mayEndHere = true
  /// What is wrong with the input, where something is.
  var damage: String?
}
