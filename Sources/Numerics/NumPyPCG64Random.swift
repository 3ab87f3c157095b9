/// The stream of NumPy's `default_rng(seed)`: PCG64 (XSL-RR 128/64) seeded through `SeedSequence`,
/// doubles of 53 bits, normals by a ziggurat of 256 layers.
///
/// O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random
/// Number Generation", 2014; Marsaglia and Tsang, "The Ziggurat Method for Generating Random
/// Variables", 2000; NumPy's documentation of `SeedSequence`.
public struct NumPyPCG64Random: Sendable {
  private var state: UInt128
  private let increment: UInt128

  public init(seed: UInt32) {
    var words = SeedSequence(entropy: seed).words(count: 8).makeIterator()
    func next64() -> UInt128 {
      let low = UInt128(words.next() ?? 0)
      return UInt128(words.next() ?? 0) << 32 | low
    }
    let initial = next64() << 64 | next64()
    increment = (next64() << 64 | next64()) << 1 | 1
    state = increment &+ initial
    step()
  }

  private mutating func step() {
    state = state &* 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645 &+ increment
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    step()
    let folded =
      UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let turn = UInt64(truncatingIfNeeded: state >> 122)
    return folded &>> turn | folded &<< ((0 &- turn) & 63)
  }

  /// Uniform in [0, 1), a multiple of 2^-53: NumPy's `random()`.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal: NumPy's `standard_normal()`.
  public mutating func normal() -> Double {
    while true {
      var bits = next()
      let layer = Int(truncatingIfNeeded: bits & 0xFF)
      bits >>= 8
      let isNegative = bits & 1 == 1
      let draw = (bits >> 1) & 0x000F_FFFF_FFFF_FFFF
      let magnitude = Double(draw) * ZigguratTables.width[layer]
      let x = isNegative ? -magnitude : magnitude
      if draw < ZigguratTables.accept[layer] { return x }
      if layer == 0 {
        let tail = tailBeyondStart()
        return (draw >> 8) & 1 == 1 ? -tail : tail
      }
      let low = ZigguratTables.height[layer]
      let high = ZigguratTables.height[layer - 1]
      if (high - low) * uniform() + low < Elementary.exp(-0.5 * x * x) { return x }
    }
  }

  private mutating func tailBeyondStart() -> Double {
    while true {
      let beyond = -ZigguratTables.inverseTailStart * Elementary.log1p(-uniform())
      let level = -Elementary.log1p(-uniform())
      if level + level > beyond * beyond { return ZigguratTables.tailStart + beyond }
    }
  }
}

/// NumPy's `SeedSequence` of one integer without spawning: a pool of four words, mixed so that
/// each bit of the seed reaches every word.
struct SeedSequence {
  private var pool: [UInt32]

  init(entropy: UInt32) {
    var factor: UInt32 = 0x43B0_D7E5
    func hashed(_ word: UInt32) -> UInt32 {
      var value = word ^ factor
      factor = factor &* 0x931E_8875
      value = value &* factor
      return value ^ (value >> 16)
    }
    pool = [entropy, 0, 0, 0].map(hashed)
    for source in 0..<4 {
      for target in 0..<4 where target != source {
        let mixed = pool[target] &* 0xCA01_F9DD &- hashed(pool[source]) &* 0x4973_F715
        pool[target] = mixed ^ (mixed >> 16)
      }
    }
  }

  /// NumPy's `generate_state(count)`.
  func words(count: Int) -> [UInt32] {
    var factor: UInt32 = 0x8B51_F9DD
    return (0..<count).map { index in
      var value = pool[index % 4] ^ factor
      factor = factor &* 0x58F3_8DED
      value = value &* factor
      return value ^ (value >> 16)
    }
  }
}
