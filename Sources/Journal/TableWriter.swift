import Bytes

/// Writes a table row by row as CSV in zstd frames.
///
///     let writer = try TableWriter("runs/a/equity.csv.zst", table)
///     writer.append(bar); writer.append(cash); try writer.endRow()
///     let record = try writer.finish()
///
/// The first frame holds the header alone. A frame ends on a whole row: after 1000 rows, before its
/// text would pass 120 KiB, and where `flushFrame` says so. Digests are of the text and do not
/// depend on the cuts. A number is the shortest text that reads back to it; text is quoted as in
/// RFC 4180 where it must be; a missing value is empty.
public final class TableWriter {
  public let table: Table
  public let path: String
  /// Rows ended so far, without the header.
  @exclusivity(unchecked)
  public private(set) var rows: Int

  private let sink: FrameSink
  private let thread: FrameThread?
  private let compressor: ZstdCompressor?
  // A row is written cell by cell, and to check each time that no one else is writing took longer
  // than to write. No access to these calls out to code that could come back to the writer.
  @exclusivity(unchecked)
  private var buffer: TextBuffer
  @exclusivity(unchecked)
  private var line: RowText
  @exclusivity(unchecked)
  private var rowsInFrame = 0
  /// Room for the row that begins the next frame.
  @exclusivity(unchecked)
  private var carried: [UInt8] = []

  /// Makes the file, or empties one that is there, and writes the header.
  ///
  /// A `thread` compresses and writes beside the caller; nil does so within `endRow`. Tables that show
  /// the same numbers may share `numbers`.
  public init(
    _ path: String, _ table: Table, thread: FrameThread? = nil,
    numbers: NumberTexts = NumberTexts()
  ) throws(JournalError) {
    self.table = table
    self.path = path
    self.thread = thread
    compressor = thread == nil ? ZstdCompressor() : nil
    let file = try onFile { () throws(BytesError) in try OutputFile(creating: path) }
    sink = FrameSink(file, hash: SHA256(), from: TablePosition())
    buffer = TextBuffer()
    line = RowText(table, buffer.bytes, numbers)
    rows = 0
    let header = table.header
    precondition(header.count <= FrameRule.maximumTextBytes, "a header fits into a frame")
    for byte in header { line.appendByte(byte) }
    try emit(line.count)
    line.count = 0
  }

  /// Goes on with a file that `position` was taken of, cutting what was written later.
  ///
  /// The part before the position is read again and its hash compared.
  ///
  /// - Throws: `damaged` where the file does not begin as it did.
  public init(
    resuming path: String, _ table: Table, at position: TablePosition, thread: FrameThread? = nil,
    numbers: NumberTexts = NumberTexts()
  ) throws(JournalError) {
    self.table = table
    self.path = path
    self.thread = thread
    compressor = thread == nil ? ZstdCompressor() : nil
    let hash = try hashOfPrefix(path, table, position)
    let file = try onFile { () throws(BytesError) in
      try OutputFile(continuing: path, at: position.fileOffset)
    }
    sink = FrameSink(file, hash: hash, from: position)
    buffer = TextBuffer()
    line = RowText(table, buffer.bytes, numbers)
    rows = position.rows
  }

  /// Appends a cell to a column of whole numbers.
  @inline(__always)
  public func append(_ value: Int) { line.append(value) }

  /// Appends a cell to a column of whole numbers; nil is a missing value.
  @inline(__always)
  public func append(_ value: Int?) {
    if let value { line.append(value) } else { line.appendMissing() }
  }

  /// Appends a cell to a column of Float64; what is not finite is a missing value.
  ///
  /// - Precondition: `value` is finite where the column is not nullable.
  @inline(__always)
  public func append(_ value: Double) { line.append(value) }

  /// Appends a cell to a column of Float64; nil and NaN are missing values.
  @inline(__always)
  public func append(_ value: Double?) { line.append(value ?? .nan) }

  /// Appends a cell to a column of text; empty text is a missing value.
  public func append(_ text: String) {
    var text = text
    text.withUTF8 { line.append(text: $0) }
  }

  /// Appends a cell to a column of text; nil and empty text are missing values.
  public func append(_ text: String?) { append(text ?? "") }

