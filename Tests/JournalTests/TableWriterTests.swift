import Bytes
import Glibc
import Journal
import Testing

/// A folder for one test, removed when the test ends.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/pawl-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress, let made = mkdtemp(start) else { return "" }
      return String(cString: made)
    }
    precondition(!path.isEmpty, "a folder for a test could be made")
  }

  deinit { Scratch.remove(path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  private static func remove(_ path: String) {
    for name in (try? FileIO.names(in: path)) ?? [] {
      if unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
    }
    rmdir(path)
  }
}

let sampleTable = Table(
  "sample",
  [
    Column("bar", .int), Column("price", .float, unit: "money", isNullable: true),
    Column("note", .text, isNullable: true),
  ])

extension TableWriter {
  /// A row whose content follows from its number.
  func appendSampleRow(_ index: Int) throws(JournalError) {
    append(index)
    append(index % 7 == 0 ? Double.nan : Double(index) / 8 + 1 / 3.0)
    append(index % 5 == 0 ? nil : "n\(index), \"quoted\"")
    try endRow()
  }
}

/// The uncompressed frames of a file.
func frames(of path: String) throws -> [[UInt8]] {
  let reader = try ZstdFrameReader(path)
  var frames: [[UInt8]] = []
  while try reader.next() { frames.append(reader.content) }
  #expect(reader.end == .clean)
  return frames
}

func text(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }

struct TableWriterTests {
  @Test func cellsAreWrittenAsInRFC4180WithEmptyMissingValues() throws {
    let scratch = Scratch()
    let path = scratch.file("t.csv.zst")
    let writer = try TableWriter(path, sampleTable)
    for (price, note) in [
      (100, "plain"), (Double.nan, ""), (1e-5, "a,b"), (-0.5, "say \"x\""), (1e300, "two\nlines"),
      (3, "cr\rhere"), (0.1, "ü"),
    ] as [(Double, String)] {
      writer.append(writer.rows)
      writer.append(price)
      writer.append(note)
      try writer.endRow()
    }
    let record = try writer.finish()
    let expected =
      "bar,price,note\n0,100.0,plain\n1,,\n2,1e-05,\"a,b\"\n3,-0.5,\"say \"\"x\"\"\"\n"
      + "4,1e+300,\"two\nlines\"\n5,3.0,\"cr\rhere\"\n6,0.1,ü\n"
    #expect(text(try frames(of: path).joined()) == expected)
    #expect(record.sha256 == SHA256.hex(of: Array(expected.utf8)))
    #expect(record.rows == 7)
    #expect(record.file == "sample.csv.zst")
    #expect(record.compressedBytes == (try FileIO.readAll(path)).count)
  }

  @Test func optionalCellsAreMissingWhereNil() throws {
    let scratch = Scratch()
    let table = Table(
      "t",
      [
        Column("a", .int, isNullable: true), Column("b", .float, isNullable: true),
        Column("c", .text, isNullable: true),
      ])
    let writer = try TableWriter(scratch.file("t"), table)
    writer.append(nil as Int?)
    writer.append(nil as Double?)
    writer.append(nil as String?)
    try writer.endRow()
    writer.append(4 as Int?)
    writer.append(4 as Double?)
    writer.append("four" as String?)
    try writer.endRow()
    writer.appendMissing()
    writer.appendMissing()
    writer.append(Array("x".utf8))
    try writer.endRow()
    _ = try writer.finish()
    #expect(text(try frames(of: writer.path).joined()) == "a,b,c\n,,\n4,4.0,four\n,,x\n")
  }

  @Test func theFirstFrameHoldsTheHeaderAloneAndATableWithoutRowsHasIt() throws {
    let scratch = Scratch()
    let writer = try TableWriter(scratch.file("t"), sampleTable)
    let record = try writer.finish()
    #expect(try frames(of: writer.path).map(text) == ["bar,price,note\n"])
    #expect(record.frames == 1)
    #expect(record.rows == 0)
  }

  @Test func aFrameEndsAfterAThousandRowsAndStatesItsSizeAndAChecksum() throws {
    let scratch = Scratch()
    let writer = try TableWriter(scratch.file("t"), sampleTable)
    for index in 0..<2500 { try writer.appendSampleRow(index) }
    let record = try writer.finish()
    let contents = try frames(of: writer.path)
    #expect(record.frames == 4)
    #expect(contents.map { $0.count { $0 == 0x0a } } == [1, 1000, 1000, 500])
    // RFC 8878: magic number, then a descriptor with the checksum flag in bit 2 and the size of
    // the content-size field in bits 7 and 6, a single segment in bit 5.
    let file = try FileIO.readAll(writer.path)
    #expect(Array(file[..<4]) == [0x28, 0xb5, 0x2f, 0xfd])
    #expect(file[4] & 0b100 != 0)
    #expect(file[4] & 0b11 == 0)
    #expect(ZstdFrame.contentSize(file) == contents[0].count)
  }

  @Test func aFrameEndsBeforeItsTextWouldPass120KiB() throws {
    let scratch = Scratch()
    let table = Table("t", [Column("text", .text)])
    let writer = try TableWriter(scratch.file("t"), table)
    // 12 rows of 10 240 bytes fill 120 KiB exactly; the next rows are too long by one byte.
    for _ in 0..<12 { try append(10_239) }
    for _ in 0..<11 { try append(10_239) }
    try append(10_240)
    try append(5)
    // A row as long as text may be, behind which no other fits but a short one.
    try append(60 * 1024)
    _ = try writer.finish()
    func append(_ count: Int) throws {
      writer.append(String(repeating: "x", count: count))
      try writer.endRow()
    }
    #expect(
      try frames(of: writer.path).map(\.count) == [5, 122_880, 112_640, 10_241 + 6 + 61_441])
  }

  @Test func theDigestDoesNotDependOnWhereFramesAreCutNorOnTheThread() throws {
    let scratch = Scratch()
    let thread = FrameThread(depth: 2)
    var digests: [String] = []
    var files: [[UInt8]] = []
    for (name, every, thread) in [
      ("a", 0, nil), ("b", 37, nil), ("c", 0, thread), ("d", 37, thread),
    ] as [(String, Int, FrameThread?)] {
      let writer = try TableWriter(scratch.file(name), sampleTable, thread: thread)
      for index in 0..<20_000 {
        try writer.appendSampleRow(index)
        if every > 0, index % every == 0 { try writer.flushFrame() }
      }
      digests.append(try writer.finish().sha256)
      files.append(try FileIO.readAll(writer.path))
    }
    #expect(Set(digests).count == 1)
    #expect(files[0] == files[2])
    #expect(files[1] == files[3])
    #expect(files[0] != files[1])
    #expect(digests[0] == SHA256.hex(of: Array(try frames(of: scratch.file("b")).joined())))
  }

  @Test(arguments: [false, true])
  func aResumedTableIsTheFileThatWasNeverInterrupted(withThread: Bool) throws {
    let scratch = Scratch()
    let thread = withThread ? FrameThread() : nil
    let straight = try TableWriter(scratch.file("a"), sampleTable)
    for index in 0..<3000 {
      if index == 1234 { _ = try straight.checkpoint() }
      try straight.appendSampleRow(index)
    }
    let expected = try straight.finish()

    var position: TablePosition
    do {
      let first = try TableWriter(scratch.file("b"), sampleTable, thread: thread)
      for index in 0..<1234 { try first.appendSampleRow(index) }
      position = try first.checkpoint()
      // What comes behind the checkpoint is lost when the process is killed, or half of it.
      for index in 1234..<2800 { try first.appendSampleRow(index + 5) }
      _ = try first.checkpoint()
    }
    var state = StateWriter()
    position.save(to: &state)
    var reader = StateReader(state.bytes)
    position = TablePosition()
    try position.restore(from: &reader)

    let second = try TableWriter(
      resuming: scratch.file("b"), sampleTable, at: position, thread: thread)
    for index in 1234..<3000 { try second.appendSampleRow(index) }
    #expect(try second.finish() == expected)
    #expect(try FileIO.readAll(second.path) == FileIO.readAll(straight.path))
  }

  @Test func aTableThatChangedBeforeTheCheckpointIsNotResumed() throws {
    let scratch = Scratch()
    let path = scratch.file("t.csv.zst")
    let writer = try TableWriter(path, sampleTable)
    for index in 0..<10 { try writer.appendSampleRow(index) }
    let position = try writer.checkpoint()
    let other = try TableWriter(path, sampleTable)
    for index in 0..<11 { try other.appendSampleRow(index) }
    _ = try other.finish()
    #expect(throws: JournalError.self) {
      try TableWriter(resuming: path, sampleTable, at: position)
    }
  }

  @Test(arguments: [false, true])
  func aFullDiskIsAnErrorWithTheFileAndTheReason(withThread: Bool) throws {
    // /dev/full takes no byte: write says ENOSPC, as a full disk does.
    #expect {
      let writer = try TableWriter(
        "/dev/full", sampleTable, thread: withThread ? FrameThread() : nil)
      for index in 0..<5000 { try writer.appendSampleRow(index) }
      _ = try writer.finish()
    } throws: { error in
      (error as? JournalError)?.description
        == "/dev/full: write failed: No space left on device"
    }
  }

  @Test func whatWasWrittenBeforeTheDiskWasFullStaysReadable() async {
    // A limit on the size of files stands for a full disk. It holds for a whole process, so this is
    // one of its own.
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 300_000, rlim_max: 300_000)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      for thread in [nil, FrameThread()] {
        let scratch = Scratch()
        let table = Table("t", [Column("noise", .float), Column("more", .float)])
        let writer = try TableWriter(scratch.file("t"), table, thread: thread)
        var failures: [String] = []
        var state: UInt64 = 1
        for _ in 0..<50_000 where failures.count < 3 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          writer.append(Double(state >> 11) / 3)
          writer.append(Double(state >> 7) / 7)
          do { try writer.endRow() } catch { failures.append("\(error)") }
        }
        // A writer that goes on all the same writes nothing more.
        #expect(
          failures == Array(repeating: "\(writer.path): write failed: File too large", count: 3))
        #expect(throws: JournalError.self) { try writer.checkpoint() }
        let reader = try TableReader(writer.path)
        while try reader.next() {}
        #expect(reader.row >= 5000 && reader.row % 1000 == 0, "\(reader.row)")
      }
    }
  }
}
