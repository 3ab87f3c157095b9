import Bytes

/// A bar file that has been read once from end to end and found sound.
public struct VettedFile: Equatable, Sendable {
  public var file: BarFile
  /// SHA-256 of the file's bytes as they lie on disk, in small hexadecimal digits.
  public var sha256: String
  /// Of all bars of the file.
  public var whole: BarSummary
  /// Of those within the span: the ones a run sees.
  public var inSpan: BarSummary
  /// Rows that hold a time and no prices.
  public var skippedRows: Int
  /// Jumps within the span that were accepted by name.
  public var splitJumps: [SplitJump]
  /// Splits that were given, and at whose first bar the price did not jump.
  public var splitsWithoutJump: [SplitWithoutJump]
  /// What its bars within the span have to do with its calendar; empty without one.
  public var sessions: SessionCount

  /// Bars in the file.
  public var rows: Int { whole.rows }

  /// The map of the file's closes to [`low`, `high`], for `rescale`.
  ///
  /// - Throws: `BarError` where all closes are the same.
  /// - Precondition: `low < high`.
  public func priceMap(low: Double, high: Double) throws(BarError) -> PriceMap {
    guard whole.leastClose < whole.greatestClose else {
      throw BarError(
        "every close was \(whole.leastClose), two that differ are needed to rescale",
        file: file.path)
    }
    return PriceMap(
      least: whole.leastClose, greatest: whole.greatestClose, low: low, high: high)
  }
}

/// A split at whose first bar the price did not jump.
public struct SplitWithoutJump: Equatable, Sendable {
  public var time: Timestamp
  public var ratio: Double
}

extension BarFile {
  /// Reads the whole file once, and refuses it where it breaks a rule.
  ///
  /// Every row is held to the rules of the format, those outside the span too. Split jumps are
  /// looked for within the span alone, since a jump outside is not read into the run; so are days
  /// without a session.
  ///
  /// - Parameters:
  ///   - span: of the run.
  ///   - actions: splits and dividends, in the order in which they take effect. A jump that one of
  ///     them explains is none.
  /// - Returns: what was counted on the way.
  /// - Throws: `BarError` at the first breach.
  public func vet(
    span: TimeSpan = TimeSpan(), actions: [CorporateAction] = []
  ) throws(BarError) -> VettedFile {
    let hash = SHA256()
    let reader = try BarReader(self, hash: hash)
    var whole = BarSummary()
    var inSpan = BarSummary()
    var jumps: [SplitJump] = []
    var firstJump: BarError?
    var withoutJump: [SplitWithoutJump] = []
    var sessions = SessionCount()
    var splits = SplitCheck(actions: actions, opensApart: format != .closes)
    var timesAreNumbers = true

    while let bar = try reader.next() {
      whole.add(bar)
      timesAreNumbers = timesAreNumbers && reader.timeWasNumber
      guard span.contains(bar.time) else { continue }
      inSpan.add(bar)
      if let calendar { try check(reader, calendar, &sessions) }
      if allowsSignedPrices { continue }
      switch splits.take(bar, adjusted: reader.adjustedClose, line: reader.line) {
      case .fine: break
      case .withoutJump(let ratio):
        withoutJump.append(SplitWithoutJump(time: bar.time, ratio: ratio))
      case .unexplained(let jump, let step):
        jumps.append(jump)
        if firstJump == nil { firstJump = splitError(jump, step) }
      case .tooGreat(let dividend, let close):
        throw reader.refuse(
          "the dividend before this bar was \(dividend), below the close before it, \(close), is "
            + "needed")
      }
    }

    guard whole.rows > 0, let first = whole.first, let last = whole.last else {
      throw BarError("the file had a header and no bar, one at least is needed", file: path)
    }
    if timesAreNumbers, !accepted.contains(.timeUnit),
      BarFile.suspectTimes.contains(first.milliseconds),
      BarFile.suspectTimes.contains(last.milliseconds)
    {
      throw BarError(
        "all times lay between \(first.iso8601) and \(last.iso8601), milliseconds since 1970 are "
          + "needed: these look like seconds or YYYYMMDD "
          + "('accept: [time-unit]' reads them as milliseconds)", file: path)
    }
    if var error = firstJump, !accepted.contains(.splitJump) {
      if jumps.count > 1 { error.message += "; \(jumps.count) such jumps in all" }
      throw error
    }
    return VettedFile(
      file: self, sha256: hash.finishHex(), whole: whole, inSpan: inSpan,
      skippedRows: reader.skippedRows, splitJumps: jumps, splitsWithoutJump: withoutJump,
      sessions: sessions)
  }

  private func check(
    _ reader: BarReader, _ calendar: SessionCalendar, _ sessions: inout SessionCount
  ) throws(BarError) {
    let date = CivilDate(day: reader.day).iso8601
    if let days = calendar.days, !days.contains(reader.day) {
      throw reader.refuse(
        "the day was \(date), one that the calendar knows, \(CivilDate(day: days.lowerBound).iso8601)"
          + " to \(CivilDate(day: days.upperBound).iso8601), is needed")
    }
    guard sessions.add(day: reader.day, calendar) || accepted.contains(.noSession) else {
      throw reader.refuse(
        "the day was \(date), a \(Weekday.of(day: reader.day).name), a session of the calendar is "
          + "needed ('accept: [no-session]' takes such bars)")
    }
  }

  /// Where seconds since 1970 and dates like 20240131 land when taken for milliseconds: the first
  /// 116 days of 1970, less its first hours.
  private static let suspectTimes: ClosedRange<Int64> = 10_000_000...10_000_000_000

  private func splitError(_ jump: SplitJump, _ step: SplitJump.Step) -> BarError {
    let seen: String
    if step.adjusted.isFinite && step.previousAdjusted.isFinite {
      seen =
        "close was \(step.bar.close) after \(step.previousClose), "
        + "while the adjusted close went from \(step.previousAdjusted) to \(step.adjusted)"
    } else if step.opensApart && step.bar.open != step.previousClose {
      seen = "open was \(step.bar.open) after a close of \(step.previousClose)"
    } else {
      seen = "close was \(step.bar.close) after \(step.previousClose)"
    }
    return BarError(
      "\(seen): that looks like a split of \(jump.ratio), and no split is given "
        + "('accept: [split-jump]' takes the prices as they stand)", file: path, line: jump.line)
  }
}
