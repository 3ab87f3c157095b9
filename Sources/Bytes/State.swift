/// A value whose whole state can be written to bytes and read back.
///
/// The *configuration* of such a value comes from the spec and is not written; only what changed
/// while bars were read is. So a run is resumed by building the same value from the same spec and
/// restoring its state into it:
///
///     var writer = StateWriter(); broker.save(to: &writer)
///     var reader = StateReader(writer.bytes); try broker.restore(from: &reader)
public protocol Restorable {
  /// Appends the whole state.
  func save(to writer: inout StateWriter)
  /// Replaces the state by one written by `save` of a value with the same configuration.
  ///
  /// - Throws: `StateError` where the bytes end early or do not fit this configuration.
  mutating func restore(from reader: inout StateReader) throws(StateError)
}

/// Bytes that were not a state of the value they were read into.
public struct StateError: Error, Equatable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}

/// Appends fixed-width little-endian values to a byte buffer.
public struct StateWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  public init() {}

  public mutating func write(_ value: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value &>> shift))
    }
  }
  public mutating func write(_ value: Int) { write(UInt64(bitPattern: Int64(value))) }
  public mutating func write(_ value: Double) { write(value.bitPattern) }
  public mutating func write(_ value: Bool) { write(value ? 1 : 0) }
  public mutating func write(_ values: [Double]) {
    write(values.count)
    for value in values { write(value) }
  }
  public mutating func write(_ values: [Int]) {
    write(values.count)
    for value in values { write(value) }
  }
  public mutating func write(_ values: [Float]) {
    write(values.count)
    for value in values {
      let bits = value.bitPattern
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: bits &>> shift))
      }
    }
  }
  public mutating func write(_ values: [UInt8]) {
    write(values.count)
    bytes.append(contentsOf: values)
  }
  public mutating func write(_ text: String) { write(Array(text.utf8)) }
}

/// Reads what `StateWriter` wrote, in the same order.
public struct StateReader: Sendable {
  private let bytes: [UInt8]
  private var position = 0
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether every byte has been read.
  public var isAtEnd: Bool { position == bytes.count }

  public mutating func readUInt64() throws(StateError) -> UInt64 {
    guard bytes.count - position >= 8 else { throw endedEarly(needed: 8) }
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(bytes[position + index]) &<< UInt64(8 * index) }
    position += 8
    return value
  }
  public mutating func readInt() throws(StateError) -> Int {
    Int(Int64(bitPattern: try readUInt64()))
  }
  public mutating func readDouble() throws(StateError) -> Double {
    Double(bitPattern: try readUInt64())
  }
  public mutating func readBool() throws(StateError) -> Bool {
    let value = try readUInt64()
    guard value <= 1 else { throw StateError("a flag was \(value), 0 or 1 is needed") }
    return value == 1
  }
  public mutating func readDoubles() throws(StateError) -> [Double] {
    let count = try readCount(width: 8)
    var values: [Double] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try readDouble()) }
    return values
  }
  public mutating func readInts() throws(StateError) -> [Int] {
    let count = try readCount(width: 8)
    var values: [Int] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try readInt()) }
    return values
  }
  public mutating func readFloats() throws(StateError) -> [Float] {
    let count = try readCount(width: 4)
    var values: [Float] = []
    values.reserveCapacity(count)
    for _ in 0..<count {
      var bits: UInt32 = 0
      for index in 0..<4 { bits |= UInt32(bytes[position + index]) &<< UInt32(8 * index) }
      position += 4
      values.append(Float(bitPattern: bits))
    }
    return values
  }
  public mutating func readBytes() throws(StateError) -> [UInt8] {
    let count = try readCount(width: 1)
    defer { position += count }
    return Array(bytes[position..<position + count])
  }
  public mutating func readString() throws(StateError) -> String {
    guard let text = String(validating: try readBytes(), as: UTF8.self) else {
      throw StateError("a text of the state is not UTF-8")
    }
    return text
  }

  /// Reads doubles and checks that there are `count` of them.
  public mutating func readDoubles(count: Int, _ what: String) throws(StateError) -> [Double] {
    let values = try readDoubles()
    guard values.count == count else {
      throw StateError("\(what) had \(values.count) values, \(count) are needed")
    }
    return values
  }

  private mutating func readCount(width: Int) throws(StateError) -> Int {
    let count = try readInt()
    guard count >= 0, count <= (bytes.count - position) / width else {
      throw endedEarly(needed: count)
    }
    return count
  }
  private func endedEarly(needed: Int) -> StateError {
    StateError("the state ended at byte \(bytes.count), \(needed) more from \(position) are needed")
  }
}
