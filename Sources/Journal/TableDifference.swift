/// How one table of a side A differs from that of a side B.
public struct TableDifference: Equatable, Sendable {
  /// What differs first.
  public enum Kind: Equatable, Sendable {
    /// A side does not have the table.
    case missingTable(inA: Bool)
    /// The digests differ, and a side keeps no rows to look at.
    case digest(a: String, b: String)
    /// A column's name differs, beyond columns added at the right; nil where a side has none.
    case header(column: Int, a: String?, b: String?)
    /// Two cells of a row differ; empty is a missing value. `ulps` counts the doubles from one to
    /// the other, where both are numbers of a float column.
    case cell(row: Int, column: String, a: String, b: String, ulps: UInt64?)
    /// A side ends after its last row.
    case missingRows(inA: Bool, from: Int)
    /// A side's file is torn, damaged or no table.
    case unreadable(inA: Bool, problem: String)
  }

  public var table: String
  public var kind: Kind
  public var rowsA: Int
  public var rowsB: Int
  /// Rows that both sides have and that differ.
  public var differingRows: Int
  /// The largest distance of two numbers of float columns.
  public var largestUlps: UInt64?
  /// Up to three rows before the first difference, then that row of A and of B.
  public var context: [ContextRow]

  /// A row shown beside a difference.
  public struct ContextRow: Equatable, Sendable {
    public enum Side: String, Equatable, Sendable {
      case both
      case a
      case b
    }

    public var row: Int
    public var side: Side
    public var text: String
  }

  init(_ table: String, _ kind: Kind, rowsA: Int, rowsB: Int) {
    self.table = table
    self.kind = kind
    self.rowsA = rowsA
    self.rowsB = rowsB
    differingRows = 0
    largestUlps = nil
    context = []
  }
}

/// Columns that one side has to the right of all those of the other.
public struct AddedColumns: Equatable, Sendable {
  public var table: String
  public var columns: [String]
  /// Whether A has them; else B.
  public var inA: Bool
}

/// How many doubles lie from `a` to `b`; -0.0 and 0.0 are the same. Neither may be NaN.
public func ulps(from a: Double, to b: Double) -> UInt64 {
  // Bits of a double, read as sign and size, count the doubles from zero.
  func place(_ value: Double) -> Int64 {
    let size = Int64(bitPattern: value.magnitude.bitPattern)
    return value.sign == .minus ? -size : size
  }
  let (first, second) = (place(a), place(b))
  return first < second
    ? UInt64(bitPattern: second &- first) : UInt64(bitPattern: first &- second)
}
