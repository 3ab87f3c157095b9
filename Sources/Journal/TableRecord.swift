/// What the manifest keeps of a finished table.
public struct TableRecord: Equatable, Sendable {
  /// The file's name within the run directory.
  public var file: String
  /// Rows without the header.
  public var rows: Int
  /// SHA-256 of the uncompressed bytes, 64 hexadecimal digits.
  public var sha256: String
  public var columns: [Column]
  /// Frames of the file. It and the next may differ between equal runs, so they are kept apart in
  /// the manifest; 0 where they are not known.
  public var frames: Int
  public var compressedBytes: Int

  public init(
    file: String, rows: Int, sha256: String, columns: [Column], frames: Int = 0,
    compressedBytes: Int = 0
  ) {
    self.file = file
    self.rows = rows
    self.sha256 = sha256
    self.columns = columns
    self.frames = frames
    self.compressedBytes = compressedBytes
  }
}
