import Bytes

/// A file of numbers over steps that TensorBoard reads: loss, gradient norm, score.
///
/// TFRecord framing (https://www.tensorflow.org/tutorials/load_data/tfrecord): the record's length
/// (UInt64) and its masked CRC-32C, the record, and its masked CRC-32C, all little-endian. A record
/// is an `Event` of tensorflow/core/util/event.proto: wall_time = 1, step = 2, file_version = 3,
/// summary = 5, of which value = 1, of which tag = 1, simple_value = 2.
///
/// It is no part of a run's logs or digest, so the times in it may be a clock's; the caller gives
/// them. A file that a crash cut short is read up to its last whole record.
///
///     let events = try EventFile(in: "board", wallTime: 1_700_000_000)
///     events.scalar(tag: "loss/epoch", step: 3, value: 0.25, wallTime: 1_700_000_001)
///     try events.flush()
///
/// It is used by one thread at a time.
public final class EventFile {
  public let path: String
  private let file: OutputFile
  private var pending: [UInt8] = []
  private var failure: BytesError?

  /// Bytes that are kept back before they are written.
  private static let most = 1 << 16

  /// Makes the file, and its folder where that is missing.
  ///
  /// - Parameters:
  ///   - directory: what TensorBoard calls the run.
  ///   - wallTime: seconds since 1970, at least 0 and below 2^63; names the file, so that one begun
  ///     later sorts behind. A file of the same second is replaced.
  /// - Throws: `JournalError.file`.
  public init(in directory: String, wallTime: Double) throws(JournalError) {
    precondition(wallTime >= 0 && wallTime < 0x1p63, "wallTime is at least 0 and below 2^63")
    let seconds = String(Int(wallTime))
    let digits = String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
    path = "\(directory)/events.out.tfevents.\(digits).pawl"
    let path = path
    try onFile { () throws(BytesError) in _ = try FileIO.makeDirectories(directory) }
    file = try onFile { () throws(BytesError) in try OutputFile(creating: path) }
    var event = ProtobufWriter()
    event.write(wallTime, field: 1)
    event.write("brain.Event:2", field: 3)
    append(event.bytes)
    try flush()
  }

  /// Appends a number; it reaches the file with the next `flush`, or before.
  ///
  /// - Parameters:
  ///   - tag: the curve it belongs to; a slash groups curves.
  ///   - step: the place along the curve: a batch, an epoch, a bar.
  ///   - value: stored as Float32; nothing is written for NaN.
  ///   - wallTime: seconds since 1970.
  public func scalar(tag: String, step: Int, value: Double, wallTime: Double) {
    if value.isNaN { return }
    var event = ProtobufWriter()
    event.write(wallTime, field: 1)
    event.write(step, field: 2)
    event.write(field: 5) { summary in
      summary.write(field: 1) { entry in
        entry.write(tag, field: 1)
        entry.write(Float(value), field: 2)
      }
    }
    append(event.bytes)
  }

  /// Writes what is kept back.
  ///
  /// - Throws: `JournalError.file` for the first failure since the file was made; after one, nothing
  ///   is written any more.
  public func flush() throws(JournalError) {
    writePending()
    if let failure { throw .file(failure) }
  }

  private func append(_ record: [UInt8]) {
    func number(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    let length = number(UInt64(record.count))
    pending += length
    pending += number(EventFile.masked(CRC32C.of(length)))
    pending += record
    pending += number(EventFile.masked(CRC32C.of(record)))
    if pending.count >= EventFile.most { writePending() }
  }

  private func writePending() {
    guard failure == nil else { return }
    do throws(BytesError) { try file.write(pending) } catch { failure = error }
    pending.removeAll(keepingCapacity: true)
  }

  /// A check over bytes that hold their own check says little; TFRecord turns and shifts it first.
  private static func masked(_ check: UInt32) -> UInt32 {
    (check >> 15 | check << 17) &+ 0xA282_EAD8
  }
}
