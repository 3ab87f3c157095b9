import Foundation
import Testing

/// The layers of `docs/architecture.md`, lowest first. A target imports lower layers only.
private let layers: [[String]] = [
  ["CZstd", "CZlib", "CCrypto", "CKernels"],
  ["Numerics", "Bytes"],
  ["Market"],
  ["Synthetic", "Expressions", "Recurrent", "Simulation", "Performance", "Journal"],
  ["WalkForward"],
  ["Backtest"],
  ["Report", "Tuning"],
  ["pawl"],
]

private let layerOfTarget = Dictionary(
  uniqueKeysWithValues: layers.enumerated().flatMap { layer, targets in
    targets.map { ($0, layer) }
  })

private let root = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private func swiftFiles(below folder: URL) -> [URL] {
  let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
  return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
}

/// `import Market`, `public import Market`, `import struct Market.Bar` -> `Market`.
private func importedModule(_ line: Substring) -> String? {
  let words = line.split(separator: " ")
  guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
    words[..<index].allSatisfy({
      ["public", "internal", "package", "private"].contains($0) || $0.hasPrefix("@")
    })
  else { return nil }
  let kinds: Set<Substring> = ["struct", "enum", "class", "func", "protocol", "typealias", "var"]
  let name = kinds.contains(words[index + 1]) ? words[index + 2] : words[index + 1]
  return name.split(separator: ".").first.map(String.init)
}

@Test func everySourceFolderHasALayer() throws {
  let folders = try FileManager.default.contentsOfDirectory(
    atPath: root.appendingPathComponent("Sources").path)
  #expect(folders.count >= 15)
  for folder in folders {
    #expect(layerOfTarget[folder] != nil, "Sources/\(folder) stands in no layer")
  }
}

@Test func aTargetImportsLowerLayersOnly() throws {
  var importCount = 0
  for (target, layer) in layerOfTarget {
    for file in swiftFiles(below: root.appendingPathComponent("Sources/\(target)")) {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        guard let module = importedModule(line), let below = layerOfTarget[module] else { continue }
        importCount += 1
        #expect(
          below < layer, "\(target)/\(file.lastPathComponent) imports \(module), which is not below"
        )
      }
    }
  }
  #expect(importCount > 20, "the walk over the sources found hardly an import")
}

@Test func onlyTheCommandLinePrintsOrExits() throws {
  let forbidden = ["print(", "exit(", "fatalError(", "try!", "as!"]
  for target in layerOfTarget.keys where target != "pawl" {
    for file in swiftFiles(below: root.appendingPathComponent("Sources/\(target)")) {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        let code = line.drop(while: { $0 == " " })
        guard !code.hasPrefix("//") else { continue }
        for word in forbidden where code.hasPrefix(word) || code.contains(" \(word)") {
          Issue.record("\(target)/\(file.lastPathComponent) says \(word): \(code)")
        }
      }
    }
  }
}

@Test func anImportLineIsRead() {
  #expect(importedModule("import Market") == "Market")
  #expect(importedModule("public import struct Market.Bar") == "Market")
  #expect(importedModule("// import Market") == nil)
  #expect(importedModule("let import = 3") == nil)
}
