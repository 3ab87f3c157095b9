import CZlib

/// Inflates gzip members, one after another.
final class GzipDecoder {
  // zlib keeps the address of its stream, so it must not move: hence a pointer of our own.
  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool
  private var isInMember = false

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15: the largest window; + 16: gzip headers and trailers only, checked by zlib.
    isReady =
      inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit {
    if isReady { inflateEnd(stream) }
    stream.deallocate()
  }

  func decode(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) -> DecoderStep {
    guard isReady else { return DecoderStep(taken: 0, given: 0, damage: "zlib did not start") }
    if !input.isEmpty { isInMember = true }
    // SAFETY: zlib reads `input` only and writes at most `output.count` bytes; both outlive the
    // call, and the pointers are cleared after it.
    stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    stream.pointee.avail_in = UInt32(min(input.count, Int(UInt32.max)))
    stream.pointee.next_out = output.baseAddress
    stream.pointee.avail_out = UInt32(min(output.count, Int(UInt32.max)))
    let offered = (Int(stream.pointee.avail_in), Int(stream.pointee.avail_out))
    let status = isInMember ? inflate(stream, Z_NO_FLUSH) : Z_BUF_ERROR
    var step = DecoderStep(
      taken: offered.0 - Int(stream.pointee.avail_in),
      given: offered.1 - Int(stream.pointee.avail_out))
    let why = stream.pointee.msg.map { String(cString: $0) }
    stream.pointee.next_in = nil
    stream.pointee.next_out = nil
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      isInMember = false
      inflateReset(stream)
    default: step.damage = "not sound gzip: \(why ?? "zlib's error \(status)")"
    }
    step.mayEndHere = !isInMember
    return step
  }
}
