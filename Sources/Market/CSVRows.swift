import Bytes
import Glibc

/// The rows of a CSV file, as cells of bytes in place.
///
/// As RFC 4180 has it, but a row is a line: a quoted cell may hold commas and doubled quotes, and
/// no line break. A byte-order mark is skipped; lines end in LF or CRLF; spaces around a cell are
/// no part of it. Empty lines may stand at the end of the file only.
final class CSVRows {
  typealias Cell = UnsafeBufferPointer<UInt8>

  /// A line longer than this is no row of bars.
  static let longestLine = 1 << 18

  /// The line of the present row, from 1.
  private(set) var line = 0
  private(set) var cellCount = 0
  private let path: String
  private let source: ByteSource
  // Bytes read: buffer[lineStart..<filled]; what lies beyond was never set and is never looked at.
  // Cells point into it until the next row is read.
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private var lineStart = 0
  private var filled = 0
  private var sourceEnded = false
  private var cells: [Cell] = []
  private var emptyLine: Int?

  init(path: String, hash: SHA256?) throws(BarError) {
    self.path = path
    do throws(BytesError) {
      source = try ByteSource(path: path, hash: hash)
    } catch {
      throw BarError(error, file: path)
    }
    buffer = .allocate(capacity: CSVRows.longestLine)
  }

  deinit { buffer.deallocate() }

  /// A cell of the present row; it lives until the next row is read.
  func cell(_ index: Int) -> Cell { cells[index] }

  /// Goes to the next row.
  ///
  /// - Returns: false at the end of the file.
  /// - Throws: `BarError` where the file cannot be read, a line is too long, a quote is misplaced,
  ///   or an empty line is followed by another row.
  func next() throws(BarError) -> Bool {
    while let bounds = try nextLine() {
      line += 1
      var bytes = UnsafeMutableBufferPointer(rebasing: buffer[bounds])
      if line == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        bytes = UnsafeMutableBufferPointer(rebasing: bytes[3...])
      }
      if bytes.last == UInt8(ascii: "\r") {
        bytes = UnsafeMutableBufferPointer(rebasing: bytes[..<(bytes.count - 1)])
      }
      if bytes.isEmpty {
        if emptyLine == nil { emptyLine = line }
        continue
      }
      if let emptyLine {
        throw BarError("the line was empty, a row is needed", file: path, line: emptyLine)
      }
      try split(bytes)
      return true
    }
    return false
  }

  private func split(_ bytes: UnsafeMutableBufferPointer<UInt8>) throws(BarError) {
    // Taken out and put back, so that each cell costs no check for overlapping access.
    var cells: [Cell] = []
    swap(&cells, &self.cells)
    defer { swap(&cells, &self.cells) }
    cells.removeAll(keepingCapacity: true)
    var start = 0
    while true {
      while start < bytes.count, isBlank(bytes[start]) { start += 1 }
      if start < bytes.count, bytes[start] == UInt8(ascii: "\"") {
        start = try splitQuoted(bytes, from: start, into: &cells)
      } else {
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: ",") { end += 1 }
        let next = end
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        cells.append(Cell(rebasing: bytes[start..<end]))
        start = next
      }
      guard start < bytes.count else { break }
      start += 1
    }
    cellCount = cells.count
  }

  /// Reads a quoted cell, takes its quotes off in place, and returns where the comma after it is.
  private func splitQuoted(
    _ bytes: UnsafeMutableBufferPointer<UInt8>, from quote: Int, into cells: inout [Cell]
  ) throws(BarError) -> Int {
    let quoteMark = UInt8(ascii: "\"")
    var read = quote + 1
    var written = read
    while true {
      guard read < bytes.count else {
        throw BarError(
          "the quote was not closed, one on the same line is needed", file: path, line: line,
          column: quote + 1)
      }
      if bytes[read] == quoteMark {
        guard read + 1 < bytes.count, bytes[read + 1] == quoteMark else { break }
        read += 1
      }
      bytes[written] = bytes[read]
      read += 1
      written += 1
    }
    cells.append(Cell(rebasing: bytes[(quote + 1)..<written]))
    read += 1
    while read < bytes.count, isBlank(bytes[read]) { read += 1 }
    guard read == bytes.count || bytes[read] == UInt8(ascii: ",") else {
      throw BarError(
        "after a closing quote was \(quoted(Cell(rebasing: bytes[read...]))), a comma is needed",
        file: path, line: line, column: read + 1)
    }
    return read
  }

  private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == 9 }

  /// The next line without its LF, none at the end.
  private func nextLine() throws(BarError) -> Range<Int>? {
    var searched = lineStart
    while true {
      // SAFETY: searched ≤ filled ≤ the buffer's count, and memchr looks at no byte beyond them.
      if searched < filled, let base = buffer.baseAddress,
        let found = memchr(base + searched, 10, filled - searched)
      {
        let end = UnsafeMutableRawPointer(base).distance(to: found)
        defer { lineStart = end + 1 }
        return lineStart..<end
      }
      searched = filled
      if sourceEnded {
        defer { lineStart = filled }
        return lineStart < filled ? lineStart..<filled : nil
      }
      if lineStart > 0 {
        // What is begun moves to the front, so that a line always lies in one piece.
        let begun = filled - lineStart
        if begun > 0, let base = buffer.baseAddress { memmove(base, base + lineStart, begun) }
        lineStart = 0
        filled = begun
        searched = begun
      }
      guard filled < buffer.count else {
        throw BarError(
          "the line was longer than \(CSVRows.longestLine) bytes, a row of bars is needed",
          file: path, line: line + 1)
      }
      do throws(BytesError) {
        let count = try source.read(into: UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
        filled += count
        sourceEnded = count == 0
      } catch {
        throw BarError(error, file: path)
      }
    }
  }
}

/// Bytes of a file as a message shows them: in quotes, short, without control characters.
func quoted(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
  var shown = "'"
  for (index, character) in String(decoding: bytes.prefix(200), as: UTF8.self).enumerated() {
    if index == 40 {
      shown += "…"
      break
    }
    let isControl = character.unicodeScalars.contains { $0.value < 32 || $0.value == 127 }
    shown.append(isControl ? "?" : character)
  }
  return shown + "'"
}

extension BarError {
  init(_ error: BytesError, file: String) {
    self.init(
      error.isMissingFile ? "there is no such file" : "\(error.operation) failed: \(error.reason)",
      file: file,
      kind: error.isMissingFile ? .missingFile : error.errorNumber != 0 ? .unreadable : .data)
  }
}
