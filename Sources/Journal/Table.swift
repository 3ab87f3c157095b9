/// What a cell of a column holds.
public enum CellType: String, Equatable, Sendable {
  /// A whole number of 64 bits.
  case int
  /// A Float64, with a point or exponent.
  case float
  /// UTF-8.
  case text
}

/// One column of a table.
public struct Column: Equatable, Sendable {
  public var name: String
  public var type: CellType
  /// The unit of the values, e.g. `money` or `bars`; empty where there is none.
  public var unit: String
  /// Whether a cell may be empty, which is how a missing value is written.
  public var isNullable: Bool

  public init(_ name: String, _ type: CellType, unit: String = "", isNullable: Bool = false) {
    self.name = name
    self.type = type
    self.unit = unit
    self.isNullable = isNullable
  }
}

/// The name and columns of a log. New columns are appended at the right.
public struct Table: Equatable, Sendable {
  public var name: String
  public var columns: [Column]

  /// - Precondition: there is a column, the names need no quotes, and a row is never a blank line.
  public init(_ name: String, _ columns: [Column]) {
    precondition(!columns.isEmpty, "a table has a column")
    precondition(
      columns.count > 1 || !columns[0].isNullable, "a table of one column has no missing values")
    for column in columns {
      precondition(
        !column.name.isEmpty
          && column.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x2c },
        "a column's name is printed ASCII without quotes, commas and spaces")
    }
    self.name = name
    self.columns = columns
  }

  /// The name of the table's file within a run directory.
  public var fileName: String { Table.fileName(of: name) }

  public static func fileName(of name: String) -> String { name + ".csv.zst" }

  /// The header row with its line feed.
  public var header: [UInt8] { Array((columns.map(\.name).joined(separator: ",") + "\n").utf8) }
}

/// How rows are cut into frames: so that each frame is one block of zstd, and a torn one decodes to
/// nothing rather than to half a row.
enum FrameRule {
  static let maximumRows = 1000
  static let maximumTextBytes = 120 * 1024
}
