import Dispatch
import RangedMmap

// Threads do not share one.
#if TWIN
func fill(_ file: MmapFile, _ allocator: ConcurrentAllocator) {
  DispatchQueue.concurrentPerform(iterations: 2) { _ in
    while let range = allocator.allocate(4096) {
      _ = try? file.write(to: range) { $0.append(repeating: 1, count: $0.remaining) }
    }
  }
}
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  _ = try file.write(to: range) { writer in
    DispatchQueue.concurrentPerform(iterations: 2) { _ in writer.append(1) }
    // expected-error@-1 {{capture of 'writer' with non-Sendable type 'RangeWriter' in a '@Sendable' closure}}
  }
}
#endif
