import Bytes
import Testing

struct ProtobufWriterTests {
  /// The examples of protobuf's own description of its encoding, and the edges.
  @Test func fieldsAreWrittenAsTheFormatSaysThem() {
    func bytes(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
      var writer = ProtobufWriter()
      body(&writer)
      return writer.bytes
    }
    let cases: [([UInt8], [UInt8])] = [
      (bytes { $0.write(150, field: 1) }, [0x08, 0x96, 0x01]),
      (bytes { $0.write(0, field: 1) }, [0x08, 0x00]),
      (bytes { $0.write(127, field: 15) }, [0x78, 0x7F]),
      (bytes { $0.write(128, field: 16) }, [0x80, 0x01, 0x80, 0x01]),
      (bytes { $0.write(-2, field: 1) }, [0x08, 0xFE] + [UInt8](repeating: 0xFF, count: 8) + [1]),
      (bytes { $0.write("testing", field: 2) }, [0x12, 0x07] + Array("testing".utf8)),
      (bytes { $0.write(field: 3) { $0.write(150, field: 1) } }, [0x1A, 0x03, 0x08, 0x96, 0x01]),
      (bytes { $0.write(1.0, field: 1) }, [0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]),
      (bytes { $0.write(Float(-2), field: 2) }, [0x15, 0, 0, 0, 0xC0]),
      (
        bytes { $0.write([UInt8](repeating: 7, count: 300), field: 9) }.prefix(4) + [],
        [0x4A, 0xAC, 0x02, 7]
      ),
    ]
    for (found, expected) in cases { #expect(found == expected) }
  }

  /// RFC 3720, B.4, and the check value of the CRC catalogue.
  @Test func theCheckIsCastagnolis() {
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.of(0..<32) == 0x46DD_794E)
    #expect(CRC32C.of(Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.of([]) == 0)
  }
}
