import Backtest
import Bytes
import Journal

/// One or several finished runs side by side, as a table a person reads.
struct RunSummary {
  private let manifests: [Manifest]
  private let folders: [String]

  init(_ manifests: [Manifest], folders: [String]) {
    self.manifests = manifests
    self.folders = folders
  }

  var text: String {
    var lines = table
    for (manifest, folder) in zip(manifests, folders) {
      lines.append("")
      lines += horizonTable(manifest)
      lines += remarks(manifest, folder)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var table: [String] {
    var rows: [[String]] = [[""] + manifests.map(\.name)]
    if manifests.contains(where: { $0.metrics["count"] != nil }) {
      rows.append(["Forecast"] + horizons)
      rows += cells(Headline.forecast)
      rows.append([])
    }
    rows.append(["Account"])
    rows += cells(Headline.account)
    return TextTable.lines(rows)
  }

  private var horizons: [String] {
    manifests.map { $0.metrics["horizon"]?.intValue.map { "horizon \($0)" } ?? "" }
  }

  /// Rows that no run has a figure for are left out.
  private func cells(_ headlines: [Headline]) -> [[String]] {
    headlines.compactMap { headline in
      row(headline, manifests.map { $0.metrics[headline.key] })
    }
  }

  private func row(_ headline: Headline, _ values: [JSONValue?]) -> [String]? {
    let cells = values.map { value in
      value.map { $0.doubleValue.map(headline.show) ?? "n/a" } ?? ""
    }
    return cells.allSatisfy { $0.isEmpty || $0 == "n/a" } ? nil : [headline.label] + cells
  }

  /// The forecast figures of a run of several horizons, one column each.
  private func horizonTable(_ manifest: Manifest) -> [String] {
    let horizons = (manifest.metrics["horizons"]?.arrayValue ?? []).compactMap(\.intValue)
    guard horizons.count > 1 else { return [] }
    var rows = [["  \(manifest.name), by horizon"] + horizons.map(String.init)]
    for headline in Headline.forecast {
      let values = horizons.enumerated().map { index, horizon in
        manifest.metrics[headline.key + (index == 0 ? "" : "_h\(horizon)")]
      }
      if var row = row(headline, values) {
        row[0] = "  " + row[0]
        rows.append(row)
      }
    }
    return TextTable.lines(rows) + [""]
  }

  private func remarks(_ manifest: Manifest, _ folder: String) -> [String] {
    var lines = ["\(manifest.name): \(verdict(manifest))"]
    for leak in manifest.leaks { lines.append("  leak: \(leak)") }
    for caveat in manifest.caveats { lines.append("  caveat: \(caveat)") }
    for warning in manifest.warnings { lines.append("  warning: \(warning)") }
    if let text = ambiguity(manifest) { lines.append("  ambiguous: \(text)") }
    if let needed = washout(manifest) { lines.append("  state: \(needed)") }
    if !manifest.omitted.isEmpty, manifest.metrics["trades"] != nil {
      lines.append("  left out of the costs: \(manifest.omitted.joined(separator: ", "))")
    }
    let digest = manifest.tables.isEmpty ? "" : ", digest \(manifest.digest.prefix(12))"
    let seconds = manifest.environment["wall_seconds"]?.doubleValue ?? 0
    let time = manifest.status == .complete ? "" : " (\(manifest.status.rawValue))"
    lines.append("  logs: \(folder)\(digest), \(DecimalText.fixed(seconds, places: 2)) s\(time)")
    return lines
  }

  /// How much of the profit rests on fills that depend on the path within their bar; nil where none does.
  private func ambiguity(_ manifest: Manifest) -> String? {
    guard let fills = manifest.metrics["ambiguous_fills"]?.doubleValue, fills > 0 else {
      return nil
    }
    let count = DecimalText.fixed(fills, places: 0)
    var text =
      "\(count) fill\(fills == 1 ? "" : "s") depend\(fills == 1 ? "s" : "") on the path within "
      + "\(fills == 1 ? "its" : "their") bar"
    guard let profit = manifest.metrics["ambiguous_profit"]?.doubleValue else { return text }
    text += "; the trades that rest on \(fills == 1 ? "it" : "them") made "
    text += DecimalText.fixed(profit, places: 2)
    if let share = manifest.metrics["ambiguous_profit_share"]?.doubleValue {
      return text + ", \(DecimalText.percent(share)) of the net profit of all closed trades"
    }
    let reason = manifest.metrics["undefined"]?["ambiguous_profit_share"]?.stringValue
    return text + (reason.map { " (\($0))" } ?? "")
  }

  /// How much history a stateful network's last forecast rests on, to within 1 % of what labels vary.
  private func washout(_ manifest: Manifest) -> String? {
    guard let rows = manifest.metrics["washout"]?.arrayValue,
      let horizon = manifest.metrics["horizon"]
    else { return nil }
    let changes = rows.filter { $0["horizon"] == horizon }.compactMap { row in
      row["bars"]?.intValue.map { ($0, abs(row["relative_change"]?.doubleValue ?? 0)) }
    }
    guard let last = changes.last else { return nil }
    guard let lastLarge = changes.lastIndex(where: { $0.1 > 0.01 }) else {
      return "the last bar alone gives the last forecast, to within 1 % of the labels' deviation"
    }
    guard lastLarge + 1 < changes.count else {
      return "the last \(last.0) bars are too few for the last forecast: it moves by "
        + DecimalText.percent(last.1) + " of the labels' deviation"
    }
    return "the last \(changes[lastLarge + 1].0) bars give the last forecast, to within 1 % of the "
      + "labels' deviation"
  }

  private func verdict(_ manifest: Manifest) -> String {
    if manifest.status == .interrupted { return "interrupted; `pawl resume` goes on with it." }
    return manifest.metrics["verdict"]?["text"]?.stringValue ?? ""
  }
}
