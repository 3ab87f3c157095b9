import Market
import Numerics

/// All that a run reads of one instrument, and what an audit makes of it.
struct AuditMarket {
  var series: BarSeries
  /// In the order in which they take effect.
  var actions: [CorporateAction]
  /// Finer bars; nil where the run reads none.
  var detail: [Bar]?

  /// The same up to a time, and something else after it.
  ///
  /// - Parameters:
  ///   - change: what becomes of the bars.
  ///   - time: of the last bar that stays, or stays with its open alone.
  ///   - stream: of the numbers that take the place of the real ones.
  /// - Returns: another market, equal up to there.
  func changed(_ change: Audit.Change, after time: Timestamp, _ stream: PhiloxStream) -> AuditMarket
  {
    // Bars of one instrument close at the cut or before it, or after it.
    let kept = series.bars.firstIndex { $0.time > time } ?? series.bars.count
    var changed = self
    var bars = Array(series.bars[..<kept])
    // Those of the days up to the cut took effect before its bar opened.
    changed.actions = actions.filter { $0.time < time }
    if change == .ended {
      changed.detail = detail.map { $0.filter { $0.time <= time } }
    } else {
      let isWithin = change == .replacedWithin && kept > 0 && series.bars[kept - 1].time == time
      var poison = Poison(
        stream, series.instrument, lastClose: kept > 0 ? series.bars[kept - 1].close : 100)
      if isWithin { bars[kept - 1] = poison.next(series.bars[kept - 1], keepsOpen: true) }
      for bar in series.bars[kept...] { bars.append(poison.next(bar, keepsOpen: false)) }
      if !actions.isEmpty {
        changed.actions += poison.actions(at: series.bars[kept...].map(\.time), after: time)
      }
      let first = isWithin ? kept - 1 : kept
      changed.detail = detail.map { poisoned($0, bars, from: first) }
    }
    changed.series = BarSeries(instrument: series.instrument, bars: bars)
    return changed
  }

  /// Finer bars that make up other bars, from one of them on.
  private func poisoned(_ detail: [Bar], _ bars: [Bar], from first: Int) -> [Bar] {
    let start = first > 0 ? bars[first - 1].time : Timestamp(milliseconds: .min)
    var poisoned = detail.filter { $0.time <= start }
    var rest = detail[poisoned.count...]
    for bar in bars[first...] {
      let times = rest.prefix { $0.time <= bar.time }.map(\.time)
      rest = rest.dropFirst(times.count)
      poisoned += bar.parts(at: times)
    }
    return poisoned
  }
}

extension Bar {
  /// Finer bars that make up this one: up to its high in the first, down to its low in the last.
  fileprivate func parts(at times: [Timestamp]) -> [Bar] {
    let middle = (open + close) / 2
    return times.enumerated().map { index, time in
      let (isFirst, isLast) = (index == 0, index == times.count - 1)
      let (from, to) = (isFirst ? open : middle, isLast ? close : middle)
      return Bar(
        time: time, open: from, high: isFirst ? high : max(from, to),
        low: isLast ? low : min(from, to), close: to, volume: volume)
    }
  }
}

/// Valid bars that have nothing to do with those they replace, but for the times.
private struct Poison {
  private let stream: PhiloxStream
  private let allowsSignedPrices: Bool
  private var close: Double
  private var element = 0

  init(_ stream: PhiloxStream, _ instrument: Instrument, lastClose: Double) {
    self.stream = stream
    allowsSignedPrices = instrument.allowsSignedPrices
    close = lastClose
  }

  mutating func next(_ bar: Bar, keepsOpen: Bool) -> Bar {
    let open = keepsOpen ? bar.open : moved(close, by: 0.02)
    let end = moved(open, by: 0.2)
    let reach = 0.01 * max(abs(open), abs(end))
    // The low of a price above zero stays above zero: it is at least 0.99 of the smaller one.
    let low = allowsSignedPrices ? min(open, end) - reach : min(open, end) * 0.99
    close = end
    return Bar(
      time: bar.time, open: open, high: max(open, end) + reach, low: low, close: end,
      volume: bar.volume.isNaN ? .nan : 1 + 1e6 * stream.uniform(at: nextElement()))
  }

  /// Splits and dividends far below any price, on some of the days of bars, all of them after a time.
  mutating func actions(at times: [Timestamp], after cut: Timestamp) -> [CorporateAction] {
    var actions: [CorporateAction] = []
    for time in times {
      let start = Timestamp(milliseconds: time.milliseconds - 1)
      let number = stream.uniform(at: nextElement())
      guard start >= cut, number < 0.1 else { continue }
      actions.append(
        CorporateAction(
          time: start,
          kind: number < 0.05
            ? .split(ratio: number < 0.025 ? 2 : 0.5)
            : .dividend(amount: 0.001 * number * min(close, 1))
        ))
    }
    return actions
  }

  /// A price some way off, pulled towards 100 so that long stretches stay within reason.
  private mutating func moved(_ price: Double, by share: Double) -> Double {
    let step = share * (2 * stream.uniform(at: nextElement()) - 1)
    if allowsSignedPrices { return price + 100 * step - 0.01 * price }
    return price * (1 + step) * (price > 1e4 ? 0.9 : price < 1 ? 1.1 : 1)
  }

  private mutating func nextElement() -> Int {
    element += 1
    return element
  }
}
