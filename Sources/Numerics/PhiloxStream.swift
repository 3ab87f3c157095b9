/// What random numbers are for. Streams of different purposes share no number.
///
/// The raw values are part of every result and never change.
public enum Purpose: UInt32, CaseIterable, Sendable {
  case weights = 1
  case shuffle = 2
  case dropout = 3
  case inputDropout = 4
  case recurrentDropout = 5
  case replay = 6
  case synthetic = 7
  case search = 8
  case resampling = 9
}

/// One stream of random numbers, each had by its index alone.
///
/// The key is (seed, purpose); the counter's words are element / 4, epoch, refit and
/// member << 16 | layer. Fields that a use does not need are 0. No order of work changes a number.
///
///     let noise = PhiloxStream(seed: 7, purpose: .synthetic)
///     let shock = noise.normal(at: 41)
public struct PhiloxStream: Hashable, Sendable {
  public var seed: UInt32
  public var purpose: Purpose
  public var epoch: UInt32
  public var refit: UInt32
  public var member: UInt16
  public var layer: UInt16

  @inlinable
  public init(
    seed: UInt32, purpose: Purpose, epoch: UInt32 = 0, refit: UInt32 = 0, member: UInt16 = 0,
    layer: UInt16 = 0
  ) {
    self.seed = seed
    self.purpose = purpose
    self.epoch = epoch
    self.refit = refit
    self.member = member
    self.layer = layer
  }

  /// Words 4 · index ..< 4 · index + 4 of the stream.
  @inlinable
  public func block(at index: UInt32) -> SIMD4<UInt32> {
    Philox4x32.block(
      key: (seed, purpose.rawValue),
      counter: (index, epoch, refit, UInt32(member) << 16 | UInt32(layer)))
  }

  /// Word `element` of the stream, element in 0 ..< 2^34.
  @inlinable
  public func word(at element: Int) -> UInt32 {
    precondition(element >= 0 && element < 1 << 34, "a stream has 2^34 words")
    return block(at: UInt32(truncatingIfNeeded: element >> 2))[element & 3]
  }

  /// 64 bits: words 2 · element (low) and 2 · element + 1 (high), element in 0 ..< 2^33.
  @inlinable
  public func bits(at element: Int) -> UInt64 {
    precondition(element >= 0 && element < 1 << 33, "a stream has 2^33 numbers of 64 bits")
    let words = block(at: UInt32(truncatingIfNeeded: element >> 1))
    return element & 1 == 0
      ? UInt64(words.y) << 32 | UInt64(words.x) : UInt64(words.w) << 32 | UInt64(words.z)
  }

  /// Uniform in [0, 1): a multiple of 2^-53, from the 53 highest bits of `bits(at:)`.
  @inlinable
  public func uniform(at element: Int) -> Double { Double(bits(at: element) >> 11) * 0x1p-53 }

  /// Uniform in [0, 1): a multiple of 2^-24, from the 24 highest bits of `word(at:)`.
  @inlinable
  public func uniformFloat(at element: Int) -> Float { Float(word(at: element) >> 8) * 0x1p-24 }

  /// Standard normal: the quantile of (u + 0.5) / 2^53, u the 53 highest bits of `bits(at:)`.
  public func normal(at element: Int) -> Double {
    let u = bits(at: element) >> 11
    // The upper half mirrors the lower one, since u + 0.5 would not fit 53 bits there.
    if u < 1 << 52 { return Elementary.normalQuantile((Double(u) + 0.5) * 0x1p-53) }
    return -Elementary.normalQuantile((Double((1 << 53) - 1 - u) + 0.5) * 0x1p-53)
  }
}
