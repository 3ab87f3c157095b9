import CKernels

extension Network {
  /// Steps the network over rows from a state, which becomes the one after them; nothing is dropped.
  /// Row by row or all at once gives the same bits.
  ///
  /// - Parameters:
  ///   - state: of this network's configuration.
  ///   - rows: row-major, features a row.
  ///   - first: the first row to step over.
  ///   - count: how many rows to step over, at least 1.
  ///   - outputs: set to the forecast after the last; its count is `configuration.outputs`.
  ///   - workspace: from `makeWorkspace` of this network or a copy.
  public func advance(
    _ state: inout RecurrentState, rows: [Float], from first: Int = 0, count: Int,
    into outputs: inout [Float], using workspace: inout Workspace
  ) {
    precondition(workspace.serves(configuration), "the workspace is this network's")
    precondition(outputs.count == configuration.outputs, "outputs holds a forecast")
    precondition(state.fits(configuration), "the state is of this network's layers")
    precondition(
      count >= 1 && first >= 0 && (first + count) * configuration.features <= rows.count,
      "the rows to step over lie within rows")
    withPass(rows, &workspace) { pass, samples, weights in
      var next = first
      while next < first + count {
        let steps = min(configuration.lookback, first + count - next)
        next += steps
        pass.setState(state, sample: 0)
        withUnsafePointer(to: next - 1) { end in
          samples.ends = end
          pass.gather(&samples, index: [0], count: 1, steps: steps, fromState: true)
        }
        pass.forward(weights)
        pass.getState(&state, sample: 0)
      }
      for output in 0..<configuration.outputs { outputs[output] = pass.outputs[output] }
    }
  }

  /// How far the forecast after the last row moves when the history before it is cut: the largest
  /// move of an output, in the network's output units, when only the last `cut` rows are stepped
  /// over, from zeros, against all of them.
  ///
  /// It tells how much history a stateful network must be given before its forecasts are to be
  /// trusted.
  /// - Parameters:
  ///   - rows: row-major, features a row, at least one row.
  ///   - cuts: rows that are kept, each at least 1 and at most all.
  ///   - workspace: from `makeWorkspace` of this network or a copy.
  /// - Returns: one number a cut, at least 0.
  public func washout(rows: [Float], cuts: [Int], using workspace: inout Workspace) -> [Float] {
    let count = rows.count / configuration.features
    precondition(count >= 1, "there is a row to forecast from")
    func forecast(from last: Int) -> [Float] {
      precondition((1...count).contains(last), "a cut keeps at least one row and at most all")
      var state = RecurrentState(configuration)
      var outputs = [Float](repeating: 0, count: configuration.outputs)
      advance(
        &state, rows: rows, from: count - last, count: last, into: &outputs, using: &workspace)
      return outputs
    }
    let whole = forecast(from: count)
    return cuts.map { cut in
      zip(forecast(from: cut), whole).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
  }

  /// Calls `body` with a pass over one sample of `rows`, ready for these weights; nothing is dropped.
  /// The sample's end is to be set.
  func withPass(
    _ rows: [Float], _ workspace: inout Workspace,
    _ body: (inout TilePass, inout pawl_samples, UnsafePointer<Float>) -> Void
  ) {
    values.withFloats { (weights: UnsafePointer<Float>) in
      workspace.withScratch { scratch in
        rows.withUnsafeBufferPointer { rows in
          withUnsafePointer(to: 0) { end in
            guard let rows = rows.baseAddress else { preconditionFailure("there is a row") }
            // SAFETY: a workspace for training is at least as large as one for a single sample
            // without masks.
            var pass = TilePass(
              configuration, layout: layout, samples: 1, training: false, scratch: scratch,
              verbs: variant.verbs)
            var samples = pawl_samples(rows: rows, ends: end)
            pass.prepare(weights, backward: false)
            body(&pass, &samples, weights)
          }
        }
      }
    }
  }
}
