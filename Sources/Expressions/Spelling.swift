/// Finds the name that was probably meant, for hints in errors.
enum Spelling {
  /// The candidate nearest to `name`, or nil where none is near enough to be a slip of the hand.
  static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let typed = Array(name.utf8.prefix(64))
    let lowered = name.lowercased()
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      if candidate.lowercased() == lowered { return candidate }
      let meant = Array(candidate.utf8)
      let allowed = max(1, min(typed.count, meant.count) / 3)
      if abs(typed.count - meant.count) > allowed { continue }
      let distance = distance(typed, meant)
      guard distance <= allowed, distance < min(typed.count, meant.count) else { continue }
      if let found = best, found.distance <= distance { continue }
      best = (candidate, distance)
    }
    return best?.name
  }

  /// `X`, `X and Y`, `X, Y and Z`.
  static func list(_ names: [String]) -> String {
    guard let last = names.last else { return "" }
    return names.count == 1 ? last : names.dropLast().joined(separator: ", ") + " and " + last
  }

  /// Letters to insert, drop, replace or swap with their neighbour (optimal string alignment).
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    var row = last
    for i in a.indices {
      row[0] = i + 1
      for j in b.indices {
        row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
        }
      }
      (beforeLast, last, row) = (last, row, beforeLast)
    }
    return last[b.count]
  }
}
