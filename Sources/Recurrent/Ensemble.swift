import Bytes
import Dispatch
import Synchronization

/// Networks of one configuration that differ in their random streams alone, and forecast together.
///
/// A value, as `Network` is. Members are fitted side by side; how many at once changes no bit. An
/// ensemble of one has the bits of the network alone.
///
///     var ensemble = Ensemble(configuration, training: training, members: 8)
///     var workspace = ensemble.makeWorkspace(threads: 2)
///     let reports = try ensemble.fit(data, refit: 0, using: &workspace)
///     ensemble.forecast(rows: rows, end: 99, into: &mean, spread: &spread, using: &workspace)
public struct Ensemble: Restorable, Sendable {
  /// At least one, of equal shape.
  public private(set) var members: [Network]

  /// Members 0..<`members` with the initial weights of their dialect.
  public init(
    _ configuration: NetworkConfiguration, training: TrainingConfiguration, members: Int,
    variant: KernelVariant = .detected
  ) {
    precondition(members >= 1, "an ensemble has a member")
    self.members = (0..<members).map { member in
      var configuration = configuration
      configuration.member = member
      return Network(configuration, training: training, variant: variant)
    }
  }

  /// An ensemble of one network, as it stands.
  public init(_ network: Network) { members = [network] }

  /// Scratch memory for this ensemble and its copies.
  public struct Workspace: Sendable {
    /// One for each thread.
    fileprivate var threads: [Recurrent.Workspace]
    fileprivate var outputs: [Float] = []
    fileprivate var values: [Double] = []
  }

  /// Scratch memory with which at most `threads` members, at least 1, are fitted at once.
  public func makeWorkspace(threads: Int = 1) -> Workspace {
    precondition(threads >= 1, "there is a thread")
    let sideBySide = min(threads, members.count)
    return Workspace(
      threads: (0..<sideBySide).map { _ in
        members[0].makeWorkspace(threads: threads / sideBySide)
      })
  }

  /// Trains each member as `Network.fit` does.
  ///
  /// - Parameters:
  ///   - data: as for `Network.fit`.
  ///   - validation: as for `Network.fit`.
  ///   - refit: as for `Network.fit`.
  ///   - epochs: of each member as many; nil for the configuration's.
  ///   - workspace: from `makeWorkspace` of this ensemble or a copy.
  ///   - observe: called once all are done, with each member's number and its updates, member by
  ///     member.
  /// - Returns: the reports, member by member.
  /// - Throws: the `TrainingError` of the first member that has one; all are then spoilt.
  public mutating func fit(
    _ data: TrainingData, validation: TrainingData? = nil, refit: Int, epochs: Int? = nil,
    using workspace: inout Workspace, observe: ((Int, UpdateRecord) -> Void)? = nil
  ) throws(TrainingError) -> [FitReport] {
    // One network tells of its updates as they are made, so that a long fit shows how it goes.
    guard members.count > 1 else {
      guard let observe else {
        return [
          try members[0].fit(
            data, validation: validation, refit: refit, epochs: epochs,
            using: &workspace.threads[0])
        ]
      }
      return [
        try members[0].fit(
          data, validation: validation, refit: refit, epochs: epochs,
          using: &workspace.threads[0], observe: { observe(0, $0) })
      ]
    }
    let count = members.count
    let isObserved = observe != nil
    var outcomes: [Outcome?] = Array(repeating: nil, count: count)
    members.withUnsafeMutableBufferPointer { members in
      outcomes.withUnsafeMutableBufferPointer { outcomes in
        workspace.threads.withUnsafeMutableBufferPointer { workspaces in
          // SAFETY: each thread has a workspace of its own, and takes members that no other takes.
          nonisolated(unsafe) let (members, outcomes, workspaces) = (members, outcomes, workspaces)
          let next = Mutex(0)
          DispatchQueue.concurrentPerform(iterations: workspaces.count) { thread in
            while true {
              let member = next.withLock { next in
                defer { next += 1 }
                return next
              }
              guard member < count else { return }
              outcomes[member] = Outcome(
                &members[member], data, validation, refit: refit, epochs: epochs,
                isObserved: isObserved, using: &workspaces[thread])
            }
          }
        }
      }
    }
    var reports: [FitReport] = []
    for outcome in outcomes.compactMap(\.self) { reports.append(try outcome.report.get()) }
    if let observe {
      for (member, outcome) in outcomes.enumerated() {
        for record in outcome?.records ?? [] { observe(member, record) }
      }
    }
    return reports
  }

