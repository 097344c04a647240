import RangedMmap

// A task gets a range through a box; what a closure captures it can't consume.
#if TWIN
func start(_ file: MmapFile, _ range: consuming AllocatedRange) {
  let box = HandOver(range)
  Task { if let range = box.take() { _ = try file.write([1], to: range) } }
}
#else
func start(_ file: MmapFile, _ range: consuming AllocatedRange) {
  Task { _ = try file.write([1], to: range) }
  // expected-error@-1 {{noncopyable 'range' cannot be consumed when captured by an escaping closure}}
}
#endif
