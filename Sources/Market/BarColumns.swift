/// Where a bar file's columns stand, found from its header.
struct BarColumns: Equatable {
  var count: Int
  var time: Int
  var open: Int
  var high: Int
  var low: Int
  var close: Int
  var volume: Int?
  var adjustedClose: Int?
  /// The column of times as the header names it, for messages.
  var timeName: String

  /// - Throws: `BarError` where the first line is not the header of the file's format.
  init(header rows: CSVRows, of file: BarFile) throws(BarError) {
    let names = (0..<rows.cellCount).map { String(decoding: rows.cell($0), as: UTF8.self) }
    func refuse(_ message: String) -> BarError {
      BarError(message, file: file.path, line: rows.line)
    }
    if let why = BarColumns.foreign(rows.cell(0)) { throw refuse(why) }
    count = names.count
    time = 0
    timeName = names[0]

    switch file.format {
    case .pawl:
      let needed = ["ts", "open", "high", "low", "close", "volume"]
      guard names == needed else {
        let lowercase = names.map { $0.lowercased() }
        let hint =
          lowercase.contains("date") && lowercase.contains("close")
          ? "; 'format: yahoo' reads a file with Date and Close" : ""
        throw refuse(
          "the header was \(BarColumns.shown(names)), '\(needed.joined(separator: ","))' is needed"
            + hint)
      }
      (open, high, low, close, volume) = (1, 2, 3, 4, 5)

    case .yahoo:
      let lowercase = names.map { $0.lowercased() }
      func column(_ name: String) throws(BarError) -> Int? {
        let found = lowercase.indices.filter { lowercase[$0] == name.lowercased() }
        guard found.count < 2 else {
          throw refuse("column '\(name)' was there twice, one is needed")
        }
        return found.first
      }
      func required(_ name: String) throws(BarError) -> Int {
        guard let column = try column(name) else {
          throw refuse("the header was \(BarColumns.shown(names)), a column '\(name)' is needed")
        }
        return column
      }
      time = try required("Date")
      timeName = names[time]
      open = try required("Open")
      high = try required("High")
      low = try required("Low")
      close = try required("Close")
      adjustedClose = try column("Adj Close")
      volume = try column("Volume")

    case .closes:
      let symbol = file.symbol ?? ""
      let found = names.indices.dropFirst().filter { names[$0] == symbol }
      guard found.count < 2 else {
        throw refuse("column '\(symbol)' was there twice, one is needed")
      }
      guard let column = found.first else {
        throw refuse(
          "column '\(symbol)' was not there, one of \(BarColumns.shown(Array(names.dropFirst())))"
            + " is needed")
      }
      (open, high, low, close) = (column, column, column, column)
    }
  }

  private static func shown(_ names: [String]) -> String {
    var text = names.joined(separator: ",")
    return text.withUTF8 { quoted($0) }
  }

  /// What a file is that holds no CSV at all, by its first bytes.
  private static func foreign(_ cell: CSVRows.Cell) -> String? {
    if cell.first == UInt8(ascii: "<") {
      return "the file was an HTML page, \(quoted(cell)), bars are needed: "
        + "a download may have ended at a login or an error"
    }
    if cell.starts(with: [0x1F, 0x8B]) {
      return "the file was compressed by gzip, a name ending in .gz is needed"
    }
    if cell.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      return "the file was compressed by zstd, a name ending in .zst is needed"
    }
    return nil
  }
}
