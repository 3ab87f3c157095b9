import Glibc
import Journal
import Recurrent

/// Shows a run to TensorBoard as it goes: the losses of its training, and a score a bar.
///
/// | tag | step | value |
/// |---|---|---|
/// | `loss/batch` | the update, counted through the run | the batch's mean loss, before the step |
/// | `loss/epoch` | the epoch, counted through the run | the mean of its batches' losses |
/// | `loss/validation` | the epoch | the loss on the samples held out |
/// | `gradient_norm` | the update | of the whole gradient, before clipping |
/// | `score/absolute_error_h1` | the bar at which the label matured | |
///
/// It is no part of the logs, and has no effect on them.
final class TensorBoardLog {
  private let file: EventFile
  private var updates = 0
  private var epochs = 0
  /// The batches' losses of the epoch under way.
  private var sum = 0.0
  private var count = 0
  /// The last update, nil before the first.
  private var last: UpdateRecord?

  /// - Parameter folder: what TensorBoard calls the run; made where it is missing.
  /// - Throws: where the file cannot be made.
  init(folder: String) throws(JournalError) {
    file = try EventFile(in: folder, wallTime: Self.now)
  }

  func add(_ event: Event) {
    switch event {
    case .update(let update): add(update)
    case .refit: endEpoch()
    case .score(let score, _, _, _):
      file.scalar(
        tag: "score/absolute_error_h\(score.forecast.horizon)", step: score.bar,
        value: abs(score.actual - score.forecast.value), wallTime: Self.now)
    case .forecast, .order, .fill, .trade, .flow, .action, .equity: break
    }
  }

  /// Writes what is kept back.
  func flush() throws(JournalError) { try file.flush() }

  private func add(_ update: UpdateRecord) {
    if let last, last.refit != update.refit || last.epoch != update.epoch { endEpoch() }
    updates += 1
    let now = Self.now
    file.scalar(tag: "loss/batch", step: updates, value: update.loss, wallTime: now)
    file.scalar(tag: "gradient_norm", step: updates, value: update.gradientNorm, wallTime: now)
    sum += update.loss
    count += 1
    last = update
  }

  private func endEpoch() {
    guard let update = last else { return }
    epochs += 1
    let now = Self.now
    file.scalar(tag: "loss/epoch", step: epochs, value: sum / Double(count), wallTime: now)
    file.scalar(
      tag: "loss/validation", step: epochs, value: update.validationLoss, wallTime: now)
    (sum, count, last) = (0, 0, nil)
  }

  /// Seconds since 1970.
  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
