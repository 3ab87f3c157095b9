/// Bars as text in `pawl` format: what `BarFile` with that format reads back to the same bits.
public enum BarText {
  /// The header line with its line feed.
  public static let header = "ts,open,high,low,close,volume\n"

  /// Appends one row: the time as ISO 8601, numbers as the shortest text that reads back to the
  /// same double, a missing volume as nothing.
  ///
  /// - Precondition: prices are finite; the time has a year of four digits.
  public static func append(_ bar: Bar, to text: inout [UInt8]) {
    bar.time.appendISO8601(to: &text)
    for price in [bar.open, bar.high, bar.low, bar.close] {
      precondition(price.isFinite, "a price that is written is finite")
      text.append(UInt8(ascii: ","))
      text.append(contentsOf: price.description.utf8)
    }
    text.append(UInt8(ascii: ","))
    if !bar.volume.isNaN { text.append(contentsOf: bar.volume.description.utf8) }
    text.append(UInt8(ascii: "\n"))
  }

  /// A whole file.
  public static func bytes(_ bars: [Bar]) -> [UInt8] {
    var text = Array(header.utf8)
    text.reserveCapacity(80 * (bars.count + 1))
    for bar in bars { append(bar, to: &text) }
    return text
  }
}
