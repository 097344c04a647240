import RangedMmap

// A range may be written once.
#if TWIN
func write(_ file: MmapFile, _ range: consuming AllocatedRange) throws -> WriteReceipt {
  try file.write([1], to: range)
}
#else
func write(_ file: MmapFile, _ range: consuming AllocatedRange) throws {
  // expected-error@-1 {{'range' consumed more than once}}
  _ = try file.write([1], to: range)
  // expected-note@-1 {{consumed here}}
  _ = try file.write([2], to: range)
  // expected-note@-1 {{consumed again here}}
}
#endif
