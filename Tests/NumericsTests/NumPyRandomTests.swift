import Numerics
import Testing

@Suite struct NumPyRandomTests {
  @Test func legacyNormalsOfSeedZeroBeginAsPublished() {
    var random = NumPyLegacyRandom(seed: 0)
    #expect(random.normal() == 1.764052345967664)
    #expect(random.normal() == 0.4001572083672233)
    #expect(random.normal() == 0.9787379841057392)
    #expect(random.normal() == 2.240893199201458)
  }

  @Test func legacyStreamsAreNumPysBitForBit() {
    for (seed, values) in NumPyReference.legacyUniforms {
      var random = NumPyLegacyRandom(seed: seed)
      for value in values { #expect(random.uniform().bitPattern == value, "seed \(seed)") }
    }
    for (seed, values) in NumPyReference.legacyNormals {
      var random = NumPyLegacyRandom(seed: seed)
      for value in values { #expect(random.normal().bitPattern == value, "seed \(seed)") }
    }
  }

  @Test func pcg64StreamsAreNumPysBitForBit() {
    for (seed, values) in NumPyReference.pcg64Uniforms {
      var random = NumPyPCG64Random(seed: seed)
      for value in values { #expect(random.uniform().bitPattern == value, "seed \(seed)") }
    }
    for (seed, values) in NumPyReference.pcg64Normals {
      var random = NumPyPCG64Random(seed: seed)
      for value in values { #expect(random.normal().bitPattern == value, "seed \(seed)") }
    }
  }

  @Test func pcg64UniformsOfSeedZeroBeginAsPublished() {
    var random = NumPyPCG64Random(seed: 0)
    #expect(random.uniform() == 0.6369616873214543)
    #expect(random.uniform() == 0.2697867137638703)
    #expect(random.uniform() == 0.04097352393619469)
    #expect(random.uniform() == 0.016527635528529094)
  }

  /// The tenth thousandth word for seed 5489, as the C++ standard states it of `mt19937`.
  @Test func theTwisterPassesTheStandardsCheck() {
    var twister = MersenneTwister(seed: 5489)
    var last: UInt32 = 0
    for _ in 0..<10_000 { last = twister.next() }
    #expect(last == 4_123_659_995)
  }
}
