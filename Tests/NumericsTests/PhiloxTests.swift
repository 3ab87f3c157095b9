import Numerics
import Testing

@Suite struct PhiloxTests {
  /// The known answers of the Random123 library, file kat_vectors.
  @Test func blocksAreThoseOfRandom123() {
    #expect(
      Philox4x32.block(key: (0, 0), counter: (0, 0, 0, 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(
      Philox4x32.block(key: (ones, ones), counter: (ones, ones, ones, ones))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox4x32.block(
        key: (0xa409_3822, 0x299f_31d0),
        counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func fieldsOfAStreamGoToTheirCounterWords() {
    let stream = PhiloxStream(
      seed: 7, purpose: .dropout, epoch: 3, refit: 5, member: 2, layer: 9)
    let block = Philox4x32.block(key: (7, 3), counter: (25, 3, 5, 2 << 16 | 9))
    #expect(stream.word(at: 102) == block.z)
    #expect(stream.bits(at: 50) == UInt64(block.y) << 32 | UInt64(block.x))
    #expect(stream.bits(at: 51) == UInt64(block.w) << 32 | UInt64(block.z))
    #expect(stream.uniform(at: 51) == Double(stream.bits(at: 51) >> 11) / 9_007_199_254_740_992)
    #expect(stream.uniformFloat(at: 102) == Float(block.z >> 8) / 16_777_216)
  }

  @Test func aSequenceReadsItsStreamInOrder() {
    let stream = PhiloxStream(seed: 1, purpose: .replay, refit: 4)
    var sequence = PhiloxSequence(stream)
    for element in 0..<9 { #expect(sequence.next() == stream.bits(at: element)) }
  }

  @Test func normalsHaveTheMomentsOfANormal() {
    let stream = PhiloxStream(seed: 11, purpose: .synthetic)
    let values = (0..<200_000).map { stream.normal(at: $0) }
    func moment(_ power: Int) -> Double {
      values.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } }
        / Double(values.count)
    }
    // Four standard errors: sqrt of 1, 2, 15 and 96, over sqrt(n), times 4.
    #expect(moment(1).magnitude < 4 / 447.2)
    #expect((moment(2) - 1).magnitude < 4 * 1.4142 / 447.2)
    #expect(moment(3).magnitude < 4 * 3.873 / 447.2)
    #expect((moment(4) - 3).magnitude < 4 * 9.798 / 447.2)
  }

  @Test func streamsOfOtherFieldsDiffer() {
    var base = PhiloxStream(seed: 1, purpose: .weights)
    let first = base.bits(at: 0)
    let others = [
      PhiloxStream(seed: 2, purpose: .weights), PhiloxStream(seed: 1, purpose: .shuffle),
      PhiloxStream(seed: 1, purpose: .weights, epoch: 1),
      PhiloxStream(seed: 1, purpose: .weights, refit: 1),
      PhiloxStream(seed: 1, purpose: .weights, member: 1),
      PhiloxStream(seed: 1, purpose: .weights, layer: 1),
    ]
    #expect(Set(others.map { $0.bits(at: 0) } + [first]).count == 7)
    base.layer = 1
    #expect(base.bits(at: 0) == others[5].bits(at: 0))
  }

  @Test func boundedIntegersAreEvenlySpread() {
    var sequence = PhiloxSequence(PhiloxStream(seed: 5, purpose: .replay))
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[sequence.integer(below: 7)] += 1 }
    // χ² with 6 degrees of freedom: 22.5 is passed once in a thousand.
    let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
    #expect(chiSquare < 22.5, "\(counts)")
    #expect(sequence.integer(below: 1) == 0)
  }

  @Test func boundedIntegersRejectTheSurplus() {
    // With a bound of 3 · 2^61 a fourth of all words is surplus: a generator that takes them gives
    // residues of 3 in the ratio 3 : 3 : 2.
    let bound = 3 << 61
    var sequence = PhiloxSequence(PhiloxStream(seed: 6, purpose: .replay))
    var thirds = [0, 0, 0]
    for _ in 0..<30_000 { thirds[sequence.integer(below: bound) % 3] += 1 }
    for count in thirds { #expect((count - 10_000).magnitude < 330, "\(thirds)") }
  }

  @Test func aShuffleGivesEachOrderEquallyOften() {
    var counts: [[Int]: Int] = [:]
    for seed in 0..<6000 {
      var sequence = PhiloxSequence(PhiloxStream(seed: UInt32(seed), purpose: .shuffle))
      var order = [0, 1, 2]
      sequence.shuffle(&order)
      counts[order, default: 0] += 1
    }
    #expect(counts.count == 6)
    for (order, count) in counts { #expect((count - 1000).magnitude < 130, "\(order): \(count)") }
  }

  @Test func aSampleIsSortedWithoutRepeatsAndFair() {
    var counts = [Int](repeating: 0, count: 10)
    for seed in 0..<10_000 {
      var sequence = PhiloxSequence(PhiloxStream(seed: UInt32(seed), purpose: .replay))
      let sample = sequence.sample(3, of: 10)
      #expect(sample.count == 3 && Set(sample).count == 3 && sample == sample.sorted())
      for member in sample { counts[member] += 1 }
    }
    for count in counts { #expect((count - 3000).magnitude < 190, "\(counts)") }
    var sequence = PhiloxSequence(PhiloxStream(seed: 0, purpose: .replay))
    #expect(sequence.sample(4, of: 4) == [0, 1, 2, 3])
    #expect(sequence.sample(0, of: 4) == [])
  }
}