  /// What came of the fit of one member.
  private struct Outcome {
    var report: Result<FitReport, TrainingError>
    var records: [UpdateRecord] = []

    init(
      _ network: inout Network, _ data: TrainingData, _ validation: TrainingData?, refit: Int,
      epochs: Int?, isObserved: Bool, using workspace: inout Recurrent.Workspace
    ) {
      var records: [UpdateRecord] = []
      do {
        let done =
          isObserved
          ? try network.fit(
            data, validation: validation, refit: refit, epochs: epochs, using: &workspace,
            observe: { records.append($0) })
          : try network.fit(
            data, validation: validation, refit: refit, epochs: epochs, using: &workspace)
        report = .success(done)
      } catch {
        report = .failure(error)
      }
      self.records = records
    }
  }

  /// The members' forecasts from the window that ends at row `end`.
  ///
  /// - Parameters:
  ///   - rows: row-major, features a row.
  ///   - end: the window's last row, at least lookback - 1.
  ///   - mean: set to the mean over the members of each output.
  ///   - spread: set to the standard deviation over the members (n - 1 below the sum), NaN of one.
  ///   - workspace: from `makeWorkspace` of this ensemble or a copy.
  public func forecast(
    rows: [Float], end: Int, into mean: inout [Float], spread: inout [Float],
    using workspace: inout Workspace
  ) {
    forecast(into: &mean, spread: &spread, using: &workspace) { network, outputs, workspace in
      network.forecast(rows: rows, end: end, into: &outputs, using: &workspace)
    }
  }

  /// Steps stateful members over rows, each from its own state, as `Network.advance` does.
  ///
  /// - Parameters:
  ///   - states: one a member.
  ///   - rows: row-major, features a row.
  ///   - first: the first row to step over.
  ///   - count: how many rows to step over, at least 1.
  ///   - mean: set to the mean over the members of each output after the last row.
  ///   - spread: set to their standard deviation, NaN of one.
  ///   - workspace: from `makeWorkspace` of this ensemble or a copy.
  public func advance(
    _ states: inout [RecurrentState], rows: [Float], from first: Int = 0, count: Int,
    into mean: inout [Float], spread: inout [Float], using workspace: inout Workspace
  ) {
    precondition(states.count == members.count, "there is a state for each member")
    var member = 0
    forecast(into: &mean, spread: &spread, using: &workspace) { network, outputs, workspace in
      network.advance(
        &states[member], rows: rows, from: first, count: count, into: &outputs, using: &workspace)
      member += 1
    }
  }

  /// Mean and spread of what `body` gives of each member, member by member.
  private func forecast(
    into mean: inout [Float], spread: inout [Float], using workspace: inout Workspace,
    _ body: (Network, inout [Float], inout Recurrent.Workspace) -> Void
  ) {
    let outputs = members[0].configuration.outputs
    precondition(mean.count == outputs && spread.count == outputs, "there is room for each output")
    if workspace.outputs.count != outputs {
      workspace.outputs = Array(repeating: 0, count: outputs)
    }
    workspace.values.removeAll(keepingCapacity: true)
    for member in members {
      body(member, &workspace.outputs, &workspace.threads[0])
      for value in workspace.outputs { workspace.values.append(Double(value)) }
    }
    let count = Double(members.count)
    for output in 0..<outputs {
      let places = stride(from: output, to: workspace.values.count, by: outputs)
      var sum = 0.0
      for at in places { sum += workspace.values[at] }
      let center = sum / count
      var squares = 0.0
      for at in places {
        let distance = workspace.values[at] - center
        squares += distance * distance
      }
      mean[output] = Float(center)
      spread[output] = members.count > 1 ? Float((squares / (count - 1)).squareRoot()) : .nan
    }
  }

  /// Draws new weights of each member, those of refit `refit`, and sets moments to their start.
  public mutating func redraw(refit: Int) {
    for index in members.indices { members[index].redraw(refit: refit) }
  }

  /// Sets what each member's optimiser remembers back to its start; the weights stay.
  public mutating func resetMoments() {
    for index in members.indices { members[index].resetMoments() }
  }

  public func save(to writer: inout StateWriter) {
    for member in members { member.save(to: &writer) }
  }

  public mutating func restore(from reader: inout StateReader) throws(StateError) {
    for index in members.indices { try members[index].restore(from: &reader) }
  }
}
