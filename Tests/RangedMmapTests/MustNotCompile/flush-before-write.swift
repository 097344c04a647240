import RangedMmap

// Only what was written can be flushed.
#if TWIN
func flush(_ file: MmapFile, _ receipt: borrowing WriteReceipt) throws { try file.flush(receipt) }
#else
func flush(_ file: MmapFile, _ range: borrowing AllocatedRange) throws {
  try file.flush(range)
  // expected-error@-1 {{cannot convert value of type 'AllocatedRange'}}
  // expected-note@-2 {{arguments to generic parameter}}
}
#endif
