import ArgumentParser
import Foundation
import RangedMmap
import Rivals

/// Measures the library against what people would use instead, all in one run, and prints a table.
@main
struct Comparison: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares the library's writes with memcpy, populated mappings and pwrite, in turns.",
    discussion: """
      Speeds are medians in GB/s of threads together. `ratio` is write against the best rival of the cell, by medians \
      and by the fastest runs; below each rival stand the lowest and the highest ratio of a round, in which both ran \
      one after the other. The bytes of every run that writes any are verified.
      """)

  @Option(help: "Runs of each contender in each cell.") var rounds = 5
  @Option(help: "The size of files, in MiB.") var megabytes = 256
  @Option(help: "The folder on a disk.") var disk = NSTemporaryDirectory()
  @Option(help: "The folder in memory.") var memory = "/dev/shm"
  @Option(help: "Only experiments whose name holds this.") var only = ""
  @Option(help: "Only writes of so many KiB.") var kib: Int?
  @Option(help: "Only so many threads.") var threads: Int?
  @Option(help: "Where plots are written, as SVG.") var plots: String?

  func validate() throws {
    guard rounds > 0, megabytes > 0 else { throw ValidationError("--rounds and --megabytes must be at least 1") }
    guard Experiment.allCases.contains(where: { only.isEmpty || $0.rawValue.contains(only) }) else {
      let names = Experiment.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
      throw ValidationError("--only \(only): no experiment's name holds that; there are \(names)")
    }
  }

  func run() throws {
    bench_print_by_lines()
    let bench = try Bench(
      folders: [Folder(disk), Folder(memory)], rounds: rounds,
      size: megabytes << 20, chunk: kib.map { $0 << 10 }, threads: threads)
    for experiment in Experiment.allCases where only.isEmpty || experiment.rawValue.contains(only) {
      print("\n\(experiment.rawValue)")
      try experiment.run(bench, plots: plots)
    }
  }
}

/// What is the same for all experiments.
struct Bench {
  let folders: [Folder]
  let rounds: Int
  let size: Int
  let chunk: Int?
  let threads: Int?

  /// Whether a cell is asked for.
  func wants(_ setting: Setting) -> Bool {
    (chunk ?? setting.chunk) == setting.chunk && (threads ?? setting.threads) == setting.threads
  }
}
