extension RunDifference {
  /// What a user reads: the first difference, the tables that follow, the columns added.
  public var text: String {
    var lines: [String] = []
    if let first = tables.first {
      lines.append("A: \(labelA)")
      lines.append("B: \(labelB)")
      lines.append("the first difference is in \(first.table):")
      lines.append("  \(first.summary)")
      let width = first.context.map { "\($0.row)".count }.max() ?? 0
      for row in first.context {
        let mark = row.side == .both ? " " : row.side == .a ? "A" : "B"
        let number = "\(row.row)"
        let space = String(repeating: " ", count: width - number.count)
        lines.append("  \(mark) \(space)\(number) | \(row.text)")
      }
      lines.append("  \(first.counts)")
      for table in tables.dropFirst() {
        lines.append("\(table.table): \(table.summary); \(table.counts)")
      }
    } else {
      let within = toleranceUlps == 0 ? "" : " within \(toleranceUlps) ulps"
      lines.append("\(labelA) and \(labelB): \(tableCount) tables are equal\(within)")
    }
    for added in addedColumns {
      lines.append(
        "\(added.table): columns added at the right in \(added.inA ? "A" : "B"): "
          + added.columns.joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as a document for scripts.
  public var json: JSONValue {
    [
      "equal": .bool(isEmpty),
      "a": .string(labelA),
      "b": .string(labelB),
      "ulps": .int(Int(clamping: toleranceUlps)),
      "first": tables.first?.json ?? .null,
      "tables": .array(tables.map(\.json)),
      "added_columns": .array(
        addedColumns.map {
          [
            "table": .string($0.table), "side": .string($0.inA ? "a" : "b"),
            "columns": .array($0.columns.map { .string($0) }),
          ]
        }),
    ]
  }
}

extension TableDifference {
  /// One line on what differs first.
  public var summary: String {
    func shown(_ cell: String) -> String { cell.isEmpty ? "empty" : cell }
    switch kind {
    case .missingTable(let inA): return "\(inA ? "A" : "B") does not have the table"
    case .digest(let a, let b): return "SHA-256 was \(a) in A and \(b) in B, and no rows are kept"
    case .header(let column, let a, let b):
      return "column \(column) was \(a ?? "missing") in A and \(b ?? "missing") in B"
    case .cell(let row, let column, let a, let b, let ulps):
      let distance = ulps.map { " (\($0) ulp\($0 == 1 ? "" : "s") apart)" } ?? ""
      return "row \(row), column \(column) was \(shown(a)) in A and \(shown(b)) in B\(distance)"
    case .missingRows(let inA, let from): return "\(inA ? "A" : "B") ends before row \(from)"
    case .unreadable(let inA, let problem):
      return "\(inA ? "A" : "B") cannot be read further: \(problem)"
    }
  }

  var counts: String {
    let largest = largestUlps.map { ", at most \($0) ulps apart" } ?? ""
    return "\(differingRows) of \(min(rowsA, rowsB)) rows differ\(largest)"
      + (rowsA == rowsB ? "" : "; A has \(rowsA) rows, B \(rowsB)")
  }

  var json: JSONValue {
    var object: [String: JSONValue] = [
      "table": .string(table), "summary": .string(summary), "rows_a": .int(rowsA),
      "rows_b": .int(rowsB), "differing_rows": .int(differingRows),
      "largest_ulps": largestUlps.map { .int(Int(clamping: $0)) } ?? .null,
      "context": .array(
        context.map {
          [
            "row": .int($0.row), "side": .string($0.side.rawValue), "text": .string($0.text),
          ]
        }),
    ]
    switch kind {
    case .missingTable(let inA):
      object["kind"] = "missing_table"
      object["side"] = .string(inA ? "a" : "b")
    case .digest(let a, let b):
      object["kind"] = "digest"
      object["value_a"] = .string(a)
      object["value_b"] = .string(b)
    case .header(let column, let a, let b):
      object["kind"] = "header"
      object["column"] = .int(column)
      object["value_a"] = a.map { .string($0) } ?? .null
      object["value_b"] = b.map { .string($0) } ?? .null
    case .cell(let row, let column, let a, let b, let ulps):
      object["kind"] = "cell"
      object["row"] = .int(row)
      object["column"] = .string(column)
      object["value_a"] = .string(a)
      object["value_b"] = .string(b)
      object["ulps"] = ulps.map { .int(Int(clamping: $0)) } ?? .null
    case .missingRows(let inA, let from):
      object["kind"] = "missing_rows"
      object["side"] = .string(inA ? "a" : "b")
      object["row"] = .int(from)
    case .unreadable(let inA, let problem):
      object["kind"] = "unreadable"
      object["side"] = .string(inA ? "a" : "b")
      object["problem"] = .string(problem)
    }
    return .object(object)
  }
}
