/// One step of a program: reads registers and histories, writes one register.
///
/// Registers hold the inputs, then the constants, then one result an instruction. A history keeps
/// the last values of one series, nulls left out; all windows over that series share it.
struct Instruction: Sendable {
  var code: Opcode
  /// Register written; for `push` none.
  var result: Int32 = 0
  /// Registers read. Windows read their history instead, and name here the series it keeps.
  var a: Int32 = 0
  var b: Int32 = 0
  var c: Int32 = 0
  /// Values that must be there for a result: the window, or the distance of `lag` and one more. Of
  /// `delay`, the steps.
  var window: Int32 = 0
  /// Memories used.
  var memory: Int32 = 0
  var secondMemory: Int32 = 0
  /// Where the window begins, from the memory's cursor.
  var start: Int32 = 0
  var secondStart: Int32 = 0
  /// Of what writes a memory: where that begins, and its capacity.
  var base = 0
  var capacity = 0
}

/// A stretch of the evaluator's past that one or more instructions share.
struct Memory: Sendable {
  enum Kind: Sendable {
    /// A ring of the last values, written twice, `capacity` apart, so that any window of it lies in
    /// one piece from the oldest to the newest.
    case history
    /// A ring of the last values, nulls among them.
    case delay
    /// The running sum of the first values, then the average.
    case exponentialAverage
  }

  var kind: Kind
  /// Where it begins in the past, in values.
  var base = 0
  var capacity: Int

  /// Values that it takes up.
  var size: Int { kind == .history ? 2 * capacity : capacity }

  /// Integers an evaluator keeps of each: cursor, count of values, and that count again at a step
  /// with a value, else 0.
  static let counters = 3
}
