import BasicContainers
import Benchmark
import Foundation
import RangedMmap
import Synchronization
import SystemPackage

// What the library adds to a plain copy and to a bare atomic addition. Each iteration does both, one after the other
// on the same pages, and reports their ratio in thousandths: 1000 is no cost at all.

private let ratio = BenchmarkMetric.custom("cost ‰ of plain", polarity: .prefersSmaller, useScalingFactor: false)

private func time(_ body: () -> Void) -> Double {
  let clock = ContinuousClock()
  return clock.measure(body) / .nanoseconds(1)
}

/// A file whose pages are all resident and written, with ranges of one size over all of it.
private final class ResidentFile {
  let file: MmapFile
  let path: FilePath
  var ranges = UniqueArray<AllocatedRange>()
  var spare = UniqueArray<AllocatedRange>()
  var receipts = UniqueArray<WriteReceipt>()
  let bytes: [UInt8]

  init(chunk: Int, size: Int) throws {
    path = FilePath(NSTemporaryDirectory()).appending("ranged-mmap-benchmark-\(UUID().uuidString)")
    let (file, allocator) = try MmapFile.create(at: path, size: size)
    self.file = file
    bytes = [UInt8](repeating: 7, count: chunk)
    while let range = allocator.allocate(chunk) { ranges.append(range) }
    writeAll()
    takeBack()
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  func writeAll() {
    while let range = ranges.popLast() {
      if let receipt = try? file.write(bytes, to: range) { receipts.append(receipt) }
    }
  }

  func takeBack() { while let receipt = receipts.popLast() { ranges.append(file.reuse(receipt)) } }

  /// The same with nothing of the library: the ranges are handed from one array to another as above.
  func copyAll() {
    guard let base = UnsafeMmapFile(sharing: file).mutablePointer else { return }
    bytes.withUnsafeBytes { source in
      while let range = ranges.popLast() {
        UnsafeMutableRawBufferPointer(start: base + range.start, count: source.count).copyMemory(from: source)
        spare.append(range)
      }
    }
  }

  func putBack() { while let range = spare.popLast() { ranges.append(range) } }
}

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [ratio], warmupIterations: 3, maxDuration: .seconds(5), maxIterations: 200)

  for (name, chunk, size) in [
    ("4 KiB", 4096, 64 << 20), ("64 KiB", 65536, 64 << 20), ("1 MiB", 1 << 20, 64 << 20),
  ] {
    Benchmark("Write \(name) to resident pages, against memcpy") { benchmark in
      let file = try ResidentFile(chunk: chunk, size: size)
      for _ in 0..<20 {
        let plain = time { file.copyAll() }
        file.putBack()
        let ours = time { file.writeAll() }
        file.takeBack()
        benchmark.measurement(ratio, Int(1000 * ours / plain))
      }
    }
  }

  Benchmark("Allocate one page, against an atomic addition") { benchmark in
    let path = FilePath(NSTemporaryDirectory()).appending("ranged-mmap-benchmark-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(atPath: path.string) }
    let count = 1 << 18
    let counter = Atomic<Int>(0)
    for _ in 0..<20 {
      let (file, all) = try MmapFile.create(at: path, size: count * 4096, storage: .sparse, replacing: true)
      guard let space = all.allocate(.max) else { return }
      // Touches the memory of the states, as it is in a file that has been in use.
      file.states.markFree(space)
      let allocator = ConcurrentAllocator(covering: space, states: file.states)
      let plain = time { for _ in 0..<count { counter.wrappingAdd(1, ordering: .relaxed) } }
      let ours = time { while let range = allocator.allocate(4096) { blackHole(range.start) } }
      benchmark.measurement(ratio, Int(1000 * ours / plain))
    }
  }
}
