import Journal
import Performance

/// The figures of a run's variants side by side.
public struct SensitivityTable: Sendable {
  /// What came of a variant.
  public struct Row: Sendable {
    public var question: Sensitivity.Question
    public var value: String
    public var isSpec: Bool
    /// Or what kept it from its end.
    public var result: Result<[Metric], SensitivityFailure>
  }

  public var rows: [Row]
  public var omissions: [Sensitivity.Omission]
  /// How large the run may become.
  public var capacity: MarketCapacity
  /// The run's own metrics, from its manifest.
  private let run: [String: JSONValue]

  /// - Parameters:
  ///   - sensitivity: the variants.
  ///   - results: what came of each.
  ///   - capacity: how large the run may become.
  ///   - manifest: of the run itself.
  public init(
    _ sensitivity: Sensitivity, results: [Result<RunFigures, RunFailure>],
    capacity: MarketCapacity, manifest: Manifest
  ) {
    precondition(results.count == sensitivity.variants.count, "each variant has a result")
    run = manifest.metrics
    self.capacity = capacity
    rows = zip(sensitivity.variants, results).map { variant, result in
      Row(
        question: variant.question, value: variant.value, isSpec: variant.isSpec,
        result: result.map(\.sensitivityMetrics).mapError {
          SensitivityFailure(description: $0.description)
        })
    }
    omissions = sensitivity.omissions
  }

  /// The figures that stand in it, in their order.
  public static let names = [
    "net_profit", "sharpe", "max_drawdown", "trades", "ambiguous_profit_share",
  ]

  /// What `sensitivity.json` holds.
  public var json: JSONValue {
    [
      "run": .object(
        Dictionary(
          uniqueKeysWithValues: (Self.names + ["cost_bps", "break_even_cost_bps"]).map {
            ($0, run[$0] ?? .null)
          })),
      "capacity": .object(members(of: capacity.metrics)),
      "variants": .array(rows.map(\.json)),
      "omitted": .array(
        omissions.map {
          ["question": .string($0.question.rawValue), "reason": .string($0.reason)]
        }),
    ]
  }
}

/// What kept a variant from its end.
public struct SensitivityFailure: Error, Equatable, Sendable, CustomStringConvertible {
  public var description: String
}

extension RunFigures {
  /// What a variant is judged by, in the order of `SensitivityTable.names`.
  fileprivate var sensitivityMetrics: [Metric] {
    let all = returns.metrics + trades.report.metrics + ambiguous.metrics
    return SensitivityTable.names.compactMap { name in all.first { $0.name == name } }
  }
}

extension SensitivityTable.Row {
  fileprivate var json: JSONValue {
    var row: [String: JSONValue] = [
      "question": .string(question.rawValue), "value": .string(value), "is_spec": .bool(isSpec),
    ]
    switch result {
    case .success(let metrics):
      row.merge(members(of: metrics)) { $1 }
    case .failure(let failure): row["failed"] = .string(failure.description)
    }
    return .object(row)
  }
}

/// Figures by name, and under `undefined` the reasons of those without a value.
private func members(of metrics: [Metric]) -> [String: JSONValue] {
  var table = FigureTable()
  table.put(metrics)
  return table.values.merging(["undefined": .object(table.reasons)]) { $1 }
}
