import RangedMmap

// A range that was written is gone; its receipt is read instead.
#if TWIN
func read(_ file: MmapFile, _ range: consuming AllocatedRange, _ buffer: inout [UInt8]) throws {
  let receipt = try file.write([1], to: range)
  try file.read(receipt, into: &buffer)
}
#else
func read(_ file: MmapFile, _ range: consuming AllocatedRange, _ buffer: inout [UInt8]) throws {
  // expected-error@-1 {{'range' used after consume}}
  let receipt = try file.write([1], to: range)
  // expected-note@-1 {{consumed here}}
  try file.read(range, into: &buffer)
  // expected-note@-1 {{used here}}
  _ = receipt.count
}
#endif
