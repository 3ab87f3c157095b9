/// The known word that a misspelt one was probably meant to be, for hints in errors.
enum NearestWord {
  /// - Returns: nil where none of `words` is near; the first of several that are equally near.
  static func find(_ word: String, among words: [String]) -> String? {
    let typed = Array(word.lowercased().unicodeScalars.prefix(80))
    var best: (word: String, distance: Int)?
    for candidate in words {
      let meant = Array(candidate.lowercased().unicodeScalars)
      // A third of the letters may be wrong: fewer would miss slips, more would guess.
      let allowed = max(1, max(typed.count, meant.count) / 3)
      let distance = distance(typed, meant)
      guard distance <= allowed, distance < meant.count else { continue }
      if let best, best.distance <= distance { continue }
      best = (candidate, distance)
    }
    return best?.word
  }

  /// `; did you mean epochs?`, or nothing.
  static func hint(_ word: String, among words: [String]) -> String {
    find(word, among: words).map { "; did you mean \($0)?" } ?? ""
  }

  /// The same where an instrument was meant, else the first instruments of the spec.
  static func help(_ word: String, amongInstruments names: [String]) -> String {
    let hint = hint(word, among: names)
    guard hint.isEmpty else { return hint }
    return "; its instruments are " + names.prefix(9).joined(separator: ", ")
      + (names.count > 9 ? ", …" : "")
  }

  /// Letters inserted, dropped, replaced or swapped with their neighbour (optimal string
  /// alignment).
  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    var row = last
    for i in a.indices {
      row[0] = i + 1
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1)
        cost = min(cost, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row[j + 1] = cost
      }
      (beforeLast, last, row) = (last, row, beforeLast)
    }
    return last[b.count]
  }
}
