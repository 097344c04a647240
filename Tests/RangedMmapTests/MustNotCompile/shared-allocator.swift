import RangedMmap

// A sequential allocator serves one thread; a concurrent one serves all.
#if TWIN
func share(_ allocator: ConcurrentAllocator) {
  Task { _ = allocator.allocate(4096) }
  _ = allocator.allocate(4096)
}
#else
func share(_ allocator: SequentialAllocator) {
  Task { _ = allocator.allocate(4096) }
  // expected-error@-1 {{passing closure as a 'sending' parameter risks causing data races}}
  // expected-note@-2 {{closure captures 'allocator'}}
  _ = allocator.allocate(4096)
}
#endif
