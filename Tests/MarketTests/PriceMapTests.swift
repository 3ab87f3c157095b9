import Testing

@testable import Market

@Test func rescaledPricesSpanTheRangeByTheClosesOfTheWholeFile() throws {
  let folder = Folder()
  let text = "ts,open,high,low,close,volume\n0,10,40,5,10,1\n1,20,20,20,20,1\n2,30,30,30,30,1\n"
  let file = BarFile(path: try folder.write(text, as: "f.csv"), format: .pawl)
  // The span holds one bar; the map still knows all three.
  let here = Timestamp(milliseconds: 1)
  let vetted = try file.vet(span: TimeSpan(from: here, to: here))
  let map = try vetted.priceMap(low: -1, high: 1)
  var stream = try BarStream(file, map: map)
  let first = try #require(try stream.next())
  #expect(first.open == -1 && first.high == 2 && first.low == -1.5 && first.close == -1)
  #expect(first.volume == 1)
  #expect(try stream.next()?.close == 0)
  #expect(try stream.next()?.close == 1)
  #expect(try stream.next() == nil)

  var memory = BarStream(series("A", try readAll(file)), map: map)
  #expect(try memory.next() == first)
}

@Test func aFileOfOneCloseCannotBeRescaled() throws {
  let folder = Folder()
  let path = try folder.write(
    "ts,open,high,low,close,volume\n0,1,9,1,5,1\n1,2,9,1,5,1\n", as: "f.csv")
  let vetted = try BarFile(path: path, format: .pawl).vet()
  #expect {
    try vetted.priceMap(low: -1, high: 1)
  } throws: { error in
    "\(error)" == "\(path): every close was 5.0, two that differ are needed to rescale"
  }
}
