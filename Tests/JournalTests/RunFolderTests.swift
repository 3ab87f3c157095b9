import Bytes
import Journal
import Testing

struct RunFolderTests {
  @Test func aFolderIsLockedForAsLongAsItIsHeld() throws {
    let scratch = Scratch()
    let path = scratch.file("runs/a")
    do {
      let first = try RunFolder(claiming: path, tables: ["t"])
      // flock is held by the open file, so another opening sees it as another process does.
      #expect(throws: JournalError.locked(directory: path)) {
        try RunFolder(claiming: path, tables: ["t"])
      }
      #expect(first.path == path)
    }
    _ = try RunFolder(claiming: path, tables: ["t"])
    #expect(
      "\(JournalError.locked(directory: "d"))"
        == "d: the run directory is locked by another process")
  }

  @Test func aFolderThatHoldsARunIsRefusedUnlessItIsRemoved() throws {
    let scratch = Scratch()
    let path = scratch.file("a")
    try SampleRun(at: path, rows: 1)
    let folder = try RunFolder(claiming: path, tables: ["equity", "orders"])
    #expect(throws: JournalError.holdsRun(directory: path)) { try folder.requireNoRun() }
    #expect(
      "\(JournalError.holdsRun(directory: "d"))"
        == "d holds a run; another directory or --force is needed")
    try FileIO.writeAtomically([1], to: "\(path)/notes.txt")
    try FileIO.writeAtomically([1], to: "\(path)/other.csv.zst")
    let checkpoints = try folder.checkpointFolder()
    try FileIO.writeAtomically([1], to: "\(checkpoints)/1")
    try folder.removeRun()
    try folder.requireNoRun()
    #expect(try FileIO.names(in: path) == ["lock", "notes.txt", "other.csv.zst"])
  }

  @Test func aFailureBeforeTheFirstBarLeavesNothingBehind() throws {
    let scratch = Scratch()
    do {
      let folder = try RunFolder(claiming: scratch.file("runs/a"), tables: ["t"])
      try folder.requireNoRun()
      folder.beginRun()
      _ = try TableWriter(folder.tableFile("t"), sampleTable)
      _ = try folder.checkpointFolder()
      try folder.discard()
    }
    #expect(try FileIO.names(in: scratch.path) == [])
  }

  @Test func aFailureLeavesWhatWasThereBefore() throws {
    let scratch = Scratch()
    // Files of others keep their folder.
    try FileIO.writeAtomically([1], to: scratch.file("notes.txt"))
    try RunFolder(claiming: scratch.path, tables: ["t"]).discard()
    #expect(try FileIO.names(in: scratch.path) == ["notes.txt"])
    // An older run that was not replaced yet stays whole.
    let run = try SampleRun(at: scratch.file("a"), rows: 1)
    let before = try FileIO.names(in: run.path)
    try RunFolder(claiming: run.path, tables: ["equity", "orders"]).discard()
    #expect(try FileIO.names(in: run.path) == before)
    #expect(try RunVerification(run.path).findings == [])
  }

  @Test func aFolderThatCannotBeMadeIsAnErrorWithTheReason() {
    #expect {
      try RunFolder(claiming: "/dev/null/a", tables: [])
    } throws: { error in
      "\(error)" == "/dev/null/a: make folder failed: Not a directory"
    }
  }
}
