import Bytes
import Journal

/// A small run directory with two tables, written as a run writes it.
struct SampleRun {
  static let equity = Table(
    "equity",
    [
      Column("bar", .int), Column("ts", .text), Column("cash", .float, unit: "money"),
      Column("drawdown", .float, isNullable: true),
    ])
  static let orders = Table(
    "orders", [Column("seq", .int), Column("reason", .text, isNullable: true)])

  let path: String
  let manifest: Manifest

  @discardableResult
  init(
    at path: String, rows: Int = 1500, orders: Table = SampleRun.orders,
    cash: (Int) -> Double = { 100 + Double($0) / 7 }
  ) throws {
    self.path = path
    let folder = try RunFolder(claiming: path, tables: ["equity", "orders"])
    let spec = Array("name: sample\n".utf8)
    try folder.write(spec, to: "spec.yaml")
    var manifest = Manifest(
      status: .complete, name: "sample", seed: 7, specSHA256: SHA256.hex(of: spec))
    manifest.inputs = [
      InputRecord(instrument: "X", file: "x.csv", rows: 3, sha256: SHA256.hex(of: []))
    ]
    manifest.metrics = [
      "equity": ["final": .number(100), "sharpe": JSONValue(Double.nan)], "trades": 3,
    ]
    manifest.caveats = ["fills at this_close"]
    manifest.openOrders = [["order_id": 3, "quantity": 1.5]]
    manifest.environment = ["threads": 2, "cpu": "a \"fast\" one\n\u{1}é"]

    let writer = try TableWriter(folder.tableFile("equity"), SampleRun.equity)
    for index in 0..<rows {
      writer.append(index)
      writer.append("2024-01-01T00:00:00.000Z")
      writer.append(cash(index))
      writer.append(index % 4 == 0 ? nil : -1 / Double(index))
      try writer.endRow()
    }
    manifest.tables["equity"] = try writer.finish()
    let second = try TableWriter(folder.tableFile("orders"), orders)
    for index in 0..<10 {
      second.append(index)
      second.append(index == 4 ? nil : "because, \(index)")
      for column in orders.columns.dropFirst(2) {
        if column.type == .int { second.append(index) } else { second.appendMissing() }
      }
      try second.endRow()
    }
    manifest.tables["orders"] = try second.finish()
    try folder.write(manifest)
    self.manifest = manifest
  }
}
