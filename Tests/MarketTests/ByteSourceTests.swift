import Bytes
import Foundation
import Testing

private func readAll(_ path: String, chunkSize: Int = 1 << 17, outputSize: Int = 1 << 16)
  throws -> [UInt8]
{
  let source = try ByteSource(path: path, chunkSize: chunkSize)
  let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: outputSize)
  defer { output.deallocate() }
  var bytes: [UInt8] = []
  while case let count = try source.read(into: output), count > 0 {
    bytes += output[..<count]
  }
  #expect(try source.read(into: output) == 0, "the end stays the end")
  return bytes
}

private func decoded(_ base64: String) throws -> [UInt8] {
  [UInt8](try #require(Data(base64Encoded: base64)))
}

enum Compressed {
  static let text =
    "ts,open,high,low,close,volume\n2000-01-03,10.0,11.0,9.5,10.5,100\n"
    + "2000-01-04,10.5,12.0,10.25,11.75,\n"
  static let gzip =
    "H4sIAAAAAAACA0XKWwqAMBBD0f+uJS2ZahHXI8UK1RHqY/s6IPhzIeEcDbrnDWWZC6remKq2jEvruWYXSXqKZwdhIETe"
    + "jCHZsvAX/fdFYwwxGR4S3ANo9zrzYgAAAA=="
  static let zstd =
    "KLUv/QRoXQIAwoQPEpDPAcDX22Hv7jvZhFBEcsfPCeDmiO6bIbjPYhTmvhHoLLrPgvuEQ3Ng5gHUqy7aqxld+o3ubDV2"
    + "qGT8pAEDADezFLU30RYoyNYfJQ=="
  /// `0123456789` and a line feed, fifty thousand times.
  static let longZstd =
    "KLUv/QRonAAAWDAxMjM0NTY3ODkKAQDy/86LF0QAAAABAP3/zgsQRAAAAAEA/f85AAJEAAAAAQD9/zkAAj0AAAABAG3k"
    + "DoDN1hw9"
}

@Test(arguments: ["f.csv", "f.csv.gz", "f.csv.zst"], [(1, 1), (7, 5), (1 << 17, 1 << 16)])
func aFileReadsTheSameInWhateverChunks(name: String, sizes: (chunk: Int, output: Int)) throws {
  let folder = Folder()
  let bytes =
    name.hasSuffix("gz")
    ? try decoded(Compressed.gzip)
    : name.hasSuffix("zst") ? try decoded(Compressed.zstd) : Array(Compressed.text.utf8)
  let path = try folder.write(bytes, as: name)
  let read = try readAll(path, chunkSize: sizes.chunk, outputSize: sizes.output)
  #expect(String(decoding: read, as: UTF8.self) == Compressed.text)
}

@Test(arguments: ["gz", "zst"], [3, 1 << 17])
func manyMembersAndFramesReadAsOne(ending: String, chunkSize: Int) throws {
  let folder = Folder()
  let one = try decoded(ending == "gz" ? Compressed.gzip : Compressed.zstd)
  let path = try folder.write(
    Array(repeatElement(one, count: 2000).joined()), as: "many.\(ending)")
  let read = try readAll(path, chunkSize: chunkSize)
  #expect(read == Array(repeatElement(Array(Compressed.text.utf8), count: 2000).joined()))
}

@Test func aFrameMuchLongerThanAChunkReadsWhole() throws {
  let folder = Folder()
  let path = try folder.write(try decoded(Compressed.longZstd), as: "long.zst")
  let read = try readAll(path, chunkSize: 16, outputSize: 1000)
  #expect(read == Array(repeatElement(Array("0123456789\n".utf8), count: 50_000).joined()))
}

@Test(arguments: ["gz", "zst"])
func aFileCutOffAnywhereSaysSo(ending: String) throws {
  let folder = Folder()
  let whole = try decoded(ending == "gz" ? Compressed.gzip : Compressed.zstd)
  let unit = ending == "gz" ? "gzip member" : "zstd frame"
  for count in 1..<whole.count {
    let path = try folder.write(Array(whole[..<count]), as: "cut\(count).\(ending)")
    #expect {
      try readAll(path)
    } throws: { error in
      "\(error)" == "\(path): read failed: the file was cut off within a \(unit)"
    }
  }
}

@Test func aFileThatIsNotWhatItsEndingSaysNamesTheReason() throws {
  let folder = Folder()
  let gzip = try folder.write("ts,open\n", as: "no.gz")
  #expect {
    try readAll(gzip)
  } throws: { error in
    "\(error)" == "\(gzip): read failed: not sound gzip: incorrect header check"
  }
  let zstd = try folder.write("ts,open\n", as: "no.zst")
  #expect {
    try readAll(zstd)
  } throws: { error in
    "\(error)" == "\(zstd): read failed: not sound zstd: Unknown frame descriptor"
  }
  // A flipped bit within the text: the checksum tells.
  var bytes = try decoded(Compressed.gzip)
  bytes[bytes.count - 6] ^= 1
  let flipped = try folder.write(bytes, as: "flipped.gz")
  #expect {
    try readAll(flipped)
  } throws: { error in
    "\(error)" == "\(flipped): read failed: not sound gzip: incorrect data check"
  }
}

@Test func aMissingFileIsToldFromOneThatCannotBeRead() throws {
  let folder = Folder()
  #expect {
    try ByteSource(path: folder.path + "/none.csv")
  } throws: { error in
    (error as? BytesError)?.isMissingFile == true
  }
  #expect {
    try readAll(folder.path)
  } throws: { error in
    (error as? BytesError).map { !$0.isMissingFile && $0.errorNumber != 0 } == true
  }
}

@Test func theHashIsThatOfTheFileOnDisk() throws {
  let folder = Folder()
  let bytes = try decoded(Compressed.gzip)
  let path = try folder.write(bytes, as: "f.gz")
  let hash = SHA256()
  let source = try ByteSource(path: path, chunkSize: 10, hash: hash)
  let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 8)
  defer { output.deallocate() }
  while try source.read(into: output) > 0 {}
  #expect(hash.finishHex() == SHA256.hex(of: bytes))
}

/// Whatever the bytes, reading them ends: in bytes or in an error that names the file.
@Test(arguments: ["gz", "zst"], 1...10 as ClosedRange<UInt64>)
func aDamagedCompressedFileIsReadOrRefused(ending: String, seed: UInt64) throws {
  let folder = Folder()
  var random = TestRandom(state: seed)
  let whole = try decoded(ending == "gz" ? Compressed.gzip : Compressed.zstd)
  for round in 0..<100 {
    var bytes = whole + whole
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
    }
    let path = try folder.write(bytes, as: "f.\(ending)")
    do {
      let source = try ByteSource(path: path, chunkSize: 50)
      let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64)
      defer { output.deallocate() }
      var total = 0
      while case let count = try source.read(into: output), count > 0 { total += count }
      #expect(total <= 1 << 20, "seed \(seed), round \(round)")
    } catch {
      #expect("\(error)".hasPrefix("\(path): read failed: "), "seed \(seed), round \(round)")
    }
  }
}
