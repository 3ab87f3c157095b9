import Bytes
import Glibc
import Journal
import Market
import Performance

/// The figures of a finished run, worked out anew from its logs.
///
///     let run = try LoggedRun(readingFrom: "runs/a")
///     print(run.figures.returns.tested.sharpe, run.mismatches)
///
/// The rows are handed to the same `RunMetrics` that followed the run, as the events that they came
/// from, so that every figure has to be that of the manifest to the bit. What no log holds is taken from
/// the manifest: `takenFromManifest` names it.
public struct LoggedRun: Sendable {
  /// A figure that is one thing by the logs and another in the manifest.
  public struct Mismatch: Equatable, Sendable {
    /// Its key: `sharpe`, `whole_span.sharpe`, `drawdowns[0].depth`.
    public var name: String
    public var logs: JSONValue
    public var manifest: JSONValue
  }

  public let directory: String
  public let manifest: Manifest
  public let spec: RunSpec
  public let figures: RunFigures
  /// The first bar of the tested span, as the manifest has it; the number of bars where there is none.
  public let testedFromBar: Int
  /// When each bar closed.
  public let times: [Timestamp]
  /// Keys of figures that no log holds: the scale of MASE, and what the oracle forecast.
  public let takenFromManifest: [String]
  /// In byte order of their names; empty for a good run.
  public let mismatches: [Mismatch]

  private let metrics: RunMetrics

  /// Reads the logs of a complete run.
  ///
  /// - Throws: `RunFailure`: `usage` where the folder holds no complete run, `journal` where a file
  ///   cannot be read or is not what a run writes.
  public init(readingFrom directory: String) throws(RunFailure) {
    let (manifest, spec) = try Self.open(directory)
    var replay = LogReplay(directory, spec: spec)
    do throws(JournalError) {
      testedFromBar = try Self.testedFromBar(manifest, directory)
      metrics = try replay.run(
        RunMetrics(
          spec, try Self.programs(spec, directory),
          sessionsPerYear: Self.sessionsPerYear(manifest.metrics)),
        testedFromBar: testedFromBar)
    } catch {
      throw .journal(error)
    }
    var figures = metrics.figures(
      leaks: manifest.leaks.map { String($0.prefix { $0 != ":" }) },
      instruments: spec.instruments.map(\.name))
    takenFromManifest = figures.takeUnlogged(from: manifest.metrics)
    var mismatches = Self.mismatches(logs: figures.json, manifest: manifest.metrics)
    // An order says that one could fill from the bar after it.
    if let bar = replay.firstFillableBar, bar < testedFromBar {
      mismatches.insert(
        Mismatch(
          name: "bars", logs: .string("tested from bar \(bar) or before"),
          manifest: .string("tested from bar \(testedFromBar)")), at: 0)
    }
    times = replay.times
    self.directory = directory
    self.manifest = manifest
    self.spec = spec
    self.figures = figures
    self.mismatches = mismatches
  }

  /// The Sharpe ratio of the last `window` bars at each bar of the tested span: see
  /// `EquityMetrics.rollingSharpe`.
  public func rollingSharpe(window: Int) -> [Double] {
    metrics.equity.rollingSharpe(window: window)
  }

  /// Intervals by resampling, drawn from the seed of the run.
  ///
  /// - Parameters:
  ///   - resamples: at least 1.
  ///   - level: the central share that an interval holds, above 0 and below 1.
  /// - Returns: those of the tested span.
  public func intervals(resamples: Int, level: Double) -> ResampledFigures {
    ResampledFigures(
      metrics.equity, metrics.trades, seed: spec.seed, resamples: resamples, level: level)
  }

