// Where the columns of the logs stand, looked up once.

struct StampColumns {
  let bar: Int
  var milliseconds: Int { bar + 1 }
  var text: Int { bar + 2 }

  init(_ table: LogTable) { bar = table.index("bar") }
}

enum TrainingColumns {
  static let refit = LogTable.training.index("refit")
  static let bar = LogTable.training.index("bar")
  static let samples = LogTable.training.index("samples")
  static let bestEpoch = LogTable.training.index("best_epoch")
  static let start = LogTable.training.index("start")
}

enum LossColumns {
  static let refit = LogTable.losses.index("refit")
  static let epoch = LogTable.losses.index("epoch")
  static let update = LogTable.losses.index("update")
}

enum FittedColumns {
  static let bar = LogTable.fitted.index("bar")
  static let horizon = LogTable.fitted.index("horizon")
  static let refit = LogTable.fitted.index("refit")
}

/// `lower`, `upper` and `spread` of a table.
struct UncertaintyColumns {
  let lower: Int
  var upper: Int { lower + 1 }
  var spread: Int { lower + 2 }

  init(_ table: LogTable) { lower = table.index("lower") }
}

enum ForecastColumns {
  static let bar = LogTable.forecasts.index("bar")
  static let horizon = LogTable.forecasts.index("horizon")
  static let trainedThroughBar = LogTable.forecasts.index("trained_through_bar")
  static let trainedThroughTime = LogTable.forecasts.index("trained_through_ts_ms")
  static let refit = LogTable.forecasts.index("refit")
  static let forecast = LogTable.forecasts.index("forecast")
  static let naive = LogTable.forecasts.index("naive")
  static let mean = LogTable.forecasts.index("mean")
  static let lower = LogTable.forecasts.index("lower")
  static let upper = LogTable.forecasts.index("upper")
  static let spread = LogTable.forecasts.index("spread")
}

enum ScoreColumns {
  static let bar = LogTable.scores.index("bar")
  static let horizon = LogTable.scores.index("horizon")
  static let madeAtBar = LogTable.scores.index("made_at_bar")
  static let forecast = LogTable.scores.index("forecast")
  static let naive = LogTable.scores.index("naive")
  static let mean = LogTable.scores.index("mean")
  static let lower = LogTable.scores.index("lower")
  static let upper = LogTable.scores.index("upper")
  static let spread = LogTable.scores.index("spread")
  static let actual = LogTable.scores.index("actual")
}

enum OrderColumns {
  static let sequence = LogTable.orders.index("seq")
  static let bar = LogTable.orders.index("bar")
  static let id = LogTable.orders.index("order_id")
  static let event = LogTable.orders.index("event")
  static let instrument = LogTable.orders.index("instrument")
  static let side = LogTable.orders.index("side")
  static let type = LogTable.orders.index("type")
  static let quantity = LogTable.orders.index("quantity")
  static let limitPrice = LogTable.orders.index("limit_price")
  static let reason = LogTable.orders.index("reason")
}

enum FillColumns {
  static let sequence = LogTable.fills.index("seq")
  static let bar = LogTable.fills.index("bar")
  static let milliseconds = LogTable.fills.index("ts_ms")
  static let orderID = LogTable.fills.index("order_id")
  static let instrument = LogTable.fills.index("instrument")
  static let side = LogTable.fills.index("side")
  static let quantity = LogTable.fills.index("quantity")
  static let price = LogTable.fills.index("price")
  static let fee = LogTable.fills.index("fee")
  static let slippage = LogTable.fills.index("slippage")
  static let phase = LogTable.fills.index("phase")
  static let ambiguous = LogTable.fills.index("ambiguous")
  static let value = LogTable.fills.index("value")
}

enum TradeColumns {
  static let id = LogTable.trades.index("trade_id")
  static let instrument = LogTable.trades.index("instrument")
  static let side = LogTable.trades.index("side")
  static let entryTime = LogTable.trades.index("entry_ts_ms")
  static let exitTime = LogTable.trades.index("exit_ts_ms")
  static let quantity = LogTable.trades.index("quantity")
  static let entryPrice = LogTable.trades.index("entry_price")
  static let exitPrice = LogTable.trades.index("exit_price")
  static let fees = LogTable.trades.index("fees")
  static let pnl = LogTable.trades.index("pnl")
  static let returnFraction = LogTable.trades.index("return")
  static let barsHeld = LogTable.trades.index("bars_held")
  static let mae = LogTable.trades.index("mae")
  static let mfe = LogTable.trades.index("mfe")
  static let entryOrderID = LogTable.trades.index("entry_order_id")
  static let exitOrderID = LogTable.trades.index("exit_order_id")
  static let ambiguous = LogTable.trades.index("ambiguous")
}

enum ActionColumns {
  static let bar = LogTable.actions.index("bar")
  static let instrument = LogTable.actions.index("instrument")
  static let kind = LogTable.actions.index("kind")
  static let amount = LogTable.actions.index("amount")
  static let quantityBefore = LogTable.actions.index("quantity_before")
  static let quantityAfter = LogTable.actions.index("quantity_after")
}

enum FlowColumns {
  static let bar = LogTable.flows.index("bar")
  static let instrument = LogTable.flows.index("instrument")
  static let kind = LogTable.flows.index("kind")
  static let amount = LogTable.flows.index("amount")
}

enum EquityColumns {
  static let bar = LogTable.equity.index("bar")
  static let milliseconds = LogTable.equity.index("ts_ms")
  static let cash = LogTable.equity.index("cash")
  static let positionValue = LogTable.equity.index("position_value")
  static let equity = LogTable.equity.index("equity")
  static let drawdown = LogTable.equity.index("drawdown")
  static let gross = LogTable.equity.index("gross_exposure")
  static let net = LogTable.equity.index("net_exposure")
}

enum PositionColumns {
  static let instrument = LogTable.positions.index("instrument")
  static let quantity = LogTable.positions.index("quantity")
  static let average = LogTable.positions.index("average_price")
  static let mark = LogTable.positions.index("mark_price")
  static let unrealised = LogTable.positions.index("unrealised_pnl")
  static let value = LogTable.positions.index("value")
}
