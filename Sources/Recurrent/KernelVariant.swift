import CKernels

/// The instruction set for which the kernels were compiled. All give the same bits.
public enum KernelVariant: String, CaseIterable, Sendable {
  /// What every CPU of the architecture has. On x86-64 its fused multiply-add is a library call,
  /// so it is about fifty times slower: for comparison, not for use.
  case baseline
  case avx2
  case avx512
  case neon

  /// The variant of a name as users write it, nil where there is none.
  public init?(name: String) { self.init(rawValue: name) }

  /// Whether this CPU can run it.
  public var isSupported: Bool { pawl_variant_supported(kind) != 0 }

  /// The fastest variant that this CPU supports.
  public static var detected: KernelVariant {
    for variant in [KernelVariant.avx512, .avx2, .neon] where variant.isSupported { return variant }
    return .baseline
  }

  private var kind: pawl_variant {
    switch self {
    case .baseline: pawl_variant_baseline
    case .avx2: pawl_variant_avx2
    case .avx512: pawl_variant_avx512
    case .neon: pawl_variant_neon
    }
  }

  /// The verbs compiled for this variant.
  var verbs: pawl_kernels {
    precondition(isSupported, "this CPU supports the kernel variant \(rawValue)")
    return pawl_kernels_of(kind).pointee
  }
}
