import Bytes
import Glibc

/// A thread that compresses and writes the frames of any number of tables, in the order in which
/// they were handed over.
///
/// What is written is the same, byte for byte, as without it: a frame depends on its text alone.
/// The queue is bounded: a writer that is ahead of the disk waits.
public final class FrameThread {
  private let queue: FrameQueue
  private var thread = pthread_t()

  /// - Parameter depth: frames that may wait, at least 1.
  public init(depth: Int = 8) {
    precondition(depth >= 1, "a queue of frames has room for one")
    queue = FrameQueue(depth: depth)
    let context = Unmanaged.passRetained(queue).toOpaque()
    let code = pthread_create(
      &thread, nil,
      { context in
        // SAFETY: the queue was retained for this thread, which gives it back here.
        guard let context else { return nil }
        Unmanaged<FrameQueue>.fromOpaque(context).takeRetainedValue().work()
        return nil
      }, context)
    precondition(code == 0, "a thread can be started")
  }

  /// Waits for all frames, then ends the thread.
  deinit {
    queue.stop()
    pthread_join(thread, nil)
  }

  /// Hands the first `count` bytes of a buffer over.
  ///
  /// - Returns: another buffer to go on with.
  func submit(
    _ buffer: TextBuffer, count: Int, to sink: FrameSink
  ) throws(BytesError) -> TextBuffer {
    try queue.submit(FrameQueue.Job(buffer: buffer, count: count, sink: sink))
  }

  /// Waits until every frame is written, and throws the first failure that there was.
  func drain() throws(BytesError) { try queue.drain() }
}

/// The state that a `FrameThread` shares with the writers.
///
/// @unchecked Sendable: `mutex` guards every variable, and a sink is used by the worker alone until
/// `drain` has seen it idle.
private final class FrameQueue: @unchecked Sendable {
  struct Job {
    var buffer: TextBuffer
    var count: Int
    var sink: FrameSink
  }

  private let depth: Int
  // SAFETY: both are initialised once at a fixed address, and destroyed when no thread has them.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var waiting: [Job] = []
  private var spare: [TextBuffer] = []
  private var isWorking = false
  private var isStopped = false
  private var failure: BytesError?

  init(depth: Int) {
    self.depth = depth
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  func submit(_ job: Job) throws(BytesError) -> TextBuffer {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while waiting.count >= depth, failure == nil { pthread_cond_wait(changed, mutex) }
    if let failure { throw failure }
    waiting.append(job)
    pthread_cond_broadcast(changed)
    return spare.popLast() ?? TextBuffer()
  }

  func drain() throws(BytesError) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while !waiting.isEmpty || isWorking { pthread_cond_wait(changed, mutex) }
    if let failure { throw failure }
  }

  func stop() {
    pthread_mutex_lock(mutex)
    isStopped = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }

  func work() {
    let compressor = ZstdCompressor()
    while let job = take() {
      var failure: BytesError?
      do throws(BytesError) {
        // SAFETY: the writer filled `count` bytes and gave the buffer away.
        try job.sink.write(
          UnsafeRawBufferPointer(start: job.buffer.bytes, count: job.count), with: compressor)
      } catch {
        failure = error
      }
      end(job, failure: failure)
    }
  }

  private func take() -> Job? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while waiting.isEmpty, !isStopped { pthread_cond_wait(changed, mutex) }
    guard !waiting.isEmpty else { return nil }
    isWorking = true
    return waiting.removeFirst()
  }

  private func end(_ job: Job, failure: BytesError?) {
    pthread_mutex_lock(mutex)
    isWorking = false
    spare.append(job.buffer)
    if let failure {
      // Frames behind a missing one must not be written.
      self.failure = self.failure ?? failure
      waiting.removeAll()
    }
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(mutex)
  }
}
