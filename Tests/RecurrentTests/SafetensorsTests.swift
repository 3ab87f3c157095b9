import Testing

@testable import Recurrent

struct SafetensorsTests {
  let shape = Shape(features: 3, hidden: 5, lookback: 4, outputs: 2, batch: .all, samples: 3)

  func file(_ header: String, data: Int) -> [UInt8] {
    let length = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  /// A file of the shape's tensors in which `change` has edited the header.
  func edited(_ change: (String) -> String) -> [UInt8] {
    let bytes = shape.network(seed: 1).safetensors
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    return file(change(header), data: 0) + bytes[(8 + length)...]
  }

  func message(_ bytes: [UInt8]) -> String {
    var network = shape.network(seed: 1)
    let before = network.values
    do {
      try network.setWeights(safetensors: bytes)
      return "accepted"
    } catch {
      #expect(network.values == before)
      return "\(error)"
    }
  }

  @Test func weightsGoOutAndComeBackWithTheSameBits() throws {
    let network = shape.network(seed: 1)
    var other = shape.network(seed: 2)
    try other.setWeights(safetensors: network.safetensors)
    for tensor in Tensor.all(in: network.configuration) {
      #expect(other.values(of: tensor) == network.values(of: tensor))
    }
  }

  @Test func metadataAndAnotherOrderAreTaken() {
    #expect(
      message(edited { "{\"__metadata__\":{\"format\":\"pt\"}," + $0.dropFirst() }) == "accepted")
  }

  @Test func aSecondBiasIsAddedToTheFirstWhereANetworkHasOne() throws {
    var keras = shape
    keras.dialect = .keras3
    let torch = shape.network(seed: 1)
    var network = keras.network(seed: 2)
    try network.setWeights(safetensors: torch.safetensors)
    let sums = zip(torch.values(of: .biasIH(0)), torch.values(of: .biasHH(0))).map { $0 + $1 }
    #expect(network.values(of: .biasIH(0)) == sums)
    #expect(network.values(of: .biasHH(0)).allSatisfy { $0 == 0 })
  }

  @Test func wrongFilesAreRefusedWithPlaceFoundAndExpected() {
    func replaced(_ old: String, _ new: String) -> [UInt8] {
      edited { header in
        let parts = header.split(separator: old, omittingEmptySubsequences: false)
        #expect(parts.count == 2, "\(old)")
        return parts.joined(separator: new)
      }
    }
    let good = shape.network(seed: 1).safetensors
    let cases: [([UInt8], String)] = [
      ([1, 2], "the file was 2 bytes long, at least 8 is needed"),
      (
        [255, 255, 255, 255, 255, 255, 255, 255] + good[8...],
        "the header was 18446744073709551615 bytes long, at most \(good.count - 8) is needed"
      ),
      (good + [0], "the data was 849 bytes long, 848 is needed"),
      (Array(good.dropLast(4)), "the data was 844 bytes long, 848 is needed"),
      (
        replaced("\"shape\":[20,3]", "\"shape\":[3,20]"),
        "rnn.weight_ih_l0 was of shape [3, 20], [20, 3] is needed"
      ),
      (
        replaced("[0,240]", "[4,240]"),
        "rnn.weight_ih_l0: data_offsets was from 4, from 0, where the tensor before it ends, is needed"
      ),
      (
        replaced("[0,240]", "[0,244]"),
        "rnn.weight_hh_l0: data_offsets was from 240, from 244, where the tensor before it ends, "
          + "is needed"
      ),
      (
        replaced("[0,240]", "[240,0]"),
        "rnn.weight_ih_l0: data_offsets was [240, 0], a begin and an end not before it is needed"
      ),
      (
        replaced("[0,240]", "[0,9999999999999999999]"),
        "the header at byte 83 was byte 57, a number of at most 15 digits is needed"
      ),
      (
        replaced(
          "{\"rnn.weight_ih_l0\":{\"dtype\":\"F32\"", "{\"rnn.weight_ih_l0\":{\"dtype\":\"F16\""),
        "rnn.weight_ih_l0 was of type F16, F32 is needed"
      ),
      (
        replaced("head.bias", "head.bies"),
        "a tensor's name was \"head.bies\", one of rnn.weight_ih_l0, rnn.weight_hh_l0, "
          + "rnn.bias_ih_l0, rnn.bias_hh_l0, head.weight, head.bias is needed"
      ),
      (
        replaced("head.bias", "head.weight"),
        "a tensor's name was \"head.weight\" twice, each once is needed"
      ),
      (file("{}", data: 0), "rnn.weight_ih_l0 was missing, a tensor of that name is needed"),
      (file("[]", data: 0), "the header at byte 0 was byte 91, '{' is needed"),
      (file("{\"a", data: 0), "the header at byte 3 was at its end, '\"' is needed"),
      (file("{} x", data: 0), "the header at byte 3 was byte 120, the end of the header is needed"),
    ]
    for (bytes, expected) in cases { #expect(message(bytes) == expected) }
  }

  @Test func aWeightThatIsNotFiniteIsRefused() {
    var bytes = shape.network(seed: 1).safetensors
    bytes.replaceSubrange((bytes.count - 4)..., with: [0, 0, 0xC0, 0x7F])
    #expect(message(bytes) == "head.bias[1] was nan, a finite number is needed")
  }

  @Test func noPrefixOfAFileIsAccepted() {
    let good = shape.network(seed: 1).safetensors
    for count in stride(from: 0, to: good.count, by: 7) {
      #expect(message(Array(good[..<count])) != "accepted")
    }
  }
}
