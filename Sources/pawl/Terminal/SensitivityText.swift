import Backtest
import Bytes
import Journal
import Performance

/// How the result of a run depends on what nobody knows, as a table that a person reads.
struct SensitivityText {
  let table: SensitivityTable
  /// Of the run itself.
  let manifest: Manifest

  var text: String {
    var rows = [
      [
        "Sensitivity: one thing changed", "net profit", "Sharpe", "max drawdown", "trades",
        "on ambiguous fills",
      ],
      ["the run itself"] + SensitivityTable.names.map(own),
    ]
    var notes: [String] = []
    for question in Sensitivity.Question.allCases {
      let variants = table.rows.filter { $0.question == question }
      guard !variants.isEmpty else { continue }
      rows.append([Self.title(of: question)])
      for row in variants {
        let name = "  \(row.value)\(row.isSpec ? " (the run)" : "")"
        switch row.result {
        case .success(let metrics): rows.append([name] + metrics.map(MetricText.show))
        case .failure(let failure):
          rows.append([name] + SensitivityTable.names.map { _ in "n/a" })
          notes.append("\(Self.title(of: question)) \(row.value) failed: \(failure)")
        }
      }
    }
    notes.append("cost: in place of the spec's own fees and slippage")
    notes += table.omissions.map { "\(Self.title(of: $0.question)): left out, \($0.reason)" }
    notes += [breakEven, capacity]
    return (TextTable.lines(rows) + notes).joined(separator: "\n") + "\n"
  }

  private static func title(of question: Sensitivity.Question) -> String {
    switch question {
    case .path: "path within the bar"
    case .delay: "delay, bars"
    case .cost: "cost, bps a side"
    case .seed: "seed, trained anew"
    case .bars: "seed of the bars"
    }
  }

  private func own(_ name: String) -> String {
    guard let value = manifest.metrics[name]?.doubleValue else { return "n/a" }
    return switch name {
    case "net_profit": MetricText.show(value, .money)
    case "sharpe": MetricText.show(value, .ratio)
    case "trades": MetricText.show(value, .count)
    default: MetricText.show(value, .fraction)
    }
  }

  private var capacity: String {
    let found = table.capacity
    let law = "impact by the square-root law, Y = \(DecimalText.significant(found.impact))"
    guard let size = found.size.value, let gross = found.grossProfit.value,
      let cost = found.impactCost.value
    else { return "capacity: n/a, \(found.size.reason ?? "")" }
    return "capacity: \(law), costs \(DecimalText.fixed(cost, places: 2)) of a gross profit of "
      + "\(DecimalText.fixed(gross, places: 2)); it takes half at "
      + "\(DecimalText.significant(size)) times the size"
  }

  private var breakEven: String {
    let metrics = manifest.metrics
    guard let breakEven = metrics["break_even_cost_bps"]?.doubleValue,
      let charged = metrics["cost_bps"]?.doubleValue
    else {
      let reason = metrics["undefined"]?["break_even_cost_bps"]?.stringValue ?? ""
      return "break-even cost: n/a, \(reason)"
    }
    return "break-even cost: \(DecimalText.fixed(breakEven, places: 2)) bps a side; the run was "
      + "charged \(DecimalText.fixed(charged, places: 2))"
  }
}
