/// MT19937, the Mersenne Twister of Matsumoto and Nishimura, 1998, seeded by one integer.
public struct MersenneTwister: Sendable {
  private var words: [UInt32]
  private var position = 624

  /// The reference's `init_genrand`.
  public init(seed: UInt32) {
    words = [seed]
    words.reserveCapacity(624)
    var word = seed
    for index in 1..<624 {
      word = 1_812_433_253 &* (word ^ (word >> 30)) &+ UInt32(index)
      words.append(word)
    }
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if position == 624 { refill() }
    var word = words[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  private mutating func refill() {
    for index in 0..<624 {
      let joined =
        (words[index] & 0x8000_0000) | (words[(index + 1) % 624] & 0x7FFF_FFFF)
      let twist: UInt32 = joined & 1 == 0 ? 0 : 0x9908_B0DF
      words[index] = words[(index + 397) % 624] ^ (joined >> 1) ^ twist
    }
    position = 0
  }
}
