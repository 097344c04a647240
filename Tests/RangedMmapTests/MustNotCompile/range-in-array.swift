import RangedMmap

// An array holds boxes with ranges.
#if TWIN
func keep(_ allocator: SequentialAllocator) -> [HandOver<AllocatedRange>] {
  var kept: [HandOver<AllocatedRange>] = []
  while let range = allocator.allocate(4096) { kept.append(HandOver(range)) }
  return kept
}
#else
func keep(_ allocator: SequentialAllocator) {
  var kept: [AllocatedRange] = []
  // expected-error@-1 {{type 'AllocatedRange' (aka 'PageRange<Allocated>') does not conform to protocol 'Copyable'}}
  while let range = allocator.allocate(4096) { kept.append(range) }
}
#endif
