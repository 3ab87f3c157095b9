import Bytes
import Glibc
import Testing

/// Writes bytes to a new file, hands its path over and removes it.
private func withFile<Value>(_ bytes: [UInt8], _ body: (String) throws -> Value) throws -> Value {
  let path = "/tmp/pawl-frames-\(getpid())-\(UInt64.random(in: 0 ... .max))"
  try FileIO.writeAtomically(bytes, to: path)
  defer { unlink(path) }
  return try body(path)
}

/// Text of a log, from a seed.
private func content(_ seed: Int, count: Int) -> [UInt8] {
  (0..<count).map { UInt8(48 + ($0 * 31 + seed * $0 * $0) % 10) }
}

struct ZstdFrameTests {
  @Test func aFrameHoldsItsSizeAndDoesNotDependOnFramesBeforeIt() {
    let used = ZstdCompressor()
    for seed in 0..<20 {
      let content = content(seed, count: 120_000 - seed * 1000)
      let frame = used.compress(content)
      #expect(frame == ZstdCompressor().compress(content), "seed \(seed)")
      #expect(ZstdFrame.contentSize(frame) == content.count)
    }
    #expect(ZstdFrame.contentSize([1, 2, 3, 4, 5, 6, 7, 8, 9]) == nil)
  }

  @Test func aFileCutAnywhereDecodesToItsWholeFrames() throws {
    let compressor = ZstdCompressor()
    let contents = [content(1, count: 40), [], content(2, count: 300), content(3, count: 150)]
    var file: [UInt8] = []
    var ends = [0]
    for content in contents {
      file += compressor.compress(content)
      ends.append(file.count)
    }
    for length in 0...file.count {
      try withFile(Array(file[..<length])) { path in
        let reader = try ZstdFrameReader(path)
        var read: [[UInt8]] = []
        while try reader.next() { read.append(reader.content) }
        let whole = ends.lastIndex { $0 <= length } ?? 0
        #expect(read == Array(contents[..<whole]), "cut at \(length)")
        let rest = length - ends[whole]
        #expect(
          reader.end == (rest == 0 ? .clean : .torn(offset: ends[whole], bytes: rest)),
          "cut at \(length)")
        #expect(reader.offset == ends[whole])
      }
    }
  }

  @Test func anyChangedByteOfAFrameIsSeen() throws {
    let compressor = ZstdCompressor()
    let good = content(1, count: 500)
    let file = compressor.compress(good)
    for index in file.indices {
      var bad = file
      bad[index] ^= 1
      try withFile(bad) { path in
        let reader = try ZstdFrameReader(path)
        var read: [UInt8]?
        do { if try reader.next() { read = reader.content } } catch {
          #expect("\(error)".hasPrefix("\(path): byte 0: decompress failed: "))
        }
        // A changed bit that no decoder looks at may pass, but never with other content.
        #expect(read == nil || read == good, "byte \(index)")
      }
    }
  }

  @Test func framesLongerThanTheReadersBufferAreRead() throws {
    var state: UInt64 = 1
    let noise = (0..<700_000).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    let compressor = ZstdCompressor()
    let file = compressor.compress([1, 2]) + compressor.compress(noise) + compressor.compress([3])
    try withFile(file) { path in
      let reader = try ZstdFrameReader(path)
      var read: [[UInt8]] = []
      while try reader.next() { read.append(reader.content) }
      #expect(read == [[1, 2], noise, [3]])
    }
  }
}
