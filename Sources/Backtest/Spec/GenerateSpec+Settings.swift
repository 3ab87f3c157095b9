import Synthetic

extension GenerateSpec {
  /// What the generator takes.
  ///
  /// - Throws: by the generator's own rules; a spec that was read has passed them.
  func generatorSettings() throws(SyntheticError) -> GeneratorSettings {
    let kind: GeneratorKind
    var parameters = ["start": start]
    switch self.kind {
    case .cointPath(let delta, let sigma):
      kind = .cointPath
      parameters["delta"] = delta
      parameters["sigma"] = sigma
    case .randomWalk(let series):
      kind = .randomWalk
      parameters["series"] = Double(series)
    case .ar1(let phi):
      kind = .ar1
      parameters["phi"] = phi
    }
    let source: ShockSource
    switch stream {
    case .philox: source = .philox
    case .numpyLegacy: source = .numpyLegacy
    case .numpyPCG64: source = .numpyPCG64
    }
    return try GeneratorSettings(
      kind: kind, bars: bars, seed: Int(seed), source: source, parameters: parameters)
  }
}
