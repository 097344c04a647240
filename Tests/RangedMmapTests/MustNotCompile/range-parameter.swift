import RangedMmap

// A function says whether it takes a range over.
#if TWIN
func write(_ file: MmapFile, _ range: consuming AllocatedRange) throws { _ = try file.write([1], to: range) }
#else
func write(_ file: MmapFile, _ range: AllocatedRange) throws { _ = try file.write([1], to: range) }
// expected-error@-1 {{parameter of noncopyable type 'AllocatedRange' (aka 'PageRange<Allocated>') must specify ownership}}
// expected-note@-2 {{add 'borrowing' for an immutable reference}}
// expected-note@-3 {{add 'inout' for a mutable reference}}
// expected-note@-4 {{add 'consuming' to take the value from the caller}}
#endif
