import RangedMmap

// A step consumes its range before the other arguments are looked at.
#if TWIN
func half(_ allocator: SequentialAllocator) {
  guard let range = allocator.allocate(8192) else { return }
  let half = range.count / 2
  _ = range.split(at: half, rounding: .down)
}
#else
func half(_ allocator: SequentialAllocator) {
  guard let range = allocator.allocate(8192) else { return }
  // expected-error@-1 {{'range' used after consume}}
  _ = range.split(at: range.count / 2, rounding: .down)
  // expected-note@-1 {{consumed here}}
  // expected-note@-2 {{used here}}
}
#endif
