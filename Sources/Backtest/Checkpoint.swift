import Bytes
import Journal

/// All that a run needs to go on as if it had not stopped: the state of its engine and figures, and
/// how far its logs went.
struct Checkpoint {
  private static let format = "pawl-checkpoint/3"
  private static let fileName = "state.bin"

  var specSHA256: String
  /// Wall time so far.
  var seconds: Double
  /// One a table that the run writes, in the order of `LogTable`.
  var tables: [TablePosition]
  /// Engine, then figures.
  var state: [UInt8]

  /// Puts the checkpoint in place whole; the one before it stays until then.
  func write(to folder: RunFolder) throws(JournalError) {
    var writer = StateWriter()
    writer.write(Self.format)
    writer.write(specSHA256)
    writer.write(seconds)
    writer.write(tables.count)
    for table in tables { table.save(to: &writer) }
    writer.write(state)
    _ = try folder.checkpointFolder()
    // The hash stands in front, so that a torn or changed file is known as such.
    let hash = SHA256()
    hash.update(writer.bytes)
    try folder.write(
      hash.finish() + writer.bytes, to: RunFolder.checkpointName + "/" + Self.fileName)
  }

  /// - Returns: nil where there is none.
  static func read(from folder: RunFolder) throws(JournalError) -> Checkpoint? {
    let path = folder.file(RunFolder.checkpointName + "/" + fileName)
    guard FileIO.exists(path) else { return nil }
    let bytes: [UInt8]
    do throws(BytesError) {
      bytes = try FileIO.readAll(path)
    } catch {
      throw .file(error)
    }
    let hash = SHA256()
    hash.update(Array(bytes.dropFirst(32)))
    guard bytes.count >= 32, hash.finish() == Array(bytes.prefix(32)) else {
      throw .damaged(
        path, found: "bytes that do not have their SHA-256", needed: "a whole checkpoint")
    }
    do throws(StateError) {
      var reader = StateReader(Array(bytes.dropFirst(32)))
      let found = try reader.readString()
      guard found == format else {
        throw StateError("the format was \(found), \(format) is needed")
      }
      var checkpoint = Checkpoint(
        specSHA256: try reader.readString(), seconds: try reader.readDouble(), tables: [], state: []
      )
      let count = try reader.readInt()
      guard (0...LogTable.allCases.count).contains(count) else {
        throw StateError("a checkpoint had \(count) tables")
      }
      for _ in 0..<count {
        var position = TablePosition()
        try position.restore(from: &reader)
        checkpoint.tables.append(position)
      }
      checkpoint.state = try reader.readBytes()
      return checkpoint
    } catch {
      throw .damaged(path, found: error.description, needed: "a checkpoint of this version")
    }
  }
}
