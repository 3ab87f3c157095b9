import Foundation
import Testing

@testable import Market

private let day: Int64 = 86_400_000

/// What a file of the format and text reads as.
private func read(
  _ text: String, _ format: BarFormat, symbol: String? = nil, accepted: Set<VettingRule> = [],
  closeTime: CloseTime = .endOfDay, signed: Bool = false
) throws -> [Bar] {
  let folder = Folder()
  let file = BarFile(
    path: try folder.write(text, as: "bars.csv"), format: format, symbol: symbol,
    closeTime: closeTime, allowsSignedPrices: signed, accepted: accepted)
  let bars = try readAll(file)
  let vetted = try file.vet()
  #expect(vetted.rows == bars.count, "both passes see the same bars")
  #expect(vetted.whole == BarSummary(bars))
  return bars
}

/// Equal, with a missing volume equal to a missing one.
func areSame(_ left: [Bar], _ right: [Bar]) -> Bool {
  left.count == right.count
    && zip(left, right).allSatisfy { a, b in
      a.time == b.time && Field.allCases.allSatisfy { a[$0].bitPattern == b[$0].bitPattern }
    }
}

@Test func thePawlFormatReadsInstantsDatesAndMilliseconds() throws {
  let bars = try read(
    """
    ts,open,high,low,close,volume
    0,1.0,2.0,0.5,1.5,100
    1970-01-02,1,2,1,2,
    1970-01-03T21:00:00Z,1e0,2,1,2,0
    """, .pawl)
  #expect(
    areSame(
      bars,
      [
        Bar(time: Timestamp(milliseconds: 0), open: 1, high: 2, low: 0.5, close: 1.5, volume: 100),
        Bar(time: Timestamp(milliseconds: 2 * day - 1), open: 1, high: 2, low: 1, close: 2),
        Bar(
          time: Timestamp(milliseconds: 2 * day + 75_600_000), open: 1, high: 2, low: 1, close: 2,
          volume: 0),
      ]))
}

@Test func byteOrderMarkCarriageReturnsQuotesAndSpacesAreNoPartOfACell() throws {
  let plain = "ts,open,high,low,close,volume\n1970-01-01,1.5,2.5,1.0,2.0,7\n"
  let dressed =
    "\u{FEFF}\"ts\",open , high,\"low\",close,volume\r\n"
    + " 1970-01-01,\"1.5\",2.5\t,\"1.0\" , 2.0,\"7\"\r\n\r\n\r\n"
  #expect(areSame(try read(dressed, .pawl), try read(plain, .pawl)))
  #expect(areSame(try read(String(plain.dropLast()), .pawl), try read(plain, .pawl)))
}

@Test func yahooColumnsComeInAnyOrderAndRowsOfNullArePassedOver() throws {
  let expected = [
    Bar(
      time: Timestamp(milliseconds: day - 1), open: 1, high: 3, low: 0.5, close: 2, volume: 9),
    Bar(time: Timestamp(milliseconds: 3 * day - 1), open: 2, high: 2, low: 2, close: 2),
  ]
  let a = """
    Date,Open,High,Low,Close,Adj Close,Volume
    1970-01-01,1,3,0.5,2,1.9,9
    1970-01-02,null,null,null,null,null,null
    1970-01-03,2,2,2,2,1.9,null
    """
  let b = """
    Volume,Adj Close,Close,Dividends,Low,High,Open,Date
    9,1.9,2,0,0.5,3,1,1/1/1970
    ,,,,,,,1/2/1970
    ,1.9,2,0.5,2,2,2,1/3/1970
    """
  #expect(areSame(try read(a, .yahoo), expected))
  #expect(areSame(try read(b, .yahoo), expected))
  let folder = Folder()
  let vetted = try BarFile(path: try folder.write(a, as: "a.csv"), format: .yahoo).vet()
  #expect(vetted.skippedRows == 1)
}

@Test func aFileOfClosesIsReadByItsColumn() throws {
  let text = "Date,Brent,\"WTI, spot\"\r\n1970-01-01,18.5,\r\n1970-01-02,18.25,19.5\r\n"
  let brent = try read(text, .closes, symbol: "Brent")
  #expect(brent.map(\.close) == [18.5, 18.25])
  let spot = try read(text, .closes, symbol: "WTI, spot")
  #expect(
    areSame(
      spot,
      [
        Bar(
          time: Timestamp(milliseconds: 2 * day - 1), open: 19.5, high: 19.5, low: 19.5, close: 19.5
        )
      ]))
}

@Test func aCloseTimeStampsDatesAndLeavesTimesAlone() throws {
  let bars = try read(
    "ts,open,high,low,close,volume\n1970-01-01,1,1,1,1,\n1970-01-02T00:00Z,1,1,1,1,\n", .pawl,
    closeTime: try #require(CloseTime("21:00")))
  #expect(bars.map(\.time.milliseconds) == [75_600_000, day])
}

@Test func compressedFilesReadAsTheirText() throws {
  let folder = Folder()
  let plain = BarFile(path: try folder.write(Compressed.text, as: "f.csv"), format: .pawl)
  for (ending, base64) in [("gz", Compressed.gzip), ("zst", Compressed.zstd)] {
    let bytes = [UInt8](try #require(Data(base64Encoded: base64)))
    let file = BarFile(path: try folder.write(bytes, as: "f.csv.\(ending)"), format: .pawl)
    #expect(areSame(try readAll(file), try readAll(plain)))
    #expect(try file.vet().sha256 != plain.vet().sha256, "the digest is of the file on disk")
    #expect(try file.vet().whole == plain.vet().whole)
  }
}

@Test func waivedRulesMendTheRowAsTheyPromise() throws {
  let wide = try read(
    "ts,open,high,low,close,volume\n1970-01-02,10,9,11,12,1\n", .pawl, accepted: [.highLow])
  #expect(wide.first?.high == 12 && wide.first?.low == 10)
  let volume = try read(
    "ts,open,high,low,close,volume\n1970-01-02,1,1,1,1,-5\n", .pawl, accepted: [.negativeVolume])
  #expect(volume.first?.volume.isNaN == true)
  let adjusted = try read(
    "Date,Open,High,Low,Close,Adj Close\n1970-01-02,1,1,1,1,-5\n", .yahoo,
    accepted: [.adjustedClose])
  #expect(adjusted.count == 1)
  let numbers = try read(
    "ts,open,high,low,close,volume\n1700000000,1,1,1,1,\n", .pawl, accepted: [.timeUnit])
  #expect(numbers.first?.time.milliseconds == 1_700_000_000)
}

@Test func signedPricesMayBeAnyFiniteNumber() throws {
  let bars = try read(
    "ts,open,high,low,close,volume\n1970-01-02,-1,0,-37.63,-37.63,1\n1970-01-03,1,1,-75.26,-75.26,\n",
    .pawl, signed: true)
  #expect(bars.map(\.close) == [-37.63, -75.26])
}
