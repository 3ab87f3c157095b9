import Testing

@testable import Market

private func randomBars(_ random: inout TestRandom, count: Int) -> [Bar] {
  var time: Int64 = .random(in: -10_000_000_000_000...10_000_000_000_000, using: &random)
  return (0..<count).map { _ in
    time += .random(in: 1...100_000_000, using: &random)
    // Any magnitude that a double has, and sums that need all 17 digits.
    let scale = Double(
      sign: .plus, exponent: .random(in: -300...300, using: &random), significand: 1)
    let prices = (0..<4).map { _ in
      Double.random(in: 0.001...1, using: &random) * (Bool.random(using: &random) ? scale : 1)
    }.sorted()
    let isUp = Bool.random(using: &random)
    return Bar(
      time: Timestamp(milliseconds: time), open: prices[isUp ? 1 : 2], high: prices[3],
      low: prices[0], close: prices[isUp ? 2 : 1],
      volume: Bool.random(using: &random) ? .nan : Double.random(in: 0...1e12, using: &random))
  }
}

@Test func barsAreWrittenAsTheFormatSays() {
  let text = BarText.bytes([
    Bar(time: Timestamp(milliseconds: 0), open: 100, high: 100.5, low: 0.1, close: 1e-7, volume: 5),
    Bar(time: Timestamp(milliseconds: 86_400_000), open: 1, high: 1, low: 1, close: 1),
  ])
  #expect(
    String(decoding: text, as: UTF8.self) == """
      ts,open,high,low,close,volume
      1970-01-01T00:00:00.000Z,100.0,100.5,0.1,1e-07,5.0
      1970-01-02T00:00:00.000Z,1.0,1.0,1.0,1.0,

      """)
}

@Test(arguments: 1...20 as ClosedRange<UInt64>)
func whatIsWrittenReadsBackToTheSameBits(seed: UInt64) throws {
  var random = TestRandom(state: seed)
  let bars = randomBars(&random, count: 300)
  let folder = Folder()
  let path = try folder.write(BarText.bytes(bars), as: "bars.csv")
  let read = try readAll(BarFile(path: path, format: .pawl))
  #expect(areSame(read, bars), "seed \(seed)")
}

/// Whatever a damaged file holds, reading it ends in bars or in an error that names the file.
@Test(arguments: 1...40 as ClosedRange<UInt64>)
func aDamagedFileIsReadOrRefused(seed: UInt64) throws {
  var random = TestRandom(state: seed)
  let folder = Folder()
  let pool = Array("0123456789.,-+eE\"\n\r TZ:/naif\u{0}é<".utf8)
  for round in 0..<60 {
    var text = BarText.bytes(randomBars(&random, count: 4))
    let format = [BarFormat.pawl, .yahoo, .closes][round % 3]
    if format == .yahoo {
      text.replaceSubrange(0..<29, with: "Date,Open,High,Low,Close,Volume".utf8)
    }
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0..<text.count, using: &random)
      let byte =
        Bool.random(using: &random)
        ? pool.randomElement(using: &random) ?? 0
        : .random(
          in: 0...255, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: text[place] = byte
      case 1: text.insert(byte, at: place)
      case 2: text.remove(at: place)
      default: text.removeSubrange(place..<min(text.count, place + 20))
      }
      if text.isEmpty { text = [byte] }
    }
    let path = try folder.write(text, as: "bars.csv")
    let file = BarFile(
      path: path, format: format, symbol: "close", allowsSignedPrices: Bool.random(using: &random),
      accepted: [.splitJump])
    do throws(BarError) {
      let vetted = try file.vet()
      let bars = try readAll(file)
      #expect(vetted.rows == bars.count && !bars.isEmpty)
      for bar in bars {
        #expect(bar.high >= max(bar.open, bar.close) && bar.low <= min(bar.open, bar.close))
        #expect(bar.open.isFinite && bar.close.isFinite && bar.high.isFinite && bar.low.isFinite)
      }
    } catch {
      #expect(error.description.hasPrefix(path + ":"), "seed \(seed), round \(round)")
      #expect(error.kind == .data)
    }
  }
}
