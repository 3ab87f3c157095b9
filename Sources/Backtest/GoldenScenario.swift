import Bytes
import Journal
import Recurrent

/// A spec kept with the right answer to it, in a folder of its own: `spec.yaml`, `golden.json` and
/// the tables.
///
///     let scenario = GoldenScenario(name: "coint-lstm", in: "fixtures/golden")
///     let run = try scenario.replay(into: temporary, variant: .detected)
///     let difference = try scenario.compare(run)
public struct GoldenScenario {
  private static let specName = "spec.yaml"

  public let name: String
  public let folder: String

  public init(name: String, in folder: String) {
    self.name = name
    self.folder = "\(folder)/\(name)"
  }

  /// The scenarios of a folder in byte order: whatever holds a spec.
  public static func names(in folder: String) throws(RunFailure) -> [String] {
    do throws(BytesError) {
      return try FileIO.names(in: folder).filter { FileIO.exists("\(folder)/\($0)/\(specName)") }
    } catch {
      throw .journal(.file(error))
    }
  }

  /// Whether a right answer is there.
  public var isRecorded: Bool { FileIO.exists("\(folder)/\(Golden.fileName)") }

  /// Runs the scenario in a directory; what that holds gives way.
  ///
  /// - Returns: the tables, nil where the run was asked to stop.
  /// - Throws: `RunFailure`, as a run does.
  public func replay(
    into directory: String, variant: KernelVariant, threads: Int = 1,
    stopRequested: () -> Bool = { false }
  ) throws(RunFailure) -> RunTables? {
    let path = "\(folder)/\(Self.specName)"
    let spec: RunSpec
    do throws(SpecError) {
      spec = try RunSpec(yaml: try read(path), file: path, folder: "\(folder)/")
    } catch {
      throw .spec(error)
    }
    let session = try RunSession(
      starting: PreparedRun(spec, variant: variant),
      options: RunOptions(folder: directory, replacesRun: true, threads: threads))
    let manifest = try session.run(stopRequested: stopRequested)
    guard manifest.status == .complete else { return nil }
    return RunTables(
      label: "this replay of \(name)", directory: directory, tables: manifest.tables)
  }

  /// What a replay, A, has other than the right answer, B.
  public func compare(_ run: RunTables) throws(RunFailure) -> RunDifference {
    do throws(JournalError) {
      return try Golden.compare(run, with: folder, order: LogTable.allCases.map(\.name))
    } catch {
      throw .journal(error)
    }
  }

  /// Keeps a replay as the right answer.
  ///
  /// - Returns: what changed; nil where there was no answer before.
  public func record(_ run: RunTables, reason: String) throws(RunFailure) -> RunDifference? {
    do throws(JournalError) {
      return try Golden.record(
        name: name, scenario: Self.specName, from: run, into: folder, reason: reason,
        order: LogTable.allCases.map(\.name)
      ).difference
    } catch {
      throw .journal(error)
    }
  }

  private func read(_ path: String) throws(SpecError) -> [UInt8] {
    do throws(BytesError) {
      return try FileIO.readAll(path)
    } catch {
      throw SpecError(.wholeFile(path), error.description)
    }
  }
}

extension GoldenScenario {
  /// The scenarios of these names, or all.
  ///
  /// - Throws: `usage` where a name is of none.
  public static func find(
    _ names: [String], in folder: String
  ) throws(RunFailure) -> [GoldenScenario] {
    let known = try self.names(in: folder)
    guard !known.isEmpty else {
      throw .usage("\(folder): there are no scenarios, folders with a \(specName) are needed")
    }
    for name in names where !known.contains(name) {
      throw .usage(
        "the scenario was '\(name)', one of \(known.joined(separator: ", ")) is needed"
          + NearestWord.hint(name, among: known))
    }
    return (names.isEmpty ? known : names).map { GoldenScenario(name: $0, in: folder) }
  }
}
