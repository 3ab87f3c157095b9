import Bytes
import Testing

struct SHA256Tests {
  // FIPS 180-4, examples of NIST.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func theHashIsThatOfTheStandard(text: String, expected: String) {
    #expect(SHA256.hex(of: Array(text.utf8)) == expected)
  }

  @Test func piecesHashLikeTheWholeAndAPeekDoesNotDisturb() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let hash = SHA256()
    hash.update(Array(bytes[..<333]))
    #expect(hash.hexSoFar() == SHA256.hex(of: Array(bytes[..<333])))
    hash.update(Array(bytes[333...]))
    #expect(hash.finishHex() == SHA256.hex(of: bytes))
    #expect(hash.finishHex() == SHA256.hex(of: []), "the next hash begins anew")
  }
}
