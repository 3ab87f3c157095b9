import Journal

/// What runs of one spec with several seeds have in common, and how far they lie apart.
struct SeedSummary {
  private let folder: String
  private let manifests: [Manifest]
  private let folders: [String]

  /// - Precondition: there is a run, and a folder for each.
  init(folder: String, manifests: [Manifest], folders: [String]) {
    precondition(!manifests.isEmpty && manifests.count == folders.count, "each run has a folder")
    self.folder = folder
    self.manifests = manifests
    self.folders = folders
  }

  var text: String {
    let seeds = manifests.map(\.seed)
    var rows = [
      [manifests[0].name, "median", "quartiles", "", "range", "", "undefined"]
    ]
    for (title, headlines) in [("Forecast", Headline.forecast), ("Account", Headline.account)] {
      let figures = headlines.compactMap { headline in row(headline) }
      if !figures.isEmpty { rows += [[title]] + figures + [[]] }
    }
    rows.removeLast()
    var lines = TextTable.lines(rows)
    lines.append("")
    lines.append(
      "\(manifests[0].name): \(seeds.count) seed\(seeds.count == 1 ? "" : "s"), "
        + "\(seeds.min() ?? 0) to \(seeds.max() ?? 0)")
    for (kind, count) in verdicts { lines.append("  verdict \(kind): \(count) of \(seeds.count)") }
    for leak in manifests[0].leaks { lines.append("  leak: \(leak)") }
    for caveat in manifests[0].caveats { lines.append("  caveat: \(caveat)") }
    let unfinished = manifests.count { $0.status != .complete }
    if unfinished > 0 {
      lines.append("  interrupted: \(unfinished); `pawl resume` goes on with each")
    }
    lines.append("  logs: \(folder)/seed-N")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Nil where no run has the figure; a figure that is the same in all is told once.
  private func row(_ headline: Headline) -> [String]? {
    guard let spread = Quartiles(values(of: headline.key)) else { return nil }
    let undefined = manifests.count - spread.count
    var row = [headline.label, headline.show(spread.median)]
    if spread.least < spread.most {
      row += [spread.lower, spread.upper, spread.least, spread.most].map(headline.show)
    } else {
      row += ["", "", "", ""]
    }
    return row + [undefined > 0 ? "\(undefined)" : ""]
  }

  private func values(of key: String) -> [Double] {
    manifests.compactMap { $0.metrics[key]?.doubleValue }
  }

  /// How many runs came to each verdict, the most frequent first.
  private var verdicts: [(kind: String, count: Int)] {
    var counts: [String: Int] = [:]
    for manifest in manifests {
      let kind = manifest.metrics["verdict"]?["kind"]?.stringValue ?? "none"
      counts[kind, default: 0] += 1
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  var json: JSONValue {
    var metrics: [String: JSONValue] = [:]
    for key in Set(manifests.flatMap(\.metrics.keys)) {
      guard let spread = Quartiles(values(of: key)) else { continue }
      metrics[key] = [
        "median": .number(spread.median), "lower_quartile": .number(spread.lower),
        "upper_quartile": .number(spread.upper), "least": .number(spread.least),
        "most": .number(spread.most), "count": .int(spread.count),
      ]
    }
    return [
      "name": .string(manifests[0].name), "folder": .string(folder),
      "seeds": .array(manifests.map { .int($0.seed) }),
      "runs": .array(
        zip(manifests, folders).map { manifest, folder in
          [
            "seed": .int(manifest.seed), "folder": .string(folder),
            "status": .string(manifest.status.rawValue), "digest": .string(manifest.digest),
            "verdict": manifest.metrics["verdict"]?["kind"] ?? .null,
          ]
        }),
      "verdicts": .object(
        Dictionary(uniqueKeysWithValues: verdicts.map { ($0.kind, .int($0.count)) })),
      "metrics": .object(metrics),
      "leaks": .array(manifests[0].leaks.map { .string($0) }),
      "caveats": .array(manifests[0].caveats.map { .string($0) }),
    ]
  }
}

/// Median, quartiles and ends of some numbers.
struct Quartiles {
  let count: Int
  let least: Double
  let lower: Double
  let median: Double
  let upper: Double
  let most: Double

  /// Between two values the quartile is interpolated (type 7 of Hyndman and Fan, 1996).
  ///
  /// - Returns: nil where there is no value.
  init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let least = sorted.first, let most = sorted.last else { return nil }
    func quantile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let below = Int(place)
      let above = min(below + 1, sorted.count - 1)
      return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
    }
    count = sorted.count
    (self.least, self.most) = (least, most)
    (lower, median, upper) = (quantile(0.25), quantile(0.5), quantile(0.75))
  }
}