  private static func open(
    _ directory: String
  ) throws(RunFailure) -> (manifest: Manifest, spec: RunSpec) {
    guard FileIO.exists(directory) else {
      throw .journal(.file(.system("open", path: directory, errorNumber: ENOENT)))
    }
    guard FileIO.exists("\(directory)/\(Manifest.fileName)") else {
      throw .usage("\(directory) holds no \(Manifest.fileName), the directory of a run is needed")
    }
    let (manifest, spec) = try RunSpec.ofRun(directory)
    guard manifest.status == .complete else {
      throw .usage("\(directory): status was \(manifest.status.rawValue), complete is needed")
    }
    return (manifest, spec)
  }

  private static func programs(
    _ spec: RunSpec, _ directory: String
  ) throws(JournalError) -> RunPrograms {
    do throws(SpecError) {
      return try RunPrograms(spec)
    } catch {
      throw .damaged(
        "\(directory)/spec.yaml", found: error.description, needed: "a spec of this version")
    }
  }

  /// What the run's calendar said; the calendar's file may be gone.
  private static func sessionsPerYear(_ metrics: [String: JSONValue]) -> Double? {
    metrics["bars_per_year_basis"]?.stringValue == AnnualBasis.sessions.rawValue
      ? metrics["bars_per_year"]?.doubleValue : nil
  }

  /// Whether a position expression had a value at a bar is in no log: a target that is held already
  /// makes no order.
  private static func testedFromBar(
    _ manifest: Manifest, _ directory: String
  ) throws(JournalError) -> Int {
    let place = "\(directory)/\(Manifest.fileName)"
    guard let rows = manifest.tables[LogTable.equity.name]?.rows else {
      throw .damaged("\(place): tables.equity", found: "missing", needed: "a table of this name")
    }
    guard let bars = manifest.metrics["bars"]?.doubleValue, bars == bars.rounded(),
      0...Double(rows) ~= bars
    else {
      let found = manifest.metrics["bars"]?.doubleValue.map { logText($0) } ?? "missing"
      throw .damaged("\(place): metrics.bars", found: found, needed: "one of 0 to \(rows)")
    }
    return rows - Int(bars)
  }
}

extension RunFigures {
  /// Takes the place of figures that need what is in no log.
  ///
  /// - Returns: their keys.
  fileprivate mutating func takeUnlogged(from metrics: [String: JSONValue]) -> [String] {
    var names: [String] = []
    for index in horizons.indices {
      func take(_ name: String, _ figure: inout Figure) {
        let key = name + suffix(ofHorizonAt: index)
        if let value = metrics[key]?.doubleValue {
          figure = Figure(value, orUndefined: "")
        } else if let reason = metrics["undefined"]?[key]?.stringValue {
          figure = .undefined(reason)
        } else {
          return
        }
        names.append(key)
      }
      var report = horizons[index].report
      take("mase", &report.mase)
      take("oracle_skill", &report.oracleSkill)
      take("skill_share_of_oracle", &report.skillShareOfOracle)
      horizons[index].report = report
    }
    return names
  }
}

extension LoggedRun {
  /// The leaves that both have, and that differ.
  static func mismatches(
    logs: [String: JSONValue], manifest: [String: JSONValue]
  ) -> [Mismatch] {
    var found: [Mismatch] = []
    func compare(_ name: String, _ logs: JSONValue, _ manifest: JSONValue) {
      switch (logs, manifest) {
      case (.object(let left), .object(let right)):
        for key in left.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
          if let other = right[key] {
            compare(name.isEmpty ? key : "\(name).\(key)", left[key] ?? .null, other)
          }
        }
      case (.array(let left), .array(let right)) where left.count == right.count:
        for (index, pair) in zip(left, right).enumerated() {
          compare("\(name)[\(index)]", pair.0, pair.1)
        }
      default:
        let isEqual = logs.doubleValue.map { $0 == manifest.doubleValue } ?? (logs == manifest)
        if !isEqual { found.append(Mismatch(name: name, logs: logs, manifest: manifest)) }
      }
    }
    compare("", .object(logs), .object(manifest))
    return found
  }
}
