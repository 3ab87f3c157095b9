import Bytes
import Journal

/// A figure of a manifest that a summary shows.
struct Headline {
  enum Style {
    case count
    case money
    case percent
    case ratio
    case probability
    case bps
    case significant
  }

  var label: String
  /// Its key in the manifest's `metrics`.
  var key: String
  var style: Style

  init(_ label: String, _ key: String, _ style: Style) {
    self.label = label
    self.key = key
    self.style = style
  }

  static let forecast = [
    Headline("forecasts scored", "count", .count),
    Headline("RMSE", "rmse", .significant),
    Headline("MAE", "mae", .significant),
    Headline("MASE", "mase", .ratio),
    Headline("sMAPE", "smape", .percent),
    Headline("skill against the best baseline", "skill", .percent),
    Headline("  against the newest label", "skill_naive", .percent),
    Headline("  against the mean", "skill_mean", .percent),
    Headline("  against zero", "skill_zero", .percent),
    Headline("Clark-West p, largest", "clark_west_p", .probability),
    Headline("Diebold-Mariano p", "diebold_mariano_p", .probability),
    Headline("Pesaran-Timmermann p", "pesaran_timmermann_p", .probability),
    Headline("hit rate", "hit_rate", .percent),
    Headline("information coefficient", "information_coefficient", .ratio),
    Headline("rank information coefficient", "rank_information_coefficient", .ratio),
    Headline("move ratio", "move_ratio", .ratio),
    Headline("echo, bars", "echo", .count),
    Headline("within the interval", "interval_coverage", .percent),
    Headline("  nominal", "interval_nominal", .percent),
    Headline("pinball loss of its ends", "pinball_loss", .significant),
    Headline("spread of the ensemble, mean", "ensemble_spread", .significant),
    Headline("skill of the oracle", "oracle_skill", .percent),
    Headline("share of the oracle's skill", "skill_share_of_oracle", .percent),
  ]

  static let account = [
    Headline("bars tested", "bars", .count),
    Headline("net profit", "net_profit", .money),
    Headline("CAGR", "cagr", .percent),
    Headline("volatility a year", "volatility", .percent),
    Headline("Sharpe ratio", "sharpe", .ratio),
    Headline("Sortino ratio", "sortino", .ratio),
    Headline("maximum drawdown", "max_drawdown", .percent),
    Headline("bars with a position", "exposure", .percent),
    Headline("turnover a year", "turnover", .ratio),
    Headline("trades closed", "trades", .count),
    Headline("profit factor", "profit_factor", .ratio),
    Headline("cost charged, bps a side", "cost_bps", .bps),
    Headline("break-even cost, bps a side", "break_even_cost_bps", .bps),
    Headline("bars a year", "bars_per_year", .significant),
  ]

  func show(_ value: Double) -> String {
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
}

/// Cells in columns: the first to the left, the others to the right.
enum TextTable {
  static func lines(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
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
}
