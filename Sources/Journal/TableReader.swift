import Bytes

/// Reads a table row by row.
///
///     let reader = try TableReader("runs/a/equity.csv.zst")
///     while try reader.next() { use(reader.row, try reader.double(5)) }
///
/// Reading is strict: each row has a cell for each column, quotes stand as in RFC 4180, and each
/// frame ends on a whole row.
public final class TableReader {
  public let path: String
  /// The names of the columns.
  public private(set) var header: [String] = []
  /// The number of the current row; the first behind the header is 1.
  public private(set) var row = 0
  /// Where reading ended, once `next` returned false.
  public private(set) var end: TableEnd?

  private let isTolerant: Bool
  private let frames: ZstdFrameReader
  private let hash = SHA256()
  private var textBytes = 0
  private var content: [UInt8] = []
  private var position = 0
  private var rowStart = 0
  private var cells: [Cell] = []

  struct Cell {
    var start: Int
    var end: Int
    var isQuoted: Bool
  }

  /// - Parameters:
  ///   - path: the table's file.
  ///   - isTolerant: reads the whole frames of a file that is torn or damaged behind them, and says
  ///     so in `end`, instead of throwing.
  /// - Throws: `damaged` where there is no header.
  public init(_ path: String, isTolerant: Bool = false) throws(JournalError) {
    self.path = path
    self.isTolerant = isTolerant
    frames = try onFile { () throws(BytesError) in try ZstdFrameReader(path) }
    guard try nextFrame() else {
      throw .damaged(path, found: end?.problem ?? "an empty file", needed: "a header row")
    }
    try parseRow()
    header = cells.indices.map { text($0) }
  }

  /// Goes to the next row.
  ///
  /// - Returns: false behind the last; `end` is set then.
  public func next() throws(JournalError) -> Bool {
    while position == content.count {
      guard try nextFrame() else { return false }
    }
    row += 1
    try parseRow()
    guard cells.count == header.count else {
      throw .damaged(place(), found: "\(cells.count) cells", needed: "\(header.count)")
    }
    return true
  }

  /// The column of this name.
  public func column(_ name: String) -> Int? { header.firstIndex(of: name) }

  /// Whether the cell is empty.
  public func isMissing(_ column: Int) -> Bool { cells[column].start == cells[column].end }

  /// The cell as UTF-8, without its quotes.
  public func bytes(_ column: Int) -> [UInt8] {
    let cell = cells[column]
    guard cell.isQuoted else { return Array(content[cell.start..<cell.end]) }
    var bytes: [UInt8] = []
    var index = cell.start
    while index < cell.end {
      bytes.append(content[index])
      index += content[index] == 0x22 ? 2 : 1
    }
    return bytes
  }

  /// The cell as text; bytes that are no UTF-8 are replaced.
  public func text(_ column: Int) -> String { String(decoding: bytes(column), as: UTF8.self) }

  /// The cell as a whole number; nil is a missing value.
  ///
  /// - Throws: `damaged` where it is none.
  public func int(_ column: Int) throws(JournalError) -> Int? {
    if isMissing(column) { return nil }
    guard let value = withCell(column, NumberText.readInt) else {
      throw .damaged(place(column), found: text(column), needed: "a whole number")
    }
    return value
  }

  /// The cell as a Float64; NaN is a missing value.
  ///
  /// - Throws: `damaged` where it is none.
  public func double(_ column: Int) throws(JournalError) -> Double {
    if isMissing(column) { return .nan }
    guard let value = withCell(column, NumberText.readDouble) else {
      throw .damaged(place(column), found: text(column), needed: "a number")
    }
    return value
  }

  /// The current row as it stands in the file, without its line feed.
  public var line: String { String(decoding: content[rowStart..<position - 1], as: UTF8.self) }

  /// The place of the current row, or of a cell of it, for messages: `FILE:ROW:COLUMN`.
  public func place(_ column: Int? = nil) -> String {
    let place = "\(path):\(row)"
    guard let column, header.indices.contains(column) else { return place }
    return "\(place):\(header[column])"
  }

  func withCell<Value>(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
    let cell = cells[column]
    return content.withUnsafeBufferPointer { buffer in
      body(UnsafeBufferPointer(rebasing: buffer[cell.start..<cell.end]))
    }
  }

  private func nextFrame() throws(JournalError) -> Bool {
    var problem: String?
    do throws(BytesError) {
      if try frames.next() {
        content = frames.content
        position = 0
        textBytes += content.count
        hash.update(content)
        return true
      }
      if case .torn(let offset, let bytes) = frames.end {
        problem = "\(bytes) bytes of an unfinished frame at byte \(offset)"
      }
    } catch {
      guard isTolerant, error.errorNumber == 0 else {
        throw error.errorNumber == 0
          ? .damaged(error.path, found: error.reason, needed: "a whole frame") : .file(error)
      }
      problem = error.description
    }
    content = []
    position = 0
    end = TableEnd(
      rows: row, frames: frames.frameCount, fileOffset: frames.offset, textBytes: textBytes,
      sha256: hash.hexSoFar(), problem: problem)
    if let problem, !isTolerant {
      throw .damaged(path, found: problem, needed: "a whole frame")
    }
    return false
  }

  private func parseRow() throws(JournalError) {
    rowStart = position
    cells.removeAll(keepingCapacity: true)
    let failure = content.withUnsafeBufferPointer { parse($0) }
    if let failure {
      throw .damaged(place(), found: failure, needed: "a row of CSV that ends with its frame")
    }
  }

  /// - Returns: what is wrong with the row.
  private func parse(_ text: UnsafeBufferPointer<UInt8>) -> String? {
    let count = text.count
    var index = position
    while true {
      let isQuoted = index < count && text[index] == 0x22
      let start = isQuoted ? index + 1 : index
      var end = start
      if isQuoted {
        while true {
          while end < count, text[end] != 0x22 { end += 1 }
          guard end < count else { return "a quoted cell without its end" }
          guard end + 1 < count, text[end + 1] == 0x22 else { break }
          end += 2
        }
        index = end + 1
      } else {
        while end < count, text[end] != 0x2c, text[end] != 0x0a {
          if text[end] == 0x22 || text[end] == 0x0d {
            return "a quote or carriage return in a cell without quotes"
          }
          end += 1
        }
        index = end
      }
      guard index < count else { return "a row without its line feed" }
      cells.append(Cell(start: start, end: end, isQuoted: isQuoted))
      guard text[index] == 0x2c || text[index] == 0x0a else { return "text behind a quote" }
      index += 1
      if text[index - 1] == 0x0a { break }
    }
    position = index
    return nil
  }
}

/// Where the readable part of a table ends.
public struct TableEnd: Equatable, Sendable {
  /// Whole rows, without the header.
  public var rows: Int
  public var frames: Int
  /// Bytes of the file up to there.
  public var fileOffset: Int
  /// Uncompressed bytes up to there.
  public var textBytes: Int
  /// SHA-256 of those.
  public var sha256: String
  /// What lies behind, where the file does not end there.
  public var problem: String?
}

extension TableReader {
  /// Whether a cell has the same bytes as that of another reader's row, quotes and all.
  func hasSameCell(_ column: Int, as other: TableReader) -> Bool {
    cells[column].isQuoted == other.cells[column].isQuoted
      && withCell(column) { cell in other.withCell(column) { $0.elementsEqual(cell) } }
  }
}
