/// A mapping of the spec while it is decoded: its path and its known keys.
struct SpecSection {
  /// `training`; empty for the spec itself.
  let path: String
  let node: SpecNode

  /// `keys` are all that the section may hold; nil leaves the check to the caller.
  ///
  /// - Throws: where `node` is no mapping or has a key that is not known.
  init(_ node: SpecNode, path: String, keys: [String]?) throws(SpecError) {
    self.path = path
    self.node = node
    guard case .mapping(let entries) = node.value else {
      let subject = path.isEmpty ? "the spec" : path
      throw SpecError(node.place, "\(subject) was \(node.found), a mapping is needed")
    }
    guard let keys else { return }
    for entry in entries where !keys.contains(entry.key) { throw unknown(entry, known: keys) }
  }

  var entries: [SpecEntry] { node.entries }

  subscript(key: String) -> SpecNode? { entry(key)?.value }

  func entry(_ key: String) -> SpecEntry? { entries.first { $0.key == key } }

  func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  func unknown(_ entry: SpecEntry, known: [String]) -> SpecError {
    let subject = path.isEmpty ? "a spec" : path
    let key = SpecNode.shown(entry.key)
    let hint = NearestWord.hint(entry.key, among: known)
    let help = hint.isEmpty ? "; its keys are \(known.joined(separator: ", "))" : hint
    return SpecError(entry.place, "\(self.path(of: key)) is not a key of \(subject)\(help)")
  }

  /// `training.epochs was missing, a whole number is needed`, placed at the section.
  func missing(_ key: String, _ needed: String) -> SpecError {
    SpecError(node.place, "\(path(of: key)) was missing, \(needed) is needed")
  }

  /// `training.epochs was 0, at least 1 is needed`, placed at the value.
  func wrong(_ key: String, _ node: SpecNode, _ needed: String) -> SpecError {
    SpecError(node.place, "\(path(of: key)) was \(node.found), \(needed) is needed")
  }

  /// Refuses keys that mean nothing unless something else was chosen.
  ///
  /// - Throws: at the first of them that is there.
  func refuse(_ keys: [String], unless isAllowed: Bool, _ needed: String) throws(SpecError) {
    guard !isAllowed, let entry = entries.first(where: { keys.contains($0.key) }) else { return }
    throw SpecError(
      entry.place, "\(path(of: entry.key)) was given without \(needed), which it needs")
  }

  /// The section under `key`.
  ///
  /// - Throws: where there is none, with why it is needed.
  func section(_ key: String, keys: [String]?, why: String = "") throws(SpecError) -> SpecSection {
    guard let section = try sectionIfPresent(key, keys: keys) else {
      throw missing(key, "a mapping\(why)")
    }
    return section
  }

  func sectionIfPresent(_ key: String, keys: [String]?) throws(SpecError) -> SpecSection? {
    guard let node = self[key] else { return nil }
    return try SpecSection(node, path: path(of: key), keys: keys)
  }
}
