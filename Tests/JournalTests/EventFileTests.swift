import Bytes
import Foundation
import Journal
import Testing

struct EventFileTests {
  /// `Reference/read_events.py` reads the same bytes by TensorBoard.
  @Test func anEventFileIsTheBytesThatTensorBoardReads() throws {
    let scratch = Scratch()
    let events = try EventFile(in: scratch.file("board/a"), wallTime: 1_700_000_000.5)
    #expect(events.path == scratch.file("board/a/events.out.tfevents.1700000000.pawl"))
    events.scalar(tag: "loss/batch", step: 0, value: 0.5, wallTime: 1_700_000_001)
    events.scalar(tag: "loss/batch", step: 300, value: -0.1, wallTime: 1_700_000_002)
    events.scalar(tag: "loss/batch", step: 301, value: .nan, wallTime: 1_700_000_003)
    try events.flush()
    let bytes = try FileIO.readAll(events.path)
    let reference = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Reference/events.out.tfevents.1700000000.pawl")
    #expect(try bytes == FileIO.readAll(reference.path))
  }

  @Test func eachRecordCarriesItsLengthAndChecks() throws {
    let scratch = Scratch()
    let events = try EventFile(in: scratch.file("b"), wallTime: 0)
    let count = 5000
    for step in 0..<count { events.scalar(tag: "t", step: step, value: 1, wallTime: 0) }
    // More than is kept back has been written already.
    #expect(try FileIO.readAll(events.path).count > 1 << 16)
    try events.flush()
    let bytes = try FileIO.readAll(events.path)
    var position = 0
    var records = 0
    func number(_ place: Int, _ width: Int) -> Int {
      bytes[place..<place + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func masked(_ bytes: ArraySlice<UInt8>) -> Int {
      let check = CRC32C.of(bytes)
      return Int((check >> 15 | check << 17) &+ 0xA282_EAD8)
    }
    while position < bytes.count {
      let length = number(position, 8)
      #expect(number(position + 8, 4) == masked(bytes[position..<position + 8]))
      let record = position + 12..<position + 12 + length
      #expect(number(record.upperBound, 4) == masked(bytes[record]))
      position = record.upperBound + 4
      records += 1
    }
    #expect(position == bytes.count)
    #expect(records == count + 1)
  }

  @Test func aFolderThatCannotBeMadeIsAnError() throws {
    let scratch = Scratch()
    try FileIO.writeAtomically([], to: scratch.file("file"))
    #expect(throws: JournalError.self) { try EventFile(in: scratch.file("file/x"), wallTime: 0) }
  }

  @Test func aFullDiskIsAnError() throws {
    let scratch = Scratch()
    let file = scratch.file("events.out.tfevents.0000000007.pawl")
    #expect(symlink("/dev/full", file) == 0)
    #expect(throws: JournalError.self) { try EventFile(in: scratch.path, wallTime: 7) }
  }
}
