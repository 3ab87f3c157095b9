// The safetensors format: 8 bytes, the length of the header (UInt64, little-endian); the header, a
// JSON object of name: {"dtype", "shape", "data_offsets": [begin, end]}, padded with spaces to a
// multiple of 8; then the data, to which the offsets refer. https://huggingface.co/docs/safetensors

/// A safetensors file, checked: each byte of the data belongs to exactly one tensor.
struct SafetensorsFile {
  struct Entry: Equatable {
    var name: String
    var type = ""
    var shape: [Int] = []
    /// Within the data.
    var bytes = 0..<0
  }

  /// The longest header that is read. A tensor takes about a hundred bytes.
  static let longestHeader = 1 << 20

  let entries: [Entry]
  let metadata: [String: String]
  private let places: [String: Int]
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
    let dataStart = 8 + Int(length)
    data = file[dataStart...]
    var header = SafetensorsHeader(file[8..<dataStart])
    (entries, metadata) = try header.read()
    places = Dictionary(
      uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
    try checkPlaces()
  }

  func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

  /// Every entry starts where the one before it ended, and the last ends with the file.
  private func checkPlaces() throws(WeightsError) {
    var end = 0
    // Of several that start at one place the empty ones come first.
    let ordered = entries.sorted {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    for entry in ordered {
      guard entry.bytes.lowerBound == end else {
        throw WeightsError(
          "\(entry.name.shown): data_offsets", found: "from \(entry.bytes.lowerBound)",
          expected: "from \(end), where the tensor before it ends,")
      }
      end = entry.bytes.upperBound
    }
    guard end == data.count else {
      throw WeightsError("the data", found: "\(data.count) bytes long", expected: "\(end)")
    }
  }

  /// The numbers of a tensor. F32, F16 and BF16 keep their values; F64 is rounded to the nearest
  /// Float32.
  ///
  /// - Throws: `WeightsError` for another type, a length that is not the shape's, and a number that is
  ///   not finite as Float32.
  func floats(of entry: Entry) throws(WeightsError) -> [Float] {
    let name = entry.name.shown
    let width: Int
    switch entry.type {
    case "F32": width = 4
    case "F64": width = 8
    case "F16", "BF16": width = 2
    default:
      throw WeightsError(
        name, found: "of type \(entry.type.shown)", expected: "F32, F64, F16 or BF16")
    }
    var length = width
    for size in entry.shape {
      let (product, isTooLarge) = length.multipliedReportingOverflow(by: size)
      guard !isTooLarge else {
        throw WeightsError(
          name, found: "of shape \(entry.shape)", expected: "\(entry.bytes.count) bytes of numbers")
      }
      length = product
    }
    guard length == entry.bytes.count else {
      throw WeightsError(
        name, found: "\(entry.bytes.count) bytes long",
        expected: "\(length) for \(entry.type) of shape \(entry.shape)")
    }
    var values: [Float] = []
    values.reserveCapacity(length / width)
    for index in 0..<length / width {
      let start = data.startIndex + entry.bytes.lowerBound + width * index
      let bits = data[start..<start + width].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let value: Double =
        switch entry.type {
        case "F16": Double(Float16(bitPattern: UInt16(bits)))
        case "BF16": Double(Float(bitPattern: UInt32(bits) << 16))
        case "F32": Double(Float(bitPattern: UInt32(bits)))
        default: Double(bitPattern: bits)
        }
      guard Float(value).isFinite else {
        throw WeightsError("\(name)[\(index)]", found: "\(value)", expected: "a finite Float32")
      }
      values.append(Float(value))
    }
    return values
  }
}

extension SafetensorsFile {
  /// A file of these tensors, one after the other. Keys and texts of the metadata are without
  /// quotes, backslashes and control characters; there may be none.
  static func bytes(_ tensors: [NamedTensor], metadata: [(key: String, text: String)]) -> [UInt8] {
    var entries: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.map { "\"\($0.key)\":\"\($0.text)\"" }
      entries.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var data: [UInt8] = []
    for tensor in tensors {
      let begin = data.count
      data += tensor.values.littleEndianBytes
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries.append(
        "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(begin),\(data.count)]}")
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    return length + header + data
  }
}

extension [Float] {
  var littleEndianBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * count)
    for value in self {
      Swift.withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }
}
