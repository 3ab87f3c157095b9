import Bytes
import Glibc
import Testing

struct FileIOTests {
  private let folder = "/tmp/pawl-files-\(getpid())-\(UInt64.random(in: 0 ... .max))"

  @Test func aFileIsPutInPlaceWholeAndReadBack() throws {
    let made = try FileIO.makeDirectories("\(folder)/a/b")
    #expect(made == [folder, "\(folder)/a", "\(folder)/a/b"])
    #expect(try FileIO.makeDirectories("\(folder)/a/b") == [])
    let path = "\(folder)/a/b/file"
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
    try FileIO.writeAtomically([1], to: path)
    try FileIO.writeAtomically(bytes, to: path)
    #expect(try FileIO.readAll(path) == bytes)
    #expect(try FileIO.names(in: "\(folder)/a/b") == ["file"])
    try FileIO.remove(path)
    try FileIO.remove(path)
    for path in made.reversed() { #expect(FileIO.removeEmptyDirectory(path)) }
    #expect(!FileIO.exists(folder))
  }

  @Test func aMissingFileIsNamedWithTheReason() {
    #expect {
      try FileIO.readAll("/tmp/no such file")
    } throws: { error in
      "\(error)" == "/tmp/no such file: open failed: No such file or directory"
        && (error as? BytesError)?.isMissingFile == true
    }
  }

  @Test(arguments: [
    ("a", "."), ("a/b", "a"), ("/a", "/"), ("a/b/", "a"), ("/", "/"), ("a//b", "a/"),
  ])
  func theFolderAboveIsFound(path: String, expected: String) {
    #expect(FileIO.parent(of: path) == expected)
  }
}
