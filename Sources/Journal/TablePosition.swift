import Bytes

/// How far a table has been written, at the end of a frame.
public struct TablePosition: Equatable, Sendable {
  /// Bytes of the file.
  public var fileOffset: Int
  /// Rows without the header.
  public var rows: Int
  /// Frames, that of the header included.
  public var frames: Int
  /// Uncompressed bytes.
  public var textBytes: Int
  /// SHA-256 of the uncompressed bytes, 64 hexadecimal digits.
  public var sha256: String

  public init(fileOffset: Int, rows: Int, frames: Int, textBytes: Int, sha256: String) {
    self.fileOffset = fileOffset
    self.rows = rows
    self.frames = frames
    self.textBytes = textBytes
    self.sha256 = sha256
  }
}

extension TablePosition: Restorable {
  public func save(to writer: inout StateWriter) {
    writer.write([fileOffset, rows, frames, textBytes])
    writer.write(sha256)
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    let counts = try reader.readInts()
    let sha256 = try reader.readString()
    guard counts.count == 4, counts.allSatisfy({ $0 >= 0 }), sha256.utf8.count == 64 else {
      throw StateError("a table's position was \(counts) \(sha256), four counts and a hash needed")
    }
    self = TablePosition(
      fileOffset: counts[0], rows: counts[1], frames: counts[2], textBytes: counts[3],
      sha256: sha256)
  }

  /// The beginning, for `restore` to replace.
  public init() {
    self.init(fileOffset: 0, rows: 0, frames: 0, textBytes: 0, sha256: "")
  }
}
