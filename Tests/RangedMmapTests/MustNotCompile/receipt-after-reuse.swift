import RangedMmap

// A receipt that was taken back proves nothing any more.
#if TWIN
func reuse(_ file: MmapFile, _ receipt: consuming WriteReceipt) throws -> AllocatedRange {
  try file.flush(receipt)
  return file.reuse(receipt)
}
#else
func reuse(_ file: MmapFile, _ receipt: consuming WriteReceipt) throws {
  // expected-error@-1 {{'receipt' used after consume}}
  let range = file.reuse(receipt)
  // expected-note@-1 {{consumed here}}
  try file.flush(receipt)
  // expected-note@-1 {{used here}}
  _ = range.count
}
#endif
