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
      lines += remarks(manifest, folder)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private enum Style {
    case count
    case money
    case percent
    case ratio
    case probability
    case bps
    case significant
  }

  private typealias Row = (label: String, key: String, style: Style)

  private static let forecastRows: [Row] = [
    ("forecasts scored", "count", .count),
    ("RMSE", "rmse", .significant),
    ("skill against the best baseline", "skill", .percent),
    ("  against the newest label", "skill_naive", .percent),
    ("  against the mean", "skill_mean", .percent),
    ("  against zero", "skill_zero", .percent),
    ("Clark-West p, largest", "clark_west_p", .probability),
    ("hit rate", "hit_rate", .percent),
    ("information coefficient", "information_coefficient", .ratio),
    ("skill of the oracle", "oracle_skill", .percent),
    ("share of the oracle's skill", "skill_share_of_oracle", .percent),
  ]

  private static let returnRows: [Row] = [
    ("bars tested", "bars", .count),
    ("net profit", "net_profit", .money),
    ("CAGR", "cagr", .percent),
    ("volatility a year", "volatility", .percent),
    ("Sharpe ratio", "sharpe", .ratio),
    ("Sortino ratio", "sortino", .ratio),
    ("maximum drawdown", "max_drawdown", .percent),
    ("bars with a position", "exposure", .percent),
    ("turnover a year", "turnover", .ratio),
    ("trades closed", "trades", .count),
    ("profit factor", "profit_factor", .ratio),
    ("cost charged, bps a side", "cost_bps", .bps),
    ("break-even cost, bps a side", "break_even_cost_bps", .bps),
    ("bars a year", "bars_per_year", .significant),
  ]

  private var table: [String] {
    var rows: [[String]] = [[""] + manifests.map(\.name)]
    if manifests.contains(where: { $0.metrics["count"] != nil }) {
      rows.append(["Forecast"] + horizons)
      rows += cells(Self.forecastRows)
      rows.append([])
    }
    rows.append(["Account"])
    rows += cells(Self.returnRows)
    let columns = manifests.count + 1
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let space = String(repeating: " ", count: widths[column] - cell.count)
        line += column == 0 ? cell + space : "  " + space + cell
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private var horizons: [String] {
    manifests.map { $0.metrics["horizon"]?.intValue.map { "horizon \($0)" } ?? "" }
  }

  /// Rows that no run has a figure for are left out.
  private func cells(_ rows: [Row]) -> [[String]] {
    rows.compactMap { row in
      let cells = manifests.map { manifest in
        guard let value = manifest.metrics[row.key] else { return "" }
        return value.doubleValue.map { Self.show($0, row.style) } ?? "n/a"
      }
      return cells.allSatisfy { $0.isEmpty || $0 == "n/a" } ? nil : [row.label] + cells
    }
  }

  private static func show(_ value: Double, _ style: Style) -> String {
    switch style {
    case .count: DecimalText.fixed(value, places: 0)
    case .money: DecimalText.fixed(value, places: 2)
    case .percent: DecimalText.percent(value, places: 2)
    case .ratio: DecimalText.fixed(value, places: 2)
    case .probability: value < 0.0005 ? "< 0.001" : DecimalText.fixed(value, places: 3)
    case .bps: DecimalText.fixed(value, places: 2)
    case .significant: DecimalText.significant(value)
    }
  }

  private func remarks(_ manifest: Manifest, _ folder: String) -> [String] {
    var lines = ["\(manifest.name): \(verdict(manifest))"]
    for leak in manifest.leaks { lines.append("  leak: \(leak)") }
    for caveat in manifest.caveats { lines.append("  caveat: \(caveat)") }
    for warning in manifest.warnings { lines.append("  warning: \(warning)") }
    if !manifest.omitted.isEmpty, manifest.metrics["trades"] != nil {
      lines.append("  left out of the costs: \(manifest.omitted.joined(separator: ", "))")
    }
    let digest = manifest.tables.isEmpty ? "" : ", digest \(manifest.digest.prefix(12))"
    let seconds = manifest.environment["wall_seconds"]?.doubleValue ?? 0
    let time = manifest.status == .complete ? "" : " (\(manifest.status.rawValue))"
    lines.append("  logs: \(folder)\(digest), \(DecimalText.fixed(seconds, places: 2)) s\(time)")
    return lines
  }

  private func verdict(_ manifest: Manifest) -> String {
    if manifest.status == .interrupted { return "interrupted; `pawl resume` goes on with it." }
    return manifest.metrics["verdict"]?["text"]?.stringValue ?? ""
  }
}
