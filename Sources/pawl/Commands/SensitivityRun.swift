import Backtest
import Bytes
import Journal

/// The variants of a run, made side by side once it is complete.
struct SensitivityRun {
  private let sensitivity: Sensitivity
  private let manifest: Manifest

  /// - Parameters:
  ///   - prepared: the run.
  ///   - folder: its directory, which holds its logs.
  ///   - manifest: of the run.
  /// - Throws: where the run's forecasts cannot be read.
  init(_ prepared: PreparedRun, folder: String, manifest: Manifest) throws(RunFailure) {
    self.manifest = manifest
    sensitivity = try Sensitivity(prepared, logs: folder)
  }

  /// Makes the variants, at most `threads` at a time.
  ///
  /// - Returns: what came of them; nil where the user stopped it.
  /// - Throws: where the account met a number that is not finite.
  func carryOut(threads: Int, isQuiet: Bool) async throws(RunFailure) -> SensitivityTable? {
    guard let results = await makeVariants(threads: threads, isQuiet: isQuiet),
      let capacity = try sensitivity.capacity(stopRequested: { Interruption.isRequested })
    else { return nil }
    return SensitivityTable(sensitivity, results: results, capacity: capacity, manifest: manifest)
  }

  private func makeVariants(
    threads: Int, isQuiet: Bool
  ) async -> [Result<RunFigures, RunFailure>]? {
    let variants = sensitivity.variants
    let display = ProgressDisplay(
      names: variants.map { "\($0.question.rawValue) \($0.value)" }, isQuiet: isQuiet)
    defer { display.finish() }
    let sideBySide = max(1, min(threads, variants.count))
    let threadsEach = max(1, threads / sideBySide)
    return await withTaskGroup(
      of: (Int, Result<RunFigures?, RunFailure>).self
    ) { [sensitivity] group in
      var results = [Result<RunFigures?, RunFailure>?](repeating: nil, count: variants.count)
      var next = 0
      func startNext() {
        guard next < variants.count, !Interruption.isRequested else { return }
        let index = next
        next += 1
        group.addTask {
          let result = Result { () throws(RunFailure) in
            try sensitivity.run(
              variants[index], threads: threadsEach, progress: { display.update(index, $0) },
              stopRequested: { Interruption.isRequested })
          }
          return (index, result)
        }
      }
      for _ in 0..<sideBySide { startNext() }
      while let (index, result) = await group.next() {
        results[index] = result
        startNext()
      }
      var whole: [Result<RunFigures, RunFailure>] = []
      for result in results {
        switch result {
        case .success(let figures?): whole.append(.success(figures))
        case .failure(let failure): whole.append(.failure(failure))
        case .success(nil), nil: return nil
        }
      }
      return whole
    }
  }
}
