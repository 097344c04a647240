import RangedMmap

// Receipts come from a write alone.
#if TWIN
func make(_ file: MmapFile, _ range: consuming AllocatedRange) throws -> WriteReceipt { try file.write([1], to: range) }
#else
func make() -> WriteReceipt {
  WriteReceipt(start: 0, count: 4096, file: 1, epoch: 0)
  // expected-error@-1 {{initializer is inaccessible due to 'internal' protection level}}
}
#endif
