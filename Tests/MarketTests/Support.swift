import Foundation
import Testing

@testable import Market

/// A folder for one test's files, removed with it.
final class Folder {
  let path: String

  init() {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("pawl-market-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], as name: String) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  func write(_ text: String, as name: String) throws -> String {
    try write(Array(text.utf8), as: name)
  }
}

/// The committed market data.
func fixture(_ name: String) -> String {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path + "/fixtures/market/" + name
}

/// All bars of a file, by the streaming pass.
func readAll(_ file: BarFile) throws(BarError) -> [Bar] {
  var stream = try BarStream(file)
  var bars: [Bar] = []
  while let bar = try stream.next() { bars.append(bar) }
  return bars
}

/// SplitMix64 (Steele, Lea and Flood, 2014): enough for tests, and the same everywhere.
struct TestRandom: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A bar at a whole number of milliseconds, with prices around `price`.
func bar(_ milliseconds: Int64, _ price: Double) -> Bar {
  Bar(
    time: Timestamp(milliseconds: milliseconds), open: price, high: price + 1, low: price - 1,
    close: price, volume: 1)
}

func series(_ name: String, _ bars: [Bar]) -> BarSeries {
  BarSeries(instrument: Instrument(name: name), bars: bars)
}