  /// Appends a cell of 1 to 40 bytes to a column of text, without a look at them.
  ///
  /// - Precondition: neither a quote, nor a comma, nor a line's end is in it.
  public func append(plain text: UnsafeBufferPointer<UInt8>) { line.append(plain: text) }

  /// Appends a cell of UTF-8 to a column of text.
  public func append(_ text: [UInt8]) { text.withUnsafeBufferPointer { line.append(text: $0) } }

  /// Appends a missing value.
  public func appendMissing() { line.appendMissing() }

  /// Ends the row.
  ///
  /// - Precondition: every column has a cell, and the row fits into a frame.
  public func endRow() throws(JournalError) {
    let start = line.endRow()
    rows += 1
    rowsInFrame += 1
    if line.count > FrameRule.maximumTextBytes {
      let rest = line.count - start
      precondition(rest <= FrameRule.maximumTextBytes, "a row fits into a frame")
      // The frame ends before this row, which moves to the front of the next buffer.
      carried.removeAll(keepingCapacity: true)
      carried.append(contentsOf: UnsafeBufferPointer(start: buffer.bytes + start, count: rest))
      try emit(start)
      for (index, byte) in carried.enumerated() { buffer.bytes[index] = byte }
      line.count = rest
      rowsInFrame = 1
    }
    if rowsInFrame == FrameRule.maximumRows { try flushFrame() }
  }

  /// Ends the frame, if a row is in it. A checkpoint calls this.
  ///
  /// - Precondition: no row is half written.
  public func flushFrame() throws(JournalError) {
    precondition(line.isAtRowStart, "a frame ends on a whole row")
    guard line.count > 0 else { return }
    try emit(line.count)
    line.count = 0
    rowsInFrame = 0
  }

  /// Ends the frame, waits until all is on the disk, and says how far the file goes.
  public func checkpoint() throws(JournalError) -> TablePosition {
    try flushFrame()
    try onFile { () throws(BytesError) in
      try thread?.drain()
      try sink.check()
      try sink.file.synchronize()
    }
    return sink.position(rows: rows)
  }

  /// Ends the table and says what the manifest keeps of it.
  public func finish() throws(JournalError) -> TableRecord {
    let position = try checkpoint()
    return TableRecord(
      file: table.fileName, rows: rows, sha256: position.sha256, columns: table.columns,
      frames: position.frames, compressedBytes: position.fileOffset)
  }

  private func emit(_ count: Int) throws(JournalError) {
    let buffer = self.buffer
    try onFile { () throws(BytesError) in
      if let thread {
        self.buffer = try thread.submit(buffer, count: count, to: sink)
        line.bytes = self.buffer.bytes
      } else if let compressor {
        // SAFETY: the first `count` bytes of the buffer are written text.
        try sink.write(
          UnsafeRawBufferPointer(start: buffer.bytes, count: count), with: compressor)
      }
    }
  }
}

/// Reads the file up to the position and checks that it is what was written.
private func hashOfPrefix(
  _ path: String, _ table: Table, _ position: TablePosition
) throws(JournalError) -> SHA256 {
  let hash = SHA256()
  var textBytes = 0
  let reader = try onFile { () throws(BytesError) in try ZstdFrameReader(path) }
  while reader.offset < position.fileOffset {
    guard try onFile({ () throws(BytesError) in try reader.next() }) else { break }
    if reader.frameCount == 1, reader.content != table.header {
      throw .damaged(
        path, found: "the header \(String(decoding: reader.content.dropLast(), as: UTF8.self))",
        needed: String(decoding: table.header.dropLast(), as: UTF8.self))
    }
    hash.update(reader.content)
    textBytes += reader.content.count
  }
  guard
    reader.offset == position.fileOffset, reader.frameCount == position.frames,
    textBytes == position.textBytes
  else {
    throw .damaged(
      path,
      found: "\(reader.frameCount) frames in \(reader.offset) bytes with \(textBytes) of text",
      needed: "\(position.frames) in \(position.fileOffset) with \(position.textBytes)")
  }
  let sha256 = hash.hexSoFar()
  guard sha256 == position.sha256 else {
    throw .damaged(path, found: "SHA-256 \(sha256) up to the checkpoint", needed: position.sha256)
  }
  return hash
}
