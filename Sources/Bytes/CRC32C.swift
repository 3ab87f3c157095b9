/// The cyclic redundancy check with Castagnoli's polynomial (RFC 3720, appendix B.4), as used by
/// TFRecord files.
public enum CRC32C {
  /// The remainder of each byte by the polynomial, bits reversed.
  private static let remainders: [UInt32] = (UInt32(0)..<256).map { byte in
    (0..<8).reduce(byte) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1 }
  }

  /// The check of some bytes.
  public static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { $0 >> 8 ^ remainders[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }
}
