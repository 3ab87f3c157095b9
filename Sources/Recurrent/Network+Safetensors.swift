// The safetensors format: 8 bytes, the length of the header (UInt64, little-endian); the header, a
// JSON object of name: {"dtype", "shape", "data_offsets": [begin, end]}, padded with spaces to a
// multiple of 8; then the data, to which the offsets refer. https://huggingface.co/docs/safetensors

extension Network {
  /// The weights in PyTorch's names and layouts: a module with `rnn = nn.LSTM(...)` and
  /// `head = nn.Linear(...)` loads them by `load_state_dict`. The moments are not among them.
  public var safetensors: [UInt8] {
    var entries: [String] = []
    var data: [UInt8] = []
    for tensor in Tensor.all(in: configuration) {
      let begin = data.count
      for value in values(of: tensor) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
      let shape = tensor.shape(in: configuration).map(String.init).joined(separator: ",")
      entries.append(
        "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(begin),\(data.count)]}")
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
    return bytes + header + data
  }

  /// Replaces the weights by those of a safetensors file, and sets the moments to zero.
  ///
  /// The file holds exactly the tensors of this network, of its shapes, as F32, each finite,
  /// and no byte besides; entries of `__metadata__` are passed over. A network of one bias takes a
  /// second that is not zero by adding it to the first.
  ///
  /// - Throws: `WeightsError`; the network is then unchanged.
  public mutating func setWeights(safetensors bytes: [UInt8]) throws(WeightsError) {
    let file = try SafetensorsFile(bytes)
    let known = Tensor.all(in: configuration).map(\.name)
    for entry in file.entries where !known.contains(entry.name) {
      let names = known.joined(separator: ", ")
      throw WeightsError("a tensor's name", found: "\"\(entry.name)\"", expected: "one of \(names)")
    }
    var replaced = self
    for tensor in Tensor.all(in: configuration) {
      guard let entry = file.entries.first(where: { $0.name == tensor.name }) else {
        throw WeightsError(tensor.name, found: "missing", expected: "a tensor of that name")
      }
      let shape = tensor.shape(in: configuration)
      guard entry.type == "F32" else {
        throw WeightsError(tensor.name, found: "of type \(entry.type)", expected: "F32")
      }
      guard entry.shape == shape else {
        throw WeightsError(tensor.name, found: "of shape \(entry.shape)", expected: "\(shape)")
      }
      let values = file.floats(of: entry)
      guard values.count == tensor.count(in: configuration) else {
        throw WeightsError(
          tensor.name, found: "\(entry.bytes.count) bytes long",
          expected: "\(4 * tensor.count(in: configuration))")
      }
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw WeightsError(
          "\(tensor.name)[\(index)]", found: "\(values[index])", expected: "a finite number")
      }
      replaced.setValues(values, of: tensor)
    }
    for layer in configuration.hidden.indices where !configuration.hasTwoBiases {
      let first = replaced.values(of: .biasIH(layer))
      let sums = zip(first, replaced.values(of: .biasHH(layer))).map { $0 + $1 }
      replaced.setValues(sums, of: .biasIH(layer))
      replaced.setValues(sums.map { _ in 0 }, of: .biasHH(layer))
    }
    replaced.resetMoments()
    self = replaced
  }
}
