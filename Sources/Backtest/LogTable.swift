import Journal

/// The tables of a run directory, each from the furthest upstream to the furthest downstream: a
/// first difference between two runs shows in the first of them that differs.
enum LogTable: Int, CaseIterable, Sendable {
  case losses
  case training
  case fitted
  case forecasts
  case scores
  case actions
  case orders
  case fills
  case trades
  case flows
  case equity
  case positions

  /// The tables that a run writes: all but those that it was not asked for.
  static func written(by spec: RunSpec) -> [LogTable] {
    allCases.filter { table in
      switch table {
      case .losses: spec.logs.losses
      case .fitted: spec.logs.fitted
      case .actions: spec.hasActions
      default: true
      }
    }
  }

  var name: String { String(describing: self) }

  var table: Table { Table(name, columns) }

  private var columns: [Column] {
    switch self {
    case .losses:
      return [
        .index("refit", "refits"), .index("epoch", "epochs"), .index("update", "updates"),
        .number("loss", "scaled", isNullable: true),
        .number("validation_loss", "scaled", isNullable: true),
        .number("gradient_norm", "scaled", isNullable: true),
      ]
    case .training:
      return [.index("refit", "refits")] + stamp + [
        .index("samples", "samples"), .index("epochs", "epochs"), .index("updates", "updates"),
        .number("loss_first", "scaled", isNullable: true),
        .number("loss_last", "scaled", isNullable: true),
        .number("validation_loss", "scaled", isNullable: true),
        Column("best_epoch", .int, unit: "epochs", isNullable: true), .text("start", "name"),
      ]
    case .fitted:
      return stamp + [
        .text("target", "name"), .index("horizon", "bars"), .index("refit", "refits"),
        .number("forecast", "target"),
      ] + uncertainty + [.number("actual", "target")]
    case .forecasts:
      return stamp + [
        .text("target", "name"), .index("horizon", "bars"), .index("trained_through_bar", "bars"),
        .index("trained_through_ts_ms", "ms"), .index("refit", "refits"),
        .number("forecast", "target"), .number("naive", "target", isNullable: true),
        .number("mean", "target", isNullable: true),
      ] + uncertainty
    case .scores:
      return stamp + [
        .text("target", "name"), .index("horizon", "bars"), .index("made_at_bar", "bars"),
        .number("forecast", "target"), .number("naive", "target", isNullable: true),
        .number("mean", "target", isNullable: true), .number("actual", "target"),
      ] + uncertainty
    case .actions:
      return stamp + [
        .text("instrument", "name"), .text("kind", "name"), .number("amount", "ratio or price"),
        .number("quantity_before", "units"), .number("quantity_after", "units"),
      ]
    case .orders:
      return [.index("seq", "events")] + stamp + [
        .index("order_id", "orders"), .text("event", "name"), .text("instrument", "name"),
        .text("side", "name"), .text("type", "name"), .number("quantity", "units"),
        .number("limit_price", "price", isNullable: true),
        .number("stop_price", "price", isNullable: true), .text("time_in_force", "name"),
        .text("reason", "name", isNullable: true),
      ]
    case .fills:
      return [.index("seq", "events")] + stamp + [
        .index("order_id", "orders"), .text("instrument", "name"), .text("side", "name"),
        .number("quantity", "units"), .number("price", "price"), .number("fee", "money"),
        .number("slippage", "money"), .text("phase", "name"), .index("ambiguous", "flag"),
        .number("value", "money"),
      ]
    case .trades:
      return [
        .index("trade_id", "trades"), .text("instrument", "name"), .text("side", "name"),
        .index("entry_ts_ms", "ms"), .text("entry_ts", "time"), .index("exit_ts_ms", "ms"),
        .text("exit_ts", "time"), .number("quantity", "units"), .number("entry_price", "price"),
        .number("exit_price", "price"), .number("fees", "money"), .number("pnl", "money"),
        .number("return", "fraction", isNullable: true), .index("bars_held", "bars"),
        .number("mae", "fraction", isNullable: true), .number("mfe", "fraction", isNullable: true),
        .index("entry_order_id", "orders"), .index("exit_order_id", "orders"),
        .text("exit_reason", "name"), .index("ambiguous", "flag"),
      ]
    case .flows:
      return stamp + [
        .text("instrument", "name", isNullable: true), .text("kind", "name"),
        .number("amount", "money"),
      ]
    case .equity:
      return stamp + [
        .number("cash", "money"), .number("position_value", "money"), .number("equity", "money"),
        .number("drawdown", "fraction"), .number("gross_exposure", "money"),
        .number("net_exposure", "money"),
      ]
    case .positions:
      return [
        .text("instrument", "name"), .number("quantity", "units"),
        .number("average_price", "price"), .number("mark_price", "price"),
        .number("unrealised_pnl", "money"), .number("value", "money"),
      ]
    }
  }

  /// Quantiles, and how far the members of an ensemble lie apart.
  private var uncertainty: [Column] {
    ["lower", "upper", "spread"].map { .number($0, "target", isNullable: true) }
  }

  private var stamp: [Column] {
    [.index("bar", "bars"), .index("ts_ms", "ms"), .text("ts", "time")]
  }
}

extension Column {
  fileprivate static func index(_ name: String, _ unit: String) -> Column {
    Column(name, .int, unit: unit)
  }
  fileprivate static func number(_ name: String, _ unit: String, isNullable: Bool = false) -> Column
  {
    Column(name, .float, unit: unit, isNullable: isNullable)
  }
  fileprivate static func text(_ name: String, _ unit: String, isNullable: Bool = false) -> Column {
    Column(name, .text, unit: unit, isNullable: isNullable)
  }
}
