// swift-tools-version: 6.2
import PackageDescription

// The layers, lowest first: a target depends on lower layers only (Tests/HouseTests checks it).
let package = Package(
  name: "Pawl",
  products: [
    .executable(name: "pawl", targets: ["pawl"]),
    .library(
      name: "Pawl",
      targets: [
        "Numerics", "Bytes", "Market", "Synthetic", "Expressions", "Recurrent", "Simulation",
        "Performance", "Journal", "WalkForward", "Backtest",
      ]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // Layer 0: C.
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev", "pkg-config"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev", "pkg-config"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev", "pkg-config"])]),
    .target(name: "CKernels"),

    // Layer 1: numbers and bytes.
    .target(name: "Numerics"),
    .target(name: "Bytes", dependencies: ["CZstd", "CZlib", "CCrypto"]),

    // Layer 2: the vocabulary.
    .target(name: "Market", dependencies: ["Bytes"]),

    // Layer 3: the rooms.
    .target(name: "Synthetic", dependencies: ["Market", "Numerics", "Bytes"]),
    .target(name: "Expressions", dependencies: ["Market", "Numerics", "Bytes"]),
    .target(name: "Recurrent", dependencies: ["CKernels", "Numerics", "Bytes"]),
    .target(name: "Simulation", dependencies: ["Market", "Numerics", "Bytes"]),
    .target(name: "Performance", dependencies: ["Market", "Numerics", "Bytes"]),
    .target(name: "Journal", dependencies: ["Bytes"]),

    // Layer 4: learning in time order.
    .target(name: "WalkForward", dependencies: ["Market", "Recurrent", "Numerics", "Bytes"]),

    // Layer 5: the spine.
    .target(
      name: "Backtest",
      dependencies: [
        "Market", "Synthetic", "Expressions", "Recurrent", "Simulation", "Performance", "Journal",
        "WalkForward", "Numerics", "Bytes", .product(name: "Yams", package: "Yams"),
      ]),

    // Layer 7: the command line.
    .executableTarget(
      name: "pawl",
      dependencies: [
        "Backtest", "Journal", "Synthetic", "Expressions", "Recurrent", "Market", "Bytes",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .testTarget(name: "HouseTests"),
    .testTarget(name: "NumericsTests", dependencies: ["Numerics"], exclude: ["Reference"]),
    .testTarget(name: "BytesTests", dependencies: ["Bytes"]),
    .testTarget(
      name: "MarketTests", dependencies: ["Market", "Bytes"], exclude: ["Reference"]),
    .testTarget(
      name: "SyntheticTests", dependencies: ["Synthetic", "Market", "Numerics"],
      exclude: ["Reference"]),
    .testTarget(
      name: "ExpressionsTests", dependencies: ["Expressions", "Market", "Bytes"],
      exclude: ["Reference"]),
    .testTarget(
      name: "RecurrentTests", dependencies: ["Recurrent", "CKernels", "Numerics", "Bytes"],
      exclude: ["Reference"]),
    .testTarget(
      name: "SimulationTests", dependencies: ["Simulation", "Market", "Bytes"],
      exclude: ["Tables", "Reference"]),
    .testTarget(
      name: "PerformanceTests", dependencies: ["Performance", "Market", "Numerics", "Bytes"],
      exclude: ["Reference"]),
    .testTarget(
      name: "JournalTests", dependencies: ["Journal", "Bytes"], exclude: ["Reference"]),
    .testTarget(
      name: "WalkForwardTests",
      dependencies: ["WalkForward", "Market", "Recurrent", "Numerics", "Bytes"],
      exclude: ["Reference"]),
    .testTarget(
      name: "BacktestTests",
      dependencies: [
        "Backtest", "Market", "Synthetic", "Journal", "Simulation", "Performance", "Bytes",
        "Numerics",
      ]),
    .testTarget(
      name: "PawlTests", dependencies: ["pawl", "Backtest", "Journal", "Recurrent", "Bytes"]),
  ],
  swiftLanguageModes: [.v6]
)
