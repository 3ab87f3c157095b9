import Journal

/// The tables of a run directory, each from the furthest upstream to the furthest downstream: a
/// first difference between two runs shows in the first of them that differs.
enum LogTable: Int, CaseIterable, Sendable {
  case training
  case forecasts
  case scores
  case orders
  case fills
  case trades
  case flows
  case equity
  case positions

  var name: String { String(describing: self) }

  var table: Table { Table(name, columns) }

  private var columns: [Column] {
    switch self {
    case .training:
      return [.index("refit", "refits")] + stamp + [
        .index("samples", "samples"), .index("epochs", "epochs"), .index("updates", "updates"),
        .number("loss_first", "scaled"), .number("loss_last", "scaled"),
        .number("validation_loss", "scaled", isNullable: true),
      ]
    case .forecasts:
      return stamp + [
        .text("target", "name"), .index("horizon", "bars"), .index("trained_through_bar", "bars"),
        .index("trained_through_ts_ms", "ms"), .index("refit", "refits"),
        .number("forecast", "target"), .number("naive", "target", isNullable: true),
        .number("mean", "target", isNullable: true),
      ]
    case .scores:
      return stamp + [
        .text("target", "name"), .index("horizon", "bars"), .index("made_at_bar", "bars"),
        .number("forecast", "target"), .number("naive", "target", isNullable: true),
        .number("mean", "target", isNullable: true), .number("actual", "target"),
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
        .text("exit_reason", "name"),
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
        .number("unrealised_pnl", "money"),
      ]
    }
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
