import ArgumentParser
import Backtest
import Expressions

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract:
      "Say what a spec does: expressions and their warm-up, the first forecast, costs, leaks.")

  @Argument(help: "The spec.")
  var spec: String

  @OptionGroup var specOptions: SpecOptions

  func run() throws {
    let prepared = try PreparedRun(
      specOptions.read(spec), variant: RunEnvironment.variant())
    print(RunExplanation(prepared, bars: try prepared.countSteps()).text, terminator: "")
  }
}

/// What a spec does, in lines.
private struct RunExplanation {
  let prepared: PreparedRun
  let bars: Int

  init(_ prepared: PreparedRun, bars: Int) {
    self.prepared = prepared
    self.bars = bars
  }

  var text: String {
    let spec = prepared.spec
    var lines = [
      "\(spec.name): \(bars) bars of \(spec.instruments.map(\.name).joined(separator: ", "))"
    ]
    if let features = prepared.programs.features {
      lines.append("features, the model's inputs:")
      for output in features.outputs { lines.append(line(output)) }
    }
    if let learning = spec.learning {
      for (horizon, target) in zip(learning.target.horizons, prepared.programs.targets) {
        lines.append("target, \(horizon) \(horizon == 1 ? "bar" : "bars") ahead:")
        lines.append(line(target.outputs[0]))
      }
    }
    if let timeline = prepared.timeline {
      lines.append("the first full window ends at bar \(timeline.firstWindow)")
      lines.append(
        "the first forecast is made at bar \(timeline.firstForecast)" + shortage(timeline))
    }
    lines += positions
    lines += list(
      "leaks", prepared.statements.leaks.map(\.description),
      none: "no leaks: nothing sees the future")
    lines += list("caveats", prepared.statements.caveats.map(\.description), none: nil)
    lines += list(
      "left out of the costs", prepared.statements.omitted, none: "all costs are charged")
    return lines.joined(separator: "\n") + "\n"
  }

  private var positions: [String] {
    let program = prepared.programs.positions
    guard !program.outputs.isEmpty else { return ["no instrument is traded"] }
    var lines = ["positions, in \(prepared.spec.positions.targets.unit.rawValue):"]
    let forecastsFrom = prepared.timeline?.firstForecast ?? 0
    for (index, output) in program.outputs.enumerated() {
      let first = program.firstStep(ofOutput: index, forecastsFrom: forecastsFrom)
      lines.append("  \(output.name) = \(output.text)")
      lines.append("    first value at bar \(first)")
    }
    let levels = prepared.programs.levels.outputs
    if !levels.isEmpty {
      lines.append("levels of orders and exits:")
      for level in levels { lines.append("  \(level.name) = \(level.text)") }
    }
    return lines
  }

  private func line(_ output: ExpressionProgram.Output) -> String {
    "  \(output.name) = \(output.text)\n    first value at bar \(output.warmUpSteps)"
  }

  private func shortage(_ timeline: LearningTimeline) -> String {
    timeline.barsNeeded <= bars
      ? "" : ": \(timeline.barsNeeded) bars are needed for it, \(bars) are there"
  }

  private func list(_ title: String, _ items: [String], none: String?) -> [String] {
    items.isEmpty ? none.map { [$0] } ?? [] : ["\(title):"] + items.map { "  \($0)" }
  }
}
