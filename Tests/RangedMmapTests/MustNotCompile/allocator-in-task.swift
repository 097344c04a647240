import RangedMmap

// A task works beside its maker: an allocator for one thread can't be in both.
#if TWIN
func create() throws {
  let (file, allocator) = try MmapFile.create(at: "a", size: 8192, allocator: ConcurrentAllocator.self)
  Task { if let range = allocator.allocate(4096) { _ = try file.write([1], to: range) } }
  _ = allocator.remaining
}
#else
func create() throws {
  let (file, allocator) = try MmapFile.create(at: "a", size: 8192)
  Task { if let range = allocator.allocate(4096) { _ = try file.write([1], to: range) } }
  // expected-error@-1 {{sending value of non-Sendable type '() async throws -> ()' risks causing data races}}
  // expected-note@-2 {{Passing value}}
  _ = allocator.remaining  // expected-note {{access can happen concurrently}}
}
#endif
