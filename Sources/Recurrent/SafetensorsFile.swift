/// The header of a safetensors file, checked: each byte of the data belongs to exactly one tensor.
struct SafetensorsFile {
  struct Entry: Equatable {
    var name: String
    var type = ""
    var shape: [Int] = []
    /// Within the data.
    var bytes = 0..<0
  }

  /// The longest header that is read: six tensors take less than a thousand bytes.
  static let longestHeader = 1 << 20

  private(set) var entries: [Entry]
  private let data: ArraySlice<UInt8>

  init(_ file: [UInt8]) throws(WeightsError) {
    guard file.count >= 8 else {
      throw WeightsError("the file", found: "\(file.count) bytes long", expected: "at least 8")
    }
    let length = file[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let longest = min(SafetensorsFile.longestHeader, file.count - 8)
    guard length <= UInt64(longest) else {
      throw WeightsError(
        "the header", found: "\(length) bytes long", expected: "at most \(longest)")
    }
    data = file[(8 + Int(length))...]
    var header = SafetensorsHeader(Array(file[8..<8 + Int(length)]))
    entries = try header.readEntries()
    try checkPlaces()
  }

  /// Every entry starts where the one before it ended, and the last ends with the file.
  private func checkPlaces() throws(WeightsError) {
    var end = 0
    for entry in entries.sorted(by: { $0.bytes.lowerBound < $1.bytes.lowerBound }) {
      guard entry.bytes.lowerBound == end else {
        throw WeightsError(
          "\(entry.name): data_offsets", found: "from \(entry.bytes.lowerBound)",
          expected: "from \(end), where the tensor before it ends,")
      }
      end = entry.bytes.upperBound
    }
    guard end == data.count else {
      throw WeightsError("the data", found: "\(data.count) bytes long", expected: "\(end)")
    }
  }

  func floats(of entry: Entry) -> [Float] {
    let start = data.startIndex + entry.bytes.lowerBound
    return (0..<entry.bytes.count / 4).map { index in
      var bits: UInt32 = 0
      for byte in (0..<4).reversed() { bits = bits << 8 | UInt32(data[start + 4 * index + byte]) }
      return Float(bitPattern: bits)
    }
  }
}
