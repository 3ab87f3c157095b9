import Bytes
import Journal
import Testing

/// Frames of text, each as it stands.
func writeFrames(_ texts: [String], to path: String) throws {
  let compressor = ZstdCompressor()
  try FileIO.writeAtomically(texts.flatMap { compressor.compress(Array($0.utf8)) }, to: path)
}

struct TableReaderTests {
  @Test func whatWasWrittenIsReadBackCellByCell() throws {
    let scratch = Scratch()
    let notes = ["plain", "a,b", "\"", "\"\"", "two\nlines", "", "cr\r\n", "ü€", "\",\n\""]
    let writer = try TableWriter(scratch.file("t"), sampleTable)
    for index in 0..<3000 {
      writer.append(index - 5)
      writer.append(index % 3 == 0 ? .nan : 1 / Double(index))
      writer.append(notes[index % notes.count])
      try writer.endRow()
    }
    let record = try writer.finish()

    let reader = try TableReader(writer.path)
    #expect(reader.header == ["bar", "price", "note"])
    #expect(reader.column("note") == 2)
    while try reader.next() {
      let index = reader.row - 1
      #expect(try reader.int(0) == index - 5)
      let price = try reader.double(1)
      #expect(index % 3 == 0 ? price.isNaN && reader.isMissing(1) : price == 1 / Double(index))
      #expect(reader.text(2) == notes[index % notes.count])
    }
    #expect(reader.row == 3000)
    #expect(reader.end?.sha256 == record.sha256)
    #expect(reader.end?.problem == nil)
    #expect(reader.end?.fileOffset == record.compressedBytes)
  }

  @Test(arguments: [
    ("1,2\n3\n", ":2: was 1 cells, 2 is needed"),
    ("1,2,3\n", ":1: was 3 cells, 2 is needed"),
    (
      "1,\"2\n",
      ":1: was a quoted cell without its end, a row of CSV that ends with its frame is needed"
    ),
    ("1,\"2\"3\n", ":1: was text behind a quote, a row of CSV that ends with its frame is needed"),
    (
      "1,2\"\n",
      ":1: was a quote or carriage return in a cell without quotes, "
        + "a row of CSV that ends with its frame is needed"
    ),
    (
      "1,2\r\n",
      ":1: was a quote or carriage return in a cell without quotes, "
        + "a row of CSV that ends with its frame is needed"
    ),
    ("1,2", ":1: was a row without its line feed, a row of CSV that ends with its frame is needed"),
  ])
  func rowsThatAreNoCSVAreRefusedWithTheirNumber(rows: String, message: String) throws {
    let scratch = Scratch()
    let path = scratch.file("t")
    try writeFrames(["a,b\n", rows], to: path)
    let reader = try TableReader(path)
    #expect {
      while try reader.next() {}
    } throws: { error in
      "\(error)" == path + message
    }
  }

  @Test func aCellOfAnotherTypeIsRefusedWithItsPlace() throws {
    let scratch = Scratch()
    let path = scratch.file("t")
    try writeFrames(["a,b\n1,2\n", "x,nan\n"], to: path)
    let reader = try TableReader(path)
    #expect(try reader.next() && reader.next())
    #expect(
      throws: JournalError.damaged(
        .init(place: "\(path):2:a", found: "x", needed: "a whole number"))
    ) {
      try reader.int(0)
    }
    #expect(
      throws: JournalError.damaged(.init(place: "\(path):2:b", found: "nan", needed: "a number"))
    ) {
      try reader.double(1)
    }
  }

  @Test func aTornFileGivesTheRowsOfItsWholeFrames() throws {
    let scratch = Scratch()
    let writer = try TableWriter(scratch.file("t"), sampleTable)
    var rowsAt: [(offset: Int, rows: Int)] = []
    for index in 0..<40 {
      if index % 10 == 0 {
        let position = try writer.checkpoint()
        rowsAt.append((position.fileOffset, position.rows))
      }
      try writer.appendSampleRow(index)
    }
    let record = try writer.finish()
    rowsAt.append((record.compressedBytes, 40))
    let file = try FileIO.readAll(writer.path)
    let path = scratch.file("torn")
    for length in 0...file.count {
      try FileIO.writeAtomically(Array(file[..<length]), to: path)
      guard let whole = rowsAt.last(where: { $0.offset <= length }) else {
        #expect(throws: JournalError.self) { try TableReader(path, isTolerant: true) }
        continue
      }
      let reader = try TableReader(path, isTolerant: true)
      while try reader.next() {}
      #expect(reader.end?.rows == whole.rows, "cut at \(length)")
      #expect(reader.end?.fileOffset == whole.offset, "cut at \(length)")
      let rest = length - whole.offset
      #expect(
        reader.end?.problem
          == (rest == 0 ? nil : "\(rest) bytes of an unfinished frame at byte \(whole.offset)"))
      if rest > 0 {
        let strict = try TableReader(path)
        #expect(throws: JournalError.self) { while try strict.next() {} }
      }
    }
  }
}
