import CCrypto

/// SHA-256 (FIPS 180-4) of bytes given piece by piece, by libcrypto, which uses the CPU's
/// instructions for it.
public final class SHA256 {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("memory for a hash ran out") }
    self.context = context
    restart()
  }

  deinit { EVP_MD_CTX_free(context) }

  private func restart() {
    let started = EVP_DigestInit_ex(context, EVP_sha256(), nil)
    precondition(started == 1, "libcrypto offers SHA-256")
  }

  /// Appends bytes to what is hashed.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    // SAFETY: the pointer and the count are those of one buffer, and libcrypto only reads it.
    let updated = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(updated == 1, "a started hash takes bytes")
  }

  /// Appends bytes to what is hashed.
  public func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The 32 bytes of the hash; the next update begins a new one.
  public func finish() -> [UInt8] {
    let digest = [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      // SAFETY: SHA-256 writes exactly 32 bytes, the capacity of the buffer.
      let finished = EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
      precondition(finished == 1, "a started hash ends")
      count = 32
    }
    restart()
    return digest
  }

  /// The hash as 64 small hexadecimal digits; the next update begins a new one.
  public func finishHex() -> String { SHA256.hex(finish()) }

  /// The hash of what came so far as 64 small hexadecimal digits; more may be appended.
  public func hexSoFar() -> String {
    let copy = SHA256()
    let copied = EVP_MD_CTX_copy_ex(copy.context, context)
    precondition(copied == 1, "the state of a hash can be copied")
    return copy.finishHex()
  }

  /// The hash of `bytes` as 64 small hexadecimal digits.
  public static func hex(of bytes: [UInt8]) -> String {
    let hash = SHA256()
    hash.update(bytes)
    return hash.finishHex()
  }

  /// Two small hexadecimal digits a byte.
  public static func hex(_ digest: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(2 * digest.count)
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
