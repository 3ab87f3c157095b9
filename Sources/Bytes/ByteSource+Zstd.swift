import CZstd

/// Decompresses zstd frames, one after another.
final class ZstdDecoder {
  private let context: OpaquePointer?
  private var isInFrame = false

  init() { context = ZSTD_createDCtx() }

  deinit { ZSTD_freeDCtx(context) }

  func decode(
    _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) -> DecoderStep {
    guard let context else {
      return DecoderStep(taken: 0, given: 0, damage: "zstd did not start")
    }
    guard isInFrame || !input.isEmpty else { return DecoderStep(taken: 0, given: 0) }
    // SAFETY: zstd reads `input` only and writes at most `output.count` bytes; both outlive the call.
    var from = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var to = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = ZSTD_decompressStream(context, &to, &from)
    var step = DecoderStep(taken: from.pos, given: to.pos)
    if ZSTD_isError(status) != 0 {
      step.damage = "not sound zstd: \(String(cString: ZSTD_getErrorName(status)))"
    }
    // 0 says that a frame is complete and flushed.
    isInFrame = status != 0
    step.mayEndHere = !isInFrame
    return step
  }
}
