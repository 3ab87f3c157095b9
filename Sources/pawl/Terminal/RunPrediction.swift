import Backtest
import Bytes
import Journal

/// What `pawl run --dry-run` says of the runs of one spec.
struct RunPrediction {
  private let estimate: RunEstimate
  private let group: RunGroup
  private let threads: Int
  private let tensorboard: String?

  init(_ estimate: RunEstimate, group: RunGroup, threads: Int, tensorboard: String?) {
    self.estimate = estimate
    self.group = group
    self.threads = threads
    self.tensorboard = tensorboard
  }

  private var runs: Int { group.plans.count }
  private var sideBySide: Int { min(threads, runs) }
  /// Of all runs.
  private var seconds: Double {
    let rounds = (runs + sideBySide - 1) / sideBySide
    return Double(rounds) * estimate.seconds(threads: max(1, threads / sideBySide))
  }
  /// The program with its libraries takes about this much before it holds anything.
  private static let programBytes = 40 << 20
  private var bytes: Int { Self.programBytes + sideBySide * estimate.bytes }

  private var existing: [String] {
    group.plans.map(\.folder).filter { FileIO.exists("\($0)/\(Manifest.fileName)") }
  }

  var text: String {
    let spec = estimate.prepared.spec
    var lines = [
      "\(spec.name): \(count(estimate.bars)) bars of "
        + spec.instruments.map(\.name).joined(separator: ", ")
    ]
    if spec.learning != nil { lines += training }
    lines.append(
      "  \(estimate.isBound ? "at most " : "")about \(ProgressDisplay.duration(seconds)) on \(threads) thread\(threads == 1 ? "" : "s")"
        + ", \(count(bytes >> 20)) MiB of memory")
    lines.append("  would write \(group.folder)" + (runs > 1 ? "/seed-N, \(runs) runs" : ""))
    if !existing.isEmpty {
      lines.append(
        runs > 1
          ? "    \(existing.count) of them hold a run already, which --force replaces"
          : "    which holds a run already; --force replaces it")
    }
    lines.append("    manifest.json, spec.yaml, \(tables.joined(separator: ", "))")
    if spec.learning?.network != nil { lines.append("    model.safetensors") }
    if let tensorboard { lines.append("  would write event files under \(tensorboard)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private var training: [String] {
    guard estimate.refits > 0 else {
      let needed = estimate.prepared.timeline?.barsNeeded ?? 0
      return ["  no refit: at least \(count(needed)) bars are needed for the first"]
    }
    let most = estimate.isBound ? "about " : ""
    var lines = [
      "  \(most)\(count(estimate.refits)) refits, the last on \(count(estimate.samples)) samples; "
        + "\(count(estimate.forecasts)) forecasts"
    ]
    if let network = estimate.prepared.spec.learning?.network {
      let members = network.ensemble > 1 ? " of each of \(network.ensemble) networks" : ""
      lines.append(
        "  \(network.training.earlyStopping == nil ? "" : "at most ")\(count(estimate.updates)) "
          + "updates\(members), \(DecimalText.significant(estimate.microsecondsPerUpdate)) us each")
    }
    return lines
  }

  private var tables: [String] { estimate.tableNames.map { "\($0).csv.zst" } }

  private func count(_ value: Int) -> String { DecimalText.fixed(Double(value), places: 0) }

  var json: JSONValue {
    [
      "name": .string(estimate.prepared.spec.name), "folder": .string(group.folder),
      "runs": .int(runs), "existing": .array(existing.map { .string($0) }),
      "bars": .int(estimate.bars), "refits": .int(estimate.refits),
      "forecasts": .int(estimate.forecasts), "samples": .int(estimate.samples),
      "updates": .int(estimate.updates), "is_bound": .bool(estimate.isBound),
      "us_per_update": .number(estimate.microsecondsPerUpdate), "threads": .int(threads),
      "seconds": .number(seconds), "memory_bytes": .int(bytes),
      "tables": .array(tables.map { .string($0) }),
    ]
  }
}
