import RangedMmap

// A loop consumes a range in the round that made it.
#if TWIN
func fill(_ file: MmapFile, _ allocator: SequentialAllocator) throws {
  while let range = allocator.allocate(4096) { _ = try file.write([1], to: range) }
}
#else
func fill(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  // expected-error@-1 {{'range' consumed in a loop}}
  for _ in 0..<3 { _ = try file.write([1], to: range) }
  // expected-note@-1 {{consumed here}}
}
#endif
