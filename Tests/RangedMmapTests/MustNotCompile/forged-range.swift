import RangedMmap

// Ranges come from the allocator alone.
#if TWIN
func make(_ allocator: SequentialAllocator) -> AllocatedRange? { allocator.allocate(4096) }
#else
func make() -> AllocatedRange {
  AllocatedRange(start: 0, count: 4096, file: 1, epoch: 0)
  // expected-error@-1 {{initializer is inaccessible due to 'internal' protection level}}
}
#endif
