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

extension BarFile {
  /// Reads the whole file once, and refuses it where it breaks a rule.
  ///
  /// Every row is held to the rules of the format, those outside the span too. Split jumps are
  /// looked for within the span alone, since a jump outside is not read into the run.
  ///
  /// - Throws: `BarError` at the first breach.
  public func vet(span: TimeSpan = TimeSpan()) throws(BarError) -> VettedFile {
    let hash = SHA256()
    let reader = try BarReader(self, hash: hash)
    var whole = BarSummary()
    var inSpan = BarSummary()
    var jumps: [SplitJump] = []
    var firstJump: BarError?
    var timesAreNumbers = true
    var previousClose = Double.nan
    var previousAdjusted = Double.nan

    while let bar = try reader.next() {
      whole.add(bar)
      timesAreNumbers = timesAreNumbers && reader.timeWasNumber
      guard span.contains(bar.time) else { continue }
      inSpan.add(bar)
      if !allowsSignedPrices && inSpan.rows > 1 {
        let step = SplitJump.Step(
          previousClose: previousClose, bar: bar, previousAdjusted: previousAdjusted,
          adjusted: reader.adjustedClose, opensApart: format != .closes)
        if let (new, old) = SplitJump.ratio(explaining: step) {
          let jump = SplitJump(line: reader.line, time: bar.time, new: new, old: old)
          jumps.append(jump)
          if firstJump == nil { firstJump = splitError(jump, step) }
        }
      }
      previousClose = bar.close
      previousAdjusted = reader.adjustedClose
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
      skippedRows: reader.skippedRows, splitJumps: jumps)
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
