import Bytes

/// Reads a bar file row by row, and refuses every row that is no sound bar by itself or stands out
/// of order. What needs the whole file is left to `BarFile.vet`.
final class BarReader {
  let file: BarFile
  /// Rows passed over because they hold no prices.
  private(set) var skippedRows = 0
  /// The adjusted close of the latest bar; NaN where the file has none.
  private(set) var adjustedClose = Double.nan
  /// Whether the latest row's time stood there as a number.
  private(set) var timeWasNumber = false
  /// The day to which the latest row belongs, counted from 1970-01-01: its date, or that of its time by
  /// the clocks of the calendar. Kept only where there is a calendar.
  private(set) var day = 0
  private let rows: CSVRows
  private let columns: BarColumns
  private var previousTime: Int64?

  /// Opens the file and reads its header.
  init(_ file: BarFile, hash: SHA256? = nil) throws(BarError) {
    self.file = file
    rows = try CSVRows(path: file.path, hash: hash)
    guard try rows.next() else {
      throw BarError("the file was empty, a header and rows are needed", file: file.path)
    }
    columns = try BarColumns(header: rows, of: file)
  }

  /// The line of the latest row, from 1.
  var line: Int { rows.line }

  /// The next bar, none at the end of the file.
  func next() throws(BarError) -> Bar? {
    while try rows.next() {
      guard rows.cellCount == columns.count else {
        throw refuse(
          "the row had \(rows.cellCount) column\(rows.cellCount == 1 ? "" : "s"), "
            + "\(columns.count) are needed")
      }
      let time = try readTime()
      if hasNoPrices() {
        skippedRows += 1
        continue
      }
      return try readBar(at: time)
    }
    return nil
  }

  func refuse(_ message: String) -> BarError {
    BarError(message, file: file.path, line: rows.line)
  }

  private func readTime() throws(BarError) -> Timestamp {
    let cell = rows.cell(columns.time)
    let milliseconds: Int64
    timeWasNumber = false
    switch TimeText.parse(
      cell, allowsNumber: file.format == .pawl, allowsSlashes: file.format != .pawl)
    {
    case .instant(let value):
      milliseconds = value
      findDay(of: value)
    case .day(let midnight):
      day = Timestamp(milliseconds: midnight).day
      milliseconds = file.close(ofDay: day)
    case .number(let value):
      milliseconds = value
      timeWasNumber = true
      findDay(of: value)
    case .invalid(let needed):
      throw refuse("\(columns.timeName) was \(quoted(cell)), \(needed) is needed")
    }
    let time = Timestamp(milliseconds: milliseconds)
    if let previousTime, milliseconds <= previousTime {
      let previous = Timestamp(milliseconds: previousTime).iso8601
      throw refuse(
        milliseconds == previousTime
          ? "\(columns.timeName) was \(time.iso8601) again, each time once is needed"
          : "\(columns.timeName) was \(time.iso8601), after the row before, \(previous), is needed")
    }
    previousTime = milliseconds
    return time
  }

  private func findDay(of milliseconds: Int64) {
    guard let calendar = file.calendar else { return }
    day = calendar.day(ofBarAt: Timestamp(milliseconds: milliseconds))
  }

  /// Whether the row has a date and no prices, as Yahoo writes a day without trade.
  private func hasNoPrices() -> Bool {
    switch file.format {
    case .pawl: false
    case .closes: isNull(rows.cell(columns.close))
    case .yahoo:
      isNull(rows.cell(columns.open)) && isNull(rows.cell(columns.high))
        && isNull(rows.cell(columns.low)) && isNull(rows.cell(columns.close))
    }
  }

  private func isNull(_ cell: CSVRows.Cell) -> Bool {
    cell.isEmpty || (cell.count == 4 && cell.elementsEqual("null".utf8))
  }

  private func readBar(at time: Timestamp) throws(BarError) -> Bar {
    let close: Double
    var bar: Bar
    if file.format == .closes {
      close = try readPrice(columns.close, file.symbol ?? "close")
      bar = Bar(time: time, open: close, high: close, low: close, close: close)
    } else {
      let open = try readPrice(columns.open, "open")
      let high = try readPrice(columns.high, "high")
      let low = try readPrice(columns.low, "low")
      close = try readPrice(columns.close, "close")
      bar = Bar(time: time, open: open, high: high, low: low, close: close)
      let most = max(open, close)
      let least = min(open, close)
      if high < most || low > least {
        guard file.accepted.contains(.highLow) else { throw rangeError(bar) }
        bar.high = max(high, most)
        bar.low = min(low, least)
      }
    }
    if let column = columns.volume { bar.volume = try readVolume(rows.cell(column)) }
    if let column = columns.adjustedClose {
      adjustedClose = try readAdjustedClose(rows.cell(column))
    }
    return bar
  }

  private func readPrice(_ column: Int, _ name: String) throws(BarError) -> Double {
    let cell = rows.cell(column)
    guard let price = DecimalNumber.parse(cell) else {
      throw refuse("\(name) was \(quoted(cell)), a number is needed")
    }
    guard price.isFinite else { throw refuse("\(name) was \(price), a finite number is needed") }
    guard price > 0 || file.allowsSignedPrices else {
      throw refuse(
        "\(name) was \(price), a price above 0 is needed (or 'prices: signed')")
    }
    return price
  }

  private func readVolume(_ cell: CSVRows.Cell) throws(BarError) -> Double {
    if isNull(cell) { return .nan }
    guard let volume = DecimalNumber.parse(cell) else {
      throw refuse("volume was \(quoted(cell)), a number or nothing is needed")
    }
    guard volume.isFinite else { throw refuse("volume was \(volume), a finite number is needed") }
    guard volume >= 0 else {
      guard file.accepted.contains(.negativeVolume) else {
        throw refuse("volume was \(volume), at least 0 is needed")
      }
      return .nan
    }
    return volume
  }

  private func readAdjustedClose(_ cell: CSVRows.Cell) throws(BarError) -> Double {
    if isNull(cell) { return .nan }
    if let price = DecimalNumber.parse(cell), price.isFinite,
      price > 0 || file.allowsSignedPrices
    {
      return price
    }
    guard file.accepted.contains(.adjustedClose) else {
      throw refuse("the adjusted close was \(quoted(cell)), a price above 0 is needed")
    }
    return .nan
  }

  private func rangeError(_ bar: Bar) -> BarError {
    if bar.high < bar.open {
      return refuse("high was \(bar.high), at least the open, \(bar.open), is needed")
    }
    if bar.high < bar.close {
      return refuse("high was \(bar.high), at least the close, \(bar.close), is needed")
    }
    if bar.low > bar.open {
      return refuse("low was \(bar.low), at most the open, \(bar.open), is needed")
    }
    return refuse("low was \(bar.low), at most the close, \(bar.close), is needed")
  }
}
