import Bytes
import Journal
import Market
import Synthetic

/// Where the bars of one instrument come from, vetted.
struct BarSupply: Sendable {
  enum Origin: Sendable {
    case file(VettedFile)
    case series(BarSeries)
  }

  var origin: Origin
  /// Where `rescale` maps the prices.
  var map: PriceMap?
  var rescale: RescaleSpec?
  /// The file as the spec has it, or what made the series.
  var source: String
  var rows: Int
  /// Of the file's bytes, or of the series written as a bar file.
  var sha256: String
  /// Of the bars within the span.
  var summary: BarSummary
  /// Of all bars.
  var whole: BarSummary
  /// Splits and dividends, and what fields are adjusted by.
  var plan = ActionPlan()
  var fillsMissing = false
  var calendar: SessionCalendar?
  var detail: DetailSupply?
  /// Files beside that of the bars.
  var furtherInputs: [InputRecord] = []

  /// The bars from the first on.
  func stream() throws(BarError) -> BarStream {
    switch origin {
    case .file(let vetted):
      try BarStream(vetted.file, map: map, countUpperBound: vetted.inSpan.rows)
    case .series(let series): BarStream(series, map: map)
    }
  }

  /// All bars as they are before `rescale`, outside the span too, read into memory.
  func series(_ instrument: Instrument) throws(BarError) -> BarSeries {
    switch origin {
    case .series(let series): return series
    case .file(let vetted):
      var stream = try BarStream(vetted.file)
      var bars: [Bar] = []
      while let bar = try stream.next() { bars.append(bar) }
      return BarSeries(instrument: instrument, bars: bars)
    }
  }

  /// The same supply of other bars and actions, with all that is taken from the series as a whole taken
  /// anew.
  func replacing(
    _ series: BarSeries, actions: [CorporateAction], detail: [Bar]?, span: TimeSpan
  ) throws(BarError) -> BarSupply {
    var supply = self
    supply.plan.actions = actions
    if let detail {
      supply.detail?.origin = .series(BarSeries(instrument: series.instrument, bars: detail))
    }
    supply.origin = .series(series)
    supply.rows = series.bars.count
    supply.summary = BarSummary(series.bars, span: span)
    supply.whole = BarSummary(series.bars)
    if let rescale {
      supply.map = try PriceMap(series.bars, rescale, name: source)
      supply.detail?.map = supply.map
    }
    return supply
  }
}

extension RunSpec {
  var timeSpan: TimeSpan { TimeSpan(from: span.from, to: span.to) }

  /// Vets every file, or makes the series, one supply an instrument.
  func supplies() throws(RunFailure) -> [BarSupply] {
    switch source {
    case .files(let files):
      var reader = FileSupplies(self)
      return try reader.supplies(files)
    case .generate(let generate): return try supplies(generate)
    }
  }

  /// Refuses bars that cannot do what the spec asks of them.
  func checkBars(_ supplies: [BarSupply]) throws(RunFailure) {
    if supplies.allSatisfy({ $0.summary.rows == 0 }) {
      let first = supplies.compactMap(\.whole.first).min()?.iso8601 ?? ""
      let last = supplies.compactMap(\.whole.last).max()?.iso8601 ?? ""
      throw .bars(
        BarError(
          "no bar lay within the span, at least one is needed; the bars go from \(first) to \(last)",
          file: name))
    }
    let settings = execution.settings
    let needs =
      settings.participation.map { "participation, \($0)" }
      ?? (settings.impact > 0 ? "impact, \(settings.impact)" : nil)
    guard let needs else { return }
    for position in positions.positions {
      let index = position.instrument
      guard !supplies[index].summary.hasVolume else { continue }
      throw .bars(
        BarError(
          "\(instruments[index].name) had no volume, which execution.\(needs), needs",
          file: supplies[index].source))
    }
  }

  private func supplies(_ generate: GenerateSpec) throws(RunFailure) -> [BarSupply] {
    let series = SyntheticSeries(try generate.settings())
    var supplies: [BarSupply] = []
    for (index, instrument) in instruments.enumerated() {
      let bars = series.bars[index]
      if !instrument.allowsSignedPrices, let bad = bars.first(where: { $0.close <= 0 }) {
        throw .bars(
          BarError(
            "\(instrument.name) was \(bad.close) at \(bad.time.iso8601), a price above 0 is needed; "
              + "a higher start or `prices: signed` may help",
            file: "generate"))
      }
      var map: PriceMap?
      do throws(BarError) {
        if let rescale = generate.rescale {
          map = try PriceMap(bars, rescale, name: "generate")
        }
      } catch {
        throw .bars(error)
      }
      supplies.append(
        BarSupply(
          origin: .series(BarSeries(instrument: instrument, bars: bars)), map: map,
          rescale: generate.rescale, source: "generate", rows: bars.count,
          sha256: SHA256.hex(of: series.csv(instrument: index)),
          summary: BarSummary(bars, span: timeSpan), whole: BarSummary(bars)))
    }
    return supplies
  }
}

extension PriceMap {
  /// The map from the extremes of all closes to a range.
  fileprivate init(_ bars: [Bar], _ rescale: RescaleSpec, name: String) throws(BarError) {
    let closes = bars.map(\.close)
    guard let least = closes.min(), let greatest = closes.max(), least < greatest else {
      throw BarError(
        "every close was the same, two that differ are needed to rescale", file: name)
    }
    self.init(least: least, greatest: greatest, low: rescale.low, high: rescale.high)
  }
}

extension BarFormat {
  init(_ format: FileInstrument.Format) {
    switch format {
    case .pawl: self = .pawl
    case .yahoo: self = .yahoo
    case .closes: self = .closes
    }
  }
}

extension GenerateSpec {
  /// What the generator needs, with its own checks.
  public func settings() throws(RunFailure) -> GeneratorSettings {
    do throws(SyntheticError) {
      return try generatorSettings()
    } catch {
      throw .spec(SpecError(.wholeFile("generate"), "generate.\(error)"))
    }
  }
}
