import Market
import Numerics

/// Series drawn from a known process, as bars, with the truth about them.
///
/// Bar t depends on the settings and the shocks up to t alone, so a shorter series is the beginning
/// of a longer one. Prices may fall to zero and below; whether that is allowed is the reader's
/// question.
public struct SyntheticSeries: Equatable, Sendable {
  public let truth: Truth
  /// The bars of each of `truth.instruments`: daily from 2000-01-01T00:00:00Z, `open` the previous
  /// close (the first its own close), `high` and `low` the larger and smaller of open and close,
  /// volume missing.
  public let bars: [[Bar]]

  public init(_ settings: GeneratorSettings) {
    truth = Truth(settings)
    bars = Self.closes(settings).map(Self.asBars)
  }

  /// The closes of each series.
  static func closes(_ settings: GeneratorSettings) -> [[Double]] {
    var shocks = Shocks(settings)
    switch settings.kind {
    case .cointPath:
      let delta = settings["delta"]
      let sigma = settings["sigma"]
      var x = [settings["start"]]
      var y = x
      for bar in 1..<settings.bars {
        let xStep = shocks.next(series: 0, bar: bar) + delta * (y[bar - 1] - x[bar - 1])
        x.append(x[bar - 1] + xStep)
        let yStep = shocks.next(series: 1, bar: bar) + sigma * (x[bar] - y[bar - 1])
        y.append(y[bar - 1] + yStep)
      }
      return [x, y]
    case .ar1:
      let mean = settings["start"]
      let phi = settings["phi"]
      var x = [mean]
      for bar in 1..<settings.bars {
        let shock = shocks.next(series: 0, bar: bar)
        x.append(mean + phi * (x[bar - 1] - mean) + shock)
      }
      return [x]
    case .randomWalk:
      var walks = [[Double]](
        repeating: [settings["start"]], count: settings.instruments.count)
      for bar in 1..<settings.bars {
        for series in walks.indices {
          let shock = shocks.next(series: series, bar: bar)
          walks[series].append(walks[series][bar - 1] + shock)
        }
      }
      return walks
    }
  }

  private static func asBars(_ closes: [Double]) -> [Bar] {
    let firstDay = CivilDate(day: 10_957).midnight.milliseconds
    return closes.indices.map { index in
      let close = closes[index]
      let open = index == 0 ? close : closes[index - 1]
      let time = Timestamp(
        milliseconds: firstDay + Int64(index) * Timestamp.millisecondsPerDay)
      return Bar(
        time: time, open: open, high: max(open, close), low: min(open, close), close: close)
    }
  }

  /// The bars of an instrument as a file of the `pawl` format.
  public func csv(instrument: Int) -> [UInt8] {
    var file = Array("ts,open,high,low,close,volume\n".utf8)
    for bar in bars[instrument] {
      bar.time.appendISO8601(to: &file)
      for price in [bar.open, bar.high, bar.low, bar.close] {
        file.append(UInt8(ascii: ","))
        file.append(contentsOf: price.description.utf8)
      }
      file.append(contentsOf: ",\n".utf8)
    }
    return file
  }
}

/// The standard normal shocks of all series, asked for bar by bar and series by series.
private struct Shocks {
  private enum Source {
    case philox([PhiloxStream])
    case numpyLegacy(NumPyLegacyRandom)
    case numpyPCG64(NumPyPCG64Random)
  }
  private var source: Source

  init(_ settings: GeneratorSettings) {
    switch settings.source {
    case .philox:
      source = .philox(
        settings.instruments.indices.map {
          PhiloxStream(seed: settings.seed, purpose: .synthetic, layer: UInt16($0))
        })
    case .numpyLegacy: source = .numpyLegacy(NumPyLegacyRandom(seed: settings.seed))
    case .numpyPCG64: source = .numpyPCG64(NumPyPCG64Random(seed: settings.seed))
    }
  }

  mutating func next(series: Int, bar: Int) -> Double {
    switch source {
    case .philox(let streams): return streams[series].normal(at: bar)
    case .numpyLegacy(var random):
      defer { source = .numpyLegacy(random) }
      return random.normal()
    case .numpyPCG64(var random):
      defer { source = .numpyPCG64(random) }
      return random.normal()
    }
  }
}
