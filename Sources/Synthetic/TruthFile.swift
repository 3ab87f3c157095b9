// The only file here that needs Foundation: for its JSON reader.
#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Truth {
  /// Reads a `truth.json`. `kind` must be there; `bars`, `seed`, `rng` and `parameters` have the
  /// generator's defaults. All else in the file follows from these and is not read.
  ///
  /// - Throws: `SyntheticError` naming the key at fault.
  public init(json: [UInt8]) throws(SyntheticError) {
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: Data(json))
    } catch let error as DecodingError {
      throw SyntheticError(key: "truth.json", problem: Self.problem(error))
    } catch {
      throw SyntheticError(key: "truth.json", problem: "is not JSON")
    }
    guard let kind = GeneratorKind(rawValue: file.kind) else {
      let allowed = GeneratorKind.allCases.map(\.rawValue).joined(separator: " or ")
      throw SyntheticError(key: "kind", problem: "was \(file.kind), \(allowed) is needed")
    }
    let name = file.rng ?? ShockSource.philox.rawValue
    guard let source = ShockSource(rawValue: name) else {
      let allowed = ShockSource.allCases.map(\.rawValue).joined(separator: " or ")
      throw SyntheticError(key: "rng", problem: "was \(name), \(allowed) is needed")
    }
    self.init(
      try GeneratorSettings(
        kind: kind, bars: file.bars ?? 1000, seed: file.seed ?? 0, source: source,
        parameters: file.parameters ?? [:]))
  }

  private struct File: Decodable {
    var kind: String
    var bars: Int?
    var seed: Int?
    var rng: String?
    var parameters: [String: Double]?
  }

  private static func problem(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "has no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.codingPath.isEmpty
        ? "is not an object of keys and values"
        : "has no value of the right type at "
          + context.codingPath.map(\.stringValue).joined(separator: ".")
    default: "is not JSON"
    }
  }
}
