/// A value of a spec that the command line sets.
public struct SpecOverride: Sendable {
  /// `training.epochs`.
  public let keyPath: String
  let path: [String]
  let node: SpecNode

  /// Reads the text after `--set`: a key's path, `=`, and a value in YAML, which may be a whole
  /// section: `training.epochs=5`, `span={ from: 2001-01-01 }`. Files it names are relative to the
  /// spec's folder.
  public init(set text: String) throws(SpecError) {
    let option = "--set \(SpecNode.shown(text))"
    guard let equals = text.firstIndex(of: "=") else {
      throw SpecError(.option(option), "there was no =, KEY=VALUE is needed")
    }
    let keyPath = String(text[..<equals])
    let path = keyPath.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !path.contains(""), path.count <= SpecYAML.deepestLevel else {
      throw SpecError(
        .option(option),
        "the key was \(keyPath.isEmpty ? "empty" : SpecNode.shown(keyPath)), "
          + "a path like training.epochs is needed")
    }
    self.keyPath = keyPath
    self.path = path
    node = try SpecYAML.read(value: String(text[text.index(after: equals)...]), option: option)
  }

  /// Reads the text after `--seed`.
  public init(seed text: String) {
    keyPath = "seed"
    path = ["seed"]
    // Not as YAML: only a number will do.
    node = SpecNode(
      value: .text(text, isPlain: true), place: .option("--seed \(SpecNode.shown(text))"))
  }
}
