import Bytes
import Journal
import Market

/// Finer bars of an instrument, vetted.
struct DetailSupply {
  var origin: BarSupply.Origin
  var map: PriceMap?

  func stream() throws(BarError) -> BarStream {
    switch origin {
    case .file(let vetted): try BarStream(vetted.file, map: map)
    case .series(let series): BarStream(series, map: map)
    }
  }

  /// All finer bars, as they are before `rescale`.
  func bars() throws(BarError) -> [Bar] {
    var stream = try DetailSupply(origin: origin).stream()
    var bars: [Bar] = []
    while let bar = try stream.next() { bars.append(bar) }
    return bars
  }
}

/// Reads and vets the files of a spec's instruments: calendars and actions before the bars that they are
/// held against.
struct FileSupplies {
  private let spec: RunSpec
  /// By path: most instruments share one.
  private var calendars: [String: CalendarFile] = [:]

  init(_ spec: RunSpec) { self.spec = spec }

  /// One supply an instrument.
  ///
  /// - Throws: `RunFailure` at the first thing that is wrong with a file.
  mutating func supplies(_ files: [FileInstrument]) throws(RunFailure) -> [BarSupply] {
    var supplies: [BarSupply] = []
    for file in files { supplies.append(try supply(file)) }
    return supplies
  }

  private mutating func supply(_ file: FileInstrument) throws(RunFailure) -> BarSupply {
    var inputs: [InputRecord] = []
    let calendar = try calendar(of: file, &inputs)
    do throws(BarError) {
      let zone = calendar?.zone ?? .utc
      let actions = try file.actions.map { reference throws(BarError) in
        let actions = try ActionFile(path: reference.path, zone: zone)
        inputs.append(
          InputRecord(
            instrument: "data.\(file.name).actions", file: reference.written, rows: actions.rows,
            sha256: actions.sha256))
        return actions.actions
      }
      let vetted = try BarFile(file, calendar: calendar).vet(
        span: spec.timeSpan, actions: actions ?? [])
      var map: PriceMap?
      if let rescale = file.rescale {
        map = try vetted.priceMap(low: rescale.low, high: rescale.high)
      }
      var supply = BarSupply(
        origin: .file(vetted), map: map, rescale: file.rescale, source: file.file.written,
        rows: vetted.rows, sha256: vetted.sha256, summary: vetted.inSpan, whole: vetted.whole)
      supply.plan = ActionPlan(actions: actions ?? [], adjustment: file.adjust)
      supply.fillsMissing = file.fillMissing == .last
      supply.calendar = calendar
      if let detail = file.detail, spec.execution.settings.path == .detail {
        let finer = try BarFile(file, detail, calendar: calendar).vet(
          span: spec.timeSpan, actions: actions ?? [])
        supply.detail = DetailSupply(origin: .file(finer), map: map)
        inputs.append(
          InputRecord(
            instrument: "data.\(file.name).detail", file: detail.file.written, rows: finer.rows,
            sha256: finer.sha256))
      }
      supply.furtherInputs = inputs
      return supply
    } catch {
      throw .bars(error)
    }
  }

  private mutating func calendar(
    of file: FileInstrument, _ inputs: inout [InputRecord]
  ) throws(RunFailure) -> SessionCalendar? {
    switch file.calendar {
    case .none: return nil
    case .always: return .always
    case .weekdays: return .weekdays
    case .file(let reference):
      if let known = calendars[reference.path] { return known.calendar }
      let read = try CalendarFile(reference)
      calendars[reference.path] = read
      inputs.append(
        InputRecord(
          instrument: "data.\(file.name).calendar", file: read.written, rows: 0,
          sha256: read.sha256))
      return read.calendar
    }
  }
}

extension BarFile {
  fileprivate init(_ file: FileInstrument, calendar: SessionCalendar?) {
    self.init(
      path: file.file.path, format: BarFormat(file.format), symbol: file.symbol,
      closeTime: file.closeTimeMs.map { CloseTime(milliseconds: $0) }, calendar: calendar,
      allowsSignedPrices: file.prices == .signed,
      accepted: Set(file.accept.compactMap { VettingRule(rawValue: $0) }))
  }

  fileprivate init(_ file: FileInstrument, _ detail: DetailSpec, calendar: SessionCalendar?) {
    self.init(file, calendar: calendar)
    path = detail.file.path
    format = BarFormat(detail.format)
    symbol = detail.symbol
  }
}
