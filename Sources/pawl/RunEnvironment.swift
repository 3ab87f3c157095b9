import Backtest
import Bytes
import Glibc
import Journal
import Recurrent

/// What the manifest says about the machine, and what a run needs to know of it.
enum RunEnvironment {
  /// The kernels to train with: `PAWL_ISA`, or the fastest that the CPU has.
  static func variant() throws(RunFailure) -> KernelVariant {
    let name = getenv("PAWL_ISA").map { String(cString: $0) } ?? ""
    if name.isEmpty { return .detected }
    let names = KernelVariant.allCases.map(\.rawValue).joined(separator: ", ")
    guard let variant = KernelVariant(name: name) else {
      throw .usage("PAWL_ISA was '\(name)', one of \(names) is needed")
    }
    guard variant.isSupported else {
      throw .usage("PAWL_ISA was '\(name)', which this CPU does not have")
    }
    return variant
  }

  static var coreCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  /// The manifest's `environment` of a run whose spec's relative paths start from `specFolder`.
  static func describe(specFolder: String, threads: Int) -> [String: JSONValue] {
    [
      "pawl": .string(Release.version),
      "cpu": .string(cpu),
      "cores": .int(coreCount),
      "threads": .int(threads),
      "folder": .string(absolute(specFolder)),
    ]
  }

  private static var cpu: String {
    let bytes = (try? FileIO.readAll("/proc/cpuinfo")) ?? []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: line, as: UTF8.self)
      guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
      return String(text[text.index(colon, offsetBy: 2)...])
    }
    return "unknown"
  }

  private static func absolute(_ folder: String) -> String {
    guard let path = realpath(folder.isEmpty ? "." : folder, nil) else { return folder }
    defer { free(path) }
    return String(cString: path) + "/"
  }
}
