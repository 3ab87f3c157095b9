import Foundation
import Testing

@testable import Recurrent

/// Files that are not a network's weights, and what is said of them.
struct WeightsRefusalTests {
  static let good = Weights.counting(.gru, features: 2, hidden: [3, 2], outputs: 1)

  func message(_ bytes: [UInt8]) -> String {
    do throws(WeightsError) {
      _ = try Weights(safetensors: bytes)
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  /// The good file with an edited header.
  func edited(_ change: (String) throws -> String) rethrows -> [UInt8] {
    let bytes = Self.good.safetensors()
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    return safetensorsFile(try change(header), data: Array(bytes[(8 + length)...]))
  }

  func replaced(_ old: String, _ new: String) -> [UInt8] {
    edited { header in
      let parts = header.components(separatedBy: old)
      #expect(parts.count == 2, "\(old)")
      return parts.joined(separator: new)
    }
  }

  @Test func theGoodFileIsTaken() {
    #expect(message(Self.good.safetensors()) == "accepted")
    #expect(message(Self.good.safetensors(.keras)) == "accepted")
    #expect(message(edited { $0 }) == "accepted")
  }

  @Test func aFileThatIsNoSafetensorsFileIsRefused() {
    let names =
      "rnn.weight_ih_l0 and so on (PyTorch's names) or lstm/lstm_cell/kernel, "
      + "gru/gru_cell/kernel, simple_rnn/simple_rnn_cell/kernel and so on (Keras's) is needed"
    let long = [UInt8](repeating: 0x20, count: 1 << 20 | 1)
    let entry = "{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}"
    let cases: [([UInt8], String)] = [
      ([], "the file was 0 bytes long, at least 8 is needed"),
      ([0, 0, 0, 0, 0, 0, 0], "the file was 7 bytes long, at least 8 is needed"),
      (
        [UInt8](repeating: 255, count: 8),
        "the header was 18446744073709551615 bytes long, at most 0 is needed"
      ),
      (
        [0, 0, 0, 0, 0, 0, 0, 0x80, 1],
        "the header was 9223372036854775808 bytes long, at most 1 is needed"
      ),
      (
        safetensorsFile(long, data: []),
        "the header was 1048577 bytes long, at most 1048576 is needed"
      ),
      ([0, 0, 0, 0, 0, 0, 0, 0], "the header at byte 0 was at its end, '{' is needed"),
      (safetensorsFile("{}", data: []), "the file was without a tensor, \(names)"),
      (
        safetensorsFile("{\"fc.weight\":\(entry)}", data: [0, 0, 0, 0]),
        "the file was of fc.weight, \(names)"
      ),
      (
        safetensorsFile("{\"a/b\":\(entry)}", data: [0, 0, 0, 0]), "the file was of a/b, \(names)"
      ),
      (safetensorsFile("[]", data: []), "the header at byte 0 was byte 91, '{' is needed"),
      (safetensorsFile("{\"a", data: []), "the header at byte 3 was at its end, '\"' is needed"),
      (safetensorsFile("{\"a\"}", data: []), "the header at byte 4 was byte 125, ':' is needed"),
      (
        safetensorsFile("{} x", data: []),
        "the header at byte 3 was byte 120, the end of the header is needed"
      ),
      (
        safetensorsFile("{\"a\":[[[[[[{{{{", data: []),
        "the header at byte 5 was byte 91, '{' is needed"
      ),
      (
        safetensorsFile("{\"a\":{\"dtype\":{\"dtype\":{", data: []),
        "the header at byte 14 was byte 123, '\"' is needed"
      ),
      (
        safetensorsFile("{\"a\":{\"shape\":[[", data: []),
        "the header at byte 15 was byte 91, a whole number, at least 0 is needed"
      ),
      (
        safetensorsFile("{\"a\":{\"shape\":[-1", data: []),
        "the header at byte 15 was byte 45, a whole number, at least 0 is needed"
      ),
      (
        safetensorsFile("{\"a\":{\"shape\":[1.5", data: []),
        "the header at byte 16 was byte 46, ']' is needed"
      ),
      (
        safetensorsFile("{\"a\":{\"shape\":[01", data: []),
        "the header at byte 16 was byte 49, a number without a leading zero is needed"
      ),
      (
        safetensorsFile("{\"a\":{\"shape\":[1234567890123456]", data: []),
        "the header at byte 30 was byte 54, a number of at most 15 digits is needed"
      ),
      (
        safetensorsFile(Array("{\"".utf8) + [0xFF, 0xFE, 0x22], data: []),
        "the header at byte 2 was byte 255, a text in UTF-8 is needed"
      ),
      (
        safetensorsFile(Array("{\"a".utf8) + [0, 0x22], data: []),
        "the header at byte 3 was byte 0, a text without control characters is needed"
      ),
      (
        safetensorsFile("{\"\\x\"", data: []),
        "the header at byte 3 was byte 120, an escape of JSON is needed"
      ),
      (
        safetensorsFile("{\"\\u00g0\"", data: []),
        "the header at byte 6 was byte 103, a hexadecimal digit is needed"
      ),
      (
        safetensorsFile("{\"\\ud800\"", data: []),
        "the header at byte 8 was byte 34, a character of Unicode is needed"
      ),
      (
        safetensorsFile("{\"\\ud800\\u0041\"", data: []),
        "the header at byte 14 was byte 34, the second half of a character is needed"
      ),
      (
        safetensorsFile("{\"a\":\(entry),\"\\u0061\":\(entry)}", data: [0, 0, 0, 0]),
        "a tensor's name was \"a\" twice, each once is needed"
      ),
      (
        safetensorsFile("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", data: []),
        "__metadata__ was \"k\" twice, each key once is needed"
      ),
      (
        safetensorsFile("{\"__metadata__\":{},\"__metadata__\":{}}", data: []),
        "a tensor's name was \"__metadata__\" twice, each once is needed"
      ),
      (
        safetensorsFile("{\"__metadata__\":{\"k\":1}}", data: []),
        "the header at byte 21 was byte 49, '\"' is needed"
      ),
      (
        safetensorsFile("{\"a\":{}}", data: []),
        "a: keys was none, dtype, shape and data_offsets, each once, is needed"
      ),
      (
        safetensorsFile("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[]}}", data: []),
        "a: keys was dtype, dtype, shape, dtype, shape and data_offsets, each once, is needed"
      ),
      (
        safetensorsFile("{\"a\":{\"stride\":[]}}", data: []),
        "a: a key was \"stride\", dtype, shape or data_offsets is needed"
      ),
      (
        safetensorsFile("{\"a\":{\"data_offsets\":[0]}}", data: []),
        "a: data_offsets was [0], a begin and an end not before it is needed"
      ),
    ]
    for (bytes, expected) in cases { #expect(message(bytes) == expected) }
  }

  @Test func tensorsThatDoNotTileTheDataAreRefused() {
    let good = Self.good.safetensors()
    let cases: [([UInt8], String)] = [
      (good + [0], "the data was 433 bytes long, 432 is needed"),
      (Array(good.dropLast(4)), "the data was 428 bytes long, 432 is needed"),
      (
        replaced("[0,72]", "[4,72]"),
        "rnn.weight_ih_l0: data_offsets was from 4, from 0, where the tensor before it ends, is "
          + "needed"
      ),
      (
        replaced("[0,72]", "[0,76]"),
        "rnn.weight_hh_l0: data_offsets was from 72, from 76, where the tensor before it ends, is "
          + "needed"
      ),
      (
        replaced("[0,72]", "[0,68]"),
        "rnn.weight_hh_l0: data_offsets was from 72, from 68, where the tensor before it ends, is "
          + "needed"
      ),
      (
        replaced("[0,72]", "[72,0]"),
        "rnn.weight_ih_l0: data_offsets was [72, 0], a begin and an end not before it is needed"
      ),
      (
        replaced("[0,72]", "[0,999999999999999]"),
        "rnn.weight_hh_l0: data_offsets was from 72, from 999999999999999, where the tensor before "
          + "it ends, is needed"
      ),
    ]
    for (bytes, expected) in cases { #expect(message(bytes) == expected) }
  }

  @Test func tensorsOfNoNetworkAreRefused() {
    let names =
      "rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, rnn.bias_hh_l0, "
      + "rnn.weight_ih_l1, rnn.weight_hh_l1, rnn.bias_ih_l1, rnn.bias_hh_l1, head.weight, head.bias"
    let cases: [([UInt8], String)] = [
      (
        replaced("head.bias", "head.bies"),
        "a tensor's name was \"head.bies\", one of \(names) is needed"
      ),
      (
        replaced("head.bias", "rnn.weight_ih_l0_reverse"),
        "a tensor's name was \"rnn.weight_ih_l0_reverse\", one of \(names) is needed"
      ),
      (
        replaced("head.bias", "\\u001b[2J\\n"),
        "a tensor's name was \"\\u{1B}[2J\\n\", one of \(names) is needed"
      ),
      (
        replaced("head.weight", "head.w"),
        "head.weight was missing, a tensor of that name is needed"
      ),
      (
        replaced("rnn.weight_hh_l1", "rnn.weight_hh_l2"),
        "a tensor's name was \"rnn.weight_ih_l1\", one of rnn.weight_ih_l0, rnn.weight_hh_l0, "
          + "rnn.bias_ih_l0, rnn.bias_hh_l0, head.weight, head.bias is needed"
      ),
      (
        replaced("\"shape\":[9,2]", "\"shape\":[2,9]"),
        "rnn.weight_ih_l0 was of shape [2, 9], [9, 9] is needed"
      ),
      (
        replaced("\"shape\":[9,3]", "\"shape\":[27]"),
        "rnn.weight_hh_l0 was of shape [27], a matrix, each size at least 1, is needed"
      ),
      (
        replaced("\"shape\":[9,3]", "\"shape\":[9,0]"),
        "rnn.weight_hh_l0 was of shape [9, 0], a matrix, each size at least 1, is needed"
      ),
      (
        replaced("\"shape\":[9,3]", "\"shape\":[6,3]"),
        "rnn.weight_hh_l0 was of shape [6, 3], 1 (rnn), 3 (gru) or 4 (lstm) rows a column is needed"
      ),
      (
        replaced("\"shape\":[6,2]", "\"shape\":[8,2]"),
        "rnn.weight_hh_l1 was of shape [8, 2], [6, 2] is needed"
      ),
      (
        replaced("\"shape\":[9,2]", "\"shape\":[9,999999999999999]"),
        "rnn.weight_ih_l0 was 72 bytes long, 35999999999999964 for F32 of shape "
          + "[9, 999999999999999] is needed"
      ),
      (
        replaced(
          "l0\":{\"dtype\":\"F32\",\"shape\":[9,2]", "l0\":{\"dtype\":\"I64\",\"shape\":[9,2]"),
        "rnn.weight_ih_l0 was of type I64, F32, F64, F16 or BF16 is needed"
      ),
      (
        replaced(
          "l0\":{\"dtype\":\"F32\",\"shape\":[9,2]", "l0\":{\"dtype\":\"F64\",\"shape\":[9,2]"),
        "rnn.weight_ih_l0 was 72 bytes long, 144 for F64 of shape [9, 2] is needed"
      ),
      (
        replaced("\"pawl.cell\":\"gru\"", "\"pawl.cell\":\"lstm\""),
        "__metadata__: pawl.cell was lstm, gru is needed"
      ),
      (
        replaced("\"pawl.cell\":\"gru\"", "\"pawl.cell\":\"LSTM\""),
        "__metadata__: pawl.cell was \"LSTM\", one of rnn, gru, lstm is needed"
      ),
      (
        replaced("\"pawl.lookback\":\"3\"", "\"pawl.lookback\":\"0\""),
        "__metadata__: pawl.lookback was \"0\", a whole number, at least 1 and at most 100000, is "
          + "needed"
      ),
    ]
    for (bytes, expected) in cases { #expect(message(bytes) == expected) }
  }

  @Test func shapesWhoseProductOverflowsAreRefused() throws {
    let size = 999_999_999_999_999
    let entry = "{\"dtype\":\"F32\",\"shape\":[\(size),\(size)],\"data_offsets\":[0,0]}"
    let bytes = safetensorsFile(
      "{\"rnn.weight_hh_l0\":\(entry),\"rnn.weight_ih_l0\":\(entry),\"head.weight\":\(entry),"
        + "\"rnn.bias_ih_l0\":{\"dtype\":\"F32\",\"shape\":[\(size)],\"data_offsets\":[0,0]},"
        + "\"rnn.bias_hh_l0\":{\"dtype\":\"F32\",\"shape\":[\(size)],\"data_offsets\":[0,0]},"
        + "\"head.bias\":{\"dtype\":\"F32\",\"shape\":[\(size)],\"data_offsets\":[0,0]}}", data: [])
    #expect(
      message(bytes)
        == "rnn.weight_ih_l0 was of shape [\(size), \(size)], 0 bytes of numbers is needed")
  }

  @Test func aNumberThatIsNotFiniteIsRefused() {
    for (tail, found) in [
      ([0, 0, 0xC0, 0x7F], "nan"), ([0, 0, 0x80, 0x7F], "inf"), ([0, 0, 0x80, 0xFF], "-inf"),
    ] as [([UInt8], String)] {
      let bytes = Array(Self.good.safetensors().dropLast(4) + tail)
      #expect(message(bytes) == "head.bias[0] was \(found), a finite Float32 is needed")
    }
  }

  @Test func layersOfKerasThatAreNotOneNetworkAreRefused() throws {
    func message(_ change: ([NamedTensor]) -> [NamedTensor]) -> String {
      let tensors = change(Self.good.tensors(in: .keras))
      return self.message(SafetensorsFile.bytes(tensors, metadata: []))
    }
    func renamed(_ old: String, _ new: String) -> String {
      message { tensors in
        tensors.map { tensor in
          NamedTensor(
            name: tensor.name == old ? new : tensor.name, shape: tensor.shape,
            values: tensor.values)
        }
      }
    }
    #expect(message { $0 } == "accepted")
    #expect(
      renamed("gru_1/gru_cell/kernel", "gru_1/lstm_cell/kernel")
        == "a tensor's name was \"gru_1/lstm_cell/kernel\", one of gru/gru_cell/kernel, "
        + "gru/gru_cell/recurrent_kernel, gru/gru_cell/bias, gru_1/gru_cell/kernel, "
        + "gru_1/gru_cell/recurrent_kernel, gru_1/gru_cell/bias, dense/kernel, dense/bias is needed"
    )
    #expect(
      renamed("gru/gru_cell/bias", "head.bias").hasPrefix("a tensor's name was \"head.bias\""))
    // A second layer that resets before the product has one bias.
    #expect(
      message { tensors in
        tensors.map { tensor in
          guard tensor.name == "gru_1/gru_cell/bias" else { return tensor }
          return NamedTensor(
            name: tensor.name, shape: [6], values: Array(tensor.values.prefix(6)))
        }
      } == "gru_1/gru_cell/bias was of shape [6], [2, 6] is needed")
  }

  @Test func noPrefixOfAFileIsTaken() {
    let good = Self.good.safetensors()
    for count in 0..<good.count { #expect(message(Array(good[..<count])) != "accepted") }
  }

  /// PAWL_TEST_MUTATIONS sets how many files are tried; `make fuzz` tries a million.
  @Test func aFileChangedAtRandomIsRefusedOrIsAnotherNetwork() throws {
    let wanted = ProcessInfo.processInfo.environment["PAWL_TEST_MUTATIONS"].flatMap { Int($0) }
    let seeds =
      try WeightsCase.all().map { try $0.bytes }
      + [Self.good.safetensors(), Self.good.safetensors(.keras)]
    var accepted = 0
    let count = wanted ?? 4000
    for seed in 0..<count {
      var mutation = Mutation(seed: UInt64(seed))
      let bytes = mutation.changed(seeds[seed % seeds.count])
      guard let weights = try? Weights(safetensors: bytes) else { continue }
      accepted += 1
      // What is taken can be used: it goes out and comes back, and nothing traps on the way.
      let again = try Weights(safetensors: weights.safetensors(.torch))
      #expect(again.tensors == weights.tensors, "seed \(seed)")
      _ = try Weights(safetensors: weights.safetensors(.keras))
      #expect(weights.onnx.count > 0)
      _ = weights.stateGradient(randomWindows: 1, lookback: 2)
    }
    // Changed weights are weights, so not all are refused; changed headers mostly are.
    #expect(accepted > count / 20 && accepted < count * 4 / 5, "\(accepted) of \(count)")
  }
}

/// Random changes of a file, of the kinds that break readers.
struct Mutation {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  private mutating func random(_ count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ z >> 31) % UInt64(count))
  }

