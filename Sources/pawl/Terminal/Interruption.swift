import Glibc
import Synchronization

/// SIGINT and SIGTERM as a wish that running loops ask for, so that they end on a whole step.
enum Interruption {
  // A signal handler can reach nothing but a global; an atomic is the one thing it may write.
  private static let caught = Atomic<Int32>(0)

  /// From now on the two signals are remembered; a second one of them ends the process at once.
  static func listen() {
    // Made here, since a handler must not be the first to reach for it.
    _ = caught.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.caught.store(number, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  /// The signal that came, 0 for none.
  static var signalNumber: Int32 { caught.load(ordering: .relaxed) }
  static var isRequested: Bool { signalNumber != 0 }
}
