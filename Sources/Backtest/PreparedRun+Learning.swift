import Bytes
import Journal
import Recurrent
import Synthetic
import WalkForward

extension PreparedRun {
  /// The networks at their start.
  ///
  /// - Throws: `spec` where the weights to start from are not those of such a network.
  func makeEnsemble(_ asked: NetworkSpec) throws(RunFailure) -> Ensemble {
    var training = asked.training
    training.seed = spec.seed
    guard let initialWeights, let file = asked.initialWeights else {
      return Ensemble(
        asked.configuration, training: training, members: asked.ensemble, variant: variant)
    }
    var network = Network(asked.configuration, training: training, variant: variant)
    do throws(WeightsError) {
      try network.setWeights(safetensors: initialWeights)
    } catch {
      throw .spec(SpecError(file.place, "\(file.keyPath): \(file.written): \(error)"))
    }
    return Ensemble(network)
  }
}

extension RunSpec {
  /// The bytes of `model.init`, nil where the spec has none.
  func readInitialWeights() throws(RunFailure) -> [UInt8]? {
    guard let file = learning?.network?.initialWeights else { return nil }
    do throws(BytesError) {
      return try FileIO.readAll(file.path)
    } catch {
      throw .journal(.file(error))
    }
  }

  /// What is known of the series: by their generator, or from a `truth.json` beside the bar files.
  func truth() throws(RunFailure) -> Truth? {
    if case .generate(let generate) = source {
      return generate.rescale == nil ? Truth(try generate.settings()) : nil
    }
    guard let file = try truthFile() else { return nil }
    do throws(SyntheticError) {
      return try Truth(json: file.bytes)
    } catch {
      throw .spec(SpecError(.wholeFile(file.written), error.description))
    }
  }

  /// The `truth.json` in the one folder of all bar files, named as the spec names them; nil where
  /// there is none, or prices are rescaled.
  func truthFile() throws(RunFailure) -> (written: String, bytes: [UInt8])? {
    guard case .files(let files) = source, let first = files.first else { return nil }
    let path = first.file.path.folderPrefix + "truth.json"
    let isOneFolder = files.allSatisfy {
      $0.rescale == nil && $0.file.path.folderPrefix == first.file.path.folderPrefix
    }
    guard isOneFolder, FileIO.exists(path) else { return nil }
    do throws(BytesError) {
      return (first.file.written.folderPrefix + "truth.json", try FileIO.readAll(path))
    } catch {
      throw .journal(.file(error))
    }
  }
}

extension OracleForecasts {
  /// Nil where the truth is not known, or says nothing about this target; a truth knows no splits.
  init?(_ spec: RunSpec, _ programs: RunPrograms) throws(RunFailure) {
    guard !spec.hasActions, let target = programs.targets.first?.outputs[0].text,
      let truth = try spec.truth(),
      let oracleTarget = OracleForecasts.target(of: target, names: truth.instruments)
    else { return nil }
    let names = spec.instruments.map(\.name)
    var instruments: [Int] = []
    for name in truth.instruments {
      guard let index = names.firstIndex(of: name) else { return nil }
      instruments.append(index)
    }
    self.init(truth: truth, target: oracleTarget, instruments: instruments)
  }
}

extension String {
  /// `a/b/` of `a/b/c`, empty without a folder.
  fileprivate var folderPrefix: String {
    lastIndex(of: "/").map { String(self[...$0]) } ?? ""
  }
}