  mutating func changed(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    for _ in 0...random(3) where !bytes.isEmpty {
      // Headers are short beside their data and break more: half of the changes go there.
      let limit = random(2) == 0 ? min(bytes.count, 700) : bytes.count
      let place = random(limit)
      switch random(12) {
      case 0, 8...: bytes[place] ^= 1 << UInt8(random(8))
      case 1: bytes[place] = UInt8(random(256))
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(UInt8(random(256)), at: place)
      case 4: bytes.removeLast(random(min(bytes.count, 64)))
      case 5:
        let end = min(bytes.count, place + random(80))
        bytes.insert(contentsOf: Array(bytes[place..<end]), at: random(limit))
      case 6: bytes.insert(contentsOf: Array(pieces[random(pieces.count)].utf8), at: place)
      default: replaceNumber(from: place)
      }
      if random(2) == 0 { fixLength(&bytes, from: file) }
    }
    return bytes

    func replaceNumber(from place: Int) {
      let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
      guard let start = bytes[place...].firstIndex(where: { digits.contains($0) }) else { return }
      let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
      bytes.replaceSubrange(start..<end, with: Array(numbers[random(numbers.count)].utf8))
    }
  }

  /// Makes the header's length that of the text up to the braces that close it, so that changes get
  /// past the first check.
  private func fixLength(_ bytes: inout [UInt8], from file: [UInt8]) {
    guard bytes.count > 8 else { return }
    let close = Array("}}".utf8)
    guard
      let end = (8..<bytes.count - 1).last(where: {
        $0 < 1500 && bytes[$0] == close[0] && bytes[$0 + 1] == close[1]
      })
    else { return }
    let padding = bytes[(end + 2)...].prefix { $0 == 0x20 }.count
    let length = UInt64(end + 2 + padding - 8)
    for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
  }

  private let pieces = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "[[[[[[[[", "{{{{{{{{",
    "\"__metadata__\":{},", "\u{FEFF}", "é", "-1", "1e9", "0.5",
  ]
  private let numbers = [
    "0", "1", "2", "3", "4", "6", "8", "12", "16", "24", "4294967296", "999999999999999",
    "9223372036854775807", "18446744073709551616",
  ]
}
