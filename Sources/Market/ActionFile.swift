import Bytes

/// A file of splits and dividends, read whole.
public struct ActionFile: Equatable, Sendable {
  /// In the order in which they take effect: by day, dividends before splits.
  public var actions: [CorporateAction]
  /// SHA-256 of the file's bytes as they lie on disk.
  public var sha256: String
  public var rows: Int { actions.count }

  /// Reads a file with the header `date,kind,value`.
  ///
  /// - Parameters:
  ///   - path: of a `.csv`, `.csv.gz` or `.csv.zst`.
  ///   - zone: in which its days begin.
  /// - Throws: `BarError` at the first row that is no action, or stands out of order.
  public init(path: String, zone: Zone = .utc) throws(BarError) {
    let hash = SHA256()
    let rows = try CSVRows(path: path, hash: hash)
    guard try rows.next() else {
      throw BarError("the file was empty, 'date,kind,value' is needed", file: path)
    }
    let header = (0..<rows.cellCount).map { String(decoding: rows.cell($0), as: UTF8.self) }
    guard header == ActionFile.header else {
      var shown = header.joined(separator: ",")
      throw BarError(
        "the header was \(shown.withUTF8 { quoted($0) }), 'date,kind,value' is needed", file: path,
        line: rows.line)
    }
    actions = []
    var previous: Int?
    var splitDay: Int?
    while try rows.next() {
      let row = ActionRow(rows, path: path)
      let (day, kind) = try row.read()
      if let previous, day < previous {
        throw row.refuse(
          "date was \(CivilDate(day: day).iso8601), \(CivilDate(day: previous).iso8601) or later, "
            + "as in the row before, is needed")
      }
      if case .split = kind {
        guard splitDay != day else {
          throw row.refuse(
            "\(CivilDate(day: day).iso8601) had a second split, one of both ratios together is needed"
          )
        }
        splitDay = day
      }
      previous = day
      actions.append(CorporateAction(time: zone.instant(0, ofDay: day), kind: kind))
    }
    ActionFile.order(&actions)
    sha256 = hash.finishHex()
  }

  private static let header = ["date", "kind", "value"]
  /// Beyond it positions and prices would leave what numbers can hold.
  fileprivate static let largestRatio = 100_000.0

  /// Puts the dividends of each day before its split: they are for the units held before it.
  private static func order(_ actions: inout [CorporateAction]) {
    var start = 0
    while start < actions.count {
      var end = start
      while end < actions.count, actions[end].time == actions[start].time { end += 1 }
      let day = actions[start..<end]
      actions.replaceSubrange(
        start..<end, with: day.filter { !$0.isSplit } + day.filter(\.isSplit))
      start = end
    }
  }
}

/// A row of a file of actions.
private struct ActionRow {
  let rows: CSVRows
  let path: String

  init(_ rows: CSVRows, path: String) {
    self.rows = rows
    self.path = path
  }

  func refuse(_ message: String) -> BarError { BarError(message, file: path, line: rows.line) }

  func read() throws(BarError) -> (day: Int, kind: CorporateAction.Kind) {
    guard rows.cellCount == 3 else {
      throw refuse(
        "the row had \(rows.cellCount) column\(rows.cellCount == 1 ? "" : "s"), 3 are needed")
    }
    guard
      case .day(let midnight) = TimeText.parse(
        rows.cell(0), allowsNumber: false, allowsSlashes: false)
    else { throw refuse("date was \(quoted(rows.cell(0))), a date like 2024-01-31 is needed") }
    let day = Timestamp(milliseconds: midnight).day
    let value = rows.cell(2)
    switch String(decoding: rows.cell(1), as: UTF8.self) {
    case "split": return (day, .split(ratio: try ratio(value)))
    case "dividend":
      guard let amount = DecimalNumber.parse(value), amount.isFinite else {
        throw refuse("the dividend was \(quoted(value)), an amount for each unit is needed")
      }
      guard amount > 0 else { throw refuse("the dividend was \(amount), above 0 is needed") }
      return (day, .dividend(amount: amount))
    default:
      throw refuse("kind was \(quoted(rows.cell(1))), split or dividend is needed")
    }
  }

  /// Units after the split for those before it, as in `3:2`.
  private func ratio(_ cell: CSVRows.Cell) throws(BarError) -> Double {
    let wrong = refuse(
      "the split was \(quoted(cell)), units after and before it above 0, as in 2:1, are needed")
    guard let colon = cell.firstIndex(of: UInt8(ascii: ":")),
      let new = DecimalNumber.parse(CSVRows.Cell(rebasing: cell[..<colon])),
      let old = DecimalNumber.parse(CSVRows.Cell(rebasing: cell[(colon + 1)...])),
      new > 0, old > 0
    else { throw wrong }
    let ratio = new / old
    guard (1 / ActionFile.largestRatio...ActionFile.largestRatio).contains(ratio) else {
      throw refuse(
        "the split was \(quoted(cell)), at most 100000 units for one, or one for as many, are allowed"
      )
    }
    return ratio
  }
}

extension CorporateAction {
  public var isSplit: Bool {
    if case .split = kind { return true }
    return false
  }
}
