/// Appends fields in protobuf's wire format: a key (number of the field · 8 + kind), then the value.
///
/// It is all that files in formats of others (ONNX, TensorBoard) need; nothing is generated and
/// nothing is read. https://protobuf.dev/programming-guides/encoding/
///
///     var event = ProtobufWriter()
///     event.write(1_700_000_000.5, field: 1)
///     event.write(field: 5) { summary in summary.write("loss", field: 1) }
public struct ProtobufWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  private enum Kind: UInt64 {
    case varint = 0
    case eightBytes = 1
    case lengthDelimited = 2
    case fourBytes = 5
  }

  /// An int32, int64, bool or enum: negative numbers take ten bytes.
  public mutating func write(_ value: Int, field: Int) {
    writeKey(field, .varint)
    writeVarint(UInt64(bitPattern: Int64(value)))
  }

  /// A double.
  public mutating func write(_ value: Double, field: Int) {
    writeKey(field, .eightBytes)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// A float.
  public mutating func write(_ value: Float, field: Int) {
    writeKey(field, .fourBytes)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Bytes.
  public mutating func write(_ value: [UInt8], field: Int) {
    writeKey(field, .lengthDelimited)
    writeVarint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// A string.
  public mutating func write(_ value: String, field: Int) { write(Array(value.utf8), field: field) }

  /// A message within this one, whose fields `body` writes.
  public mutating func write(field: Int, _ body: (inout ProtobufWriter) -> Void) {
    var message = ProtobufWriter()
    body(&message)
    write(message.bytes, field: field)
  }

  private mutating func writeKey(_ field: Int, _ kind: Kind) {
    precondition((1..<1 << 29).contains(field), "a field's number is at least 1 and below 2^29")
    writeVarint(UInt64(field) << 3 | kind.rawValue)
  }

  /// Seven bits a byte, the lowest first; the top bit says that more follow.
  private mutating func writeVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
