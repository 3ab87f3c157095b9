import Bytes
import Glibc

/// A run directory, locked for as long as this value lives.
///
///     let folder = try RunFolder(claiming: "runs/a", tables: names)  // locked, nothing lost yet
///     if folder.holdsRun { … refuse, or: try folder.removeRun() }
///     try folder.write(manifest)
///
/// The lock is `flock` on `lock` within it, so it ends with the process, however that ends.
public final class RunFolder {
  public let path: String
  /// Names of the tables that a run writes.
  public let tables: [String]

  private let lock: Int32
  /// Folders that were made for this run, the outermost first.
  private let made: [String]
  /// Whether what is in the folder is of this run, not of an older one.
  private var isOurs: Bool

  static let lockName = "lock"
  public static let checkpointName = "checkpoint"
  /// What `pawl run --sensitivity` adds to a run directory.
  public static let sensitivityName = "sensitivity.json"
  private static let fileNames = [
    Manifest.fileName, "spec.yaml", "report.html", sensitivityName,
  ]

  /// The file of a network's weights: `model.safetensors` of the first, `model-2.safetensors` and so on
  /// of those that forecast beside it.
  public static func weightsName(member: Int) -> String {
    member == 0 ? "model.safetensors" : "model-\(member + 1).safetensors"
  }

  /// Makes the folder where it is missing, and locks it. What is in it stays.
  ///
  /// - Throws: `locked` where another process has it.
  public init(claiming path: String, tables: [String]) throws(JournalError) {
    self.path = path
    self.tables = tables
    made = try onFile { () throws(BytesError) in try FileIO.makeDirectories(path) }
    do throws(JournalError) {
      lock = try RunFolder.lock(path)
    } catch {
      for folder in made.reversed() { FileIO.removeEmptyDirectory(folder) }
      throw error
    }
    isOurs = !made.isEmpty
  }

  deinit { close(lock) }

  /// Refuses a folder that another process writes to; leaves no trace in it.
  ///
  /// - Throws: `locked`.
  public static func requireUnlocked(_ path: String) throws(JournalError) {
    let descriptor = open("\(path)/\(lockName)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw .locked(directory: path)
    }
  }

  /// Whether a run, finished or not, is in the folder.
  public var holdsRun: Bool {
    ownFiles.contains { FileIO.exists("\(path)/\($0)") }
      || FileIO.exists("\(path)/\(RunFolder.checkpointName)")
  }

  /// Refuses a folder that holds a run.
  ///
  /// - Throws: `holdsRun`.
  public func requireNoRun() throws(JournalError) {
    if holdsRun { throw .holdsRun(directory: path) }
  }

  /// Removes the files of an older run. Files that no run makes stay.
  public func removeRun() throws(JournalError) {
    try removeFiles()
    isOurs = true
  }

  /// Says that what is in the folder is this run's to remove, as where there was none before.
  public func beginRun() { isOurs = true }

  /// Leaves nothing behind of a run that failed before its first bar: its files go, and the folders
  /// made for it if they are empty then. An older run that was not removed stays.
  public func discard() throws(JournalError) {
    if isOurs { try removeFiles() }
    if !holdsRun {
      try onFile { () throws(BytesError) in try FileIO.remove(file(RunFolder.lockName)) }
    }
    for folder in made.reversed() where !FileIO.removeEmptyDirectory(folder) { return }
  }

  /// The path of a file of the run.
  public func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The path of a table.
  public func tableFile(_ name: String) -> String { file(Table.fileName(of: name)) }

  /// The folder for checkpoints, made where it is missing.
  public func checkpointFolder() throws(JournalError) -> String {
    let folder = file(RunFolder.checkpointName)
    _ = try onFile { () throws(BytesError) in try FileIO.makeDirectories(folder) }
    return folder
  }

  /// Puts a file in place whole.
  public func write(_ bytes: [UInt8], to name: String) throws(JournalError) {
    try onFile { () throws(BytesError) in
      try FileIO.writeAtomically(bytes, to: file(name))
    }
  }

  /// Puts `manifest.json` in place whole.
  public func write(_ manifest: Manifest) throws(JournalError) {
    try write(Array(manifest.json.text.utf8), to: Manifest.fileName)
  }

  /// Removes the checkpoints, as of a run that is complete.
  public func removeCheckpoints() throws(JournalError) {
    let folder = file(RunFolder.checkpointName)
    try onFile { () throws(BytesError) in
      for name in try FileIO.names(in: folder) { try FileIO.remove("\(folder)/\(name)") }
    }
    FileIO.removeEmptyDirectory(folder)
  }

  private var ownFiles: [String] {
    let weights = ((try? FileIO.names(in: path)) ?? []).filter { name in
      name == RunFolder.weightsName(member: 0)
        || name.hasPrefix("model-")
          && name.hasSuffix(".safetensors")
    }
    return RunFolder.fileNames + weights + tables.map { Table.fileName(of: $0) }
  }

  private func removeFiles() throws(JournalError) {
    // The manifest goes first: without it nobody takes the rest for a finished run.
    try onFile { () throws(BytesError) in
      for name in ownFiles {
        try FileIO.remove(file(name))
        try FileIO.remove(file(name + ".partial"))
      }
    }
    try removeCheckpoints()
  }

  private static func lock(_ path: String) throws(JournalError) -> Int32 {
    let file = "\(path)/\(lockName)"
    while true {
      let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw .file(.system("create", path: file)) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let number = errno
        close(descriptor)
        if number == EWOULDBLOCK { throw .locked(directory: path) }
        if number == EINTR { continue }
        throw .file(.system("lock", path: file, errorNumber: number))
      }
      // The process that had the lock may have removed the file since it was opened here.
      var opened = stat()
      var present = stat()
      if fstat(descriptor, &opened) == 0, stat(file, &present) == 0,
        opened.st_ino == present.st_ino, opened.st_dev == present.st_dev
      {
        return descriptor
      }
      close(descriptor)
      guard FileIO.exists(path) else {
        throw .file(.system("lock", path: file, errorNumber: ENOENT))
      }
    }
  }
}
