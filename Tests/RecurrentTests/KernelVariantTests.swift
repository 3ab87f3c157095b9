import Testing

@testable import Recurrent

struct KernelVariantTests {
  @Test func theDetectedVariantIsTheWidestThatTheCPUHas() {
    #expect(KernelVariant.detected.isSupported)
    #expect(KernelVariant.baseline.isSupported)
    #if arch(x86_64)
      #expect(!KernelVariant.neon.isSupported)
      let widest: KernelVariant =
        KernelVariant.avx512.isSupported
        ? .avx512 : KernelVariant.avx2.isSupported ? .avx2 : .baseline
      #expect(KernelVariant.detected == widest)
    #elseif arch(arm64)
      #expect(KernelVariant.detected == .neon)
    #endif
  }

  @Test func variantsAreNamedAsUsersWriteThem() {
    #expect(KernelVariant(name: "avx2") == .avx2)
    #expect(KernelVariant(name: "AVX2") == nil)
    #expect(KernelVariant(name: "sse2") == nil)
  }

  @Test(arguments: Shape.all)
  func allVariantsGiveTheSameBits(shape: Shape) throws {
    var reference = shape.network(seed: 9, variant: .baseline)
    #expect(reference.variant == .baseline)
    let expected = try reference.fit(shape.data(seed: 9), refit: 0)
    for variant in KernelVariant.allCases where variant.isSupported && variant != .baseline {
      var network = shape.network(seed: 9, variant: variant)
      #expect(network.variant == variant)
      let found = try network.fit(shape.data(seed: 9), refit: 0)
      #expect(found == expected, "\(variant)")
      #expect(network.values == reference.values, "\(variant)")
    }
  }
}
